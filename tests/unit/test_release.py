"""The files of CI and of a release: no CI runs here, so what they name is held against the rest."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PIN = ROOT / "deploy" / "pin_images.py"
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PYTHONS = [
    word.split(" :: ")[-1]
    for word in PROJECT["classifiers"]
    if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", word)
]
DIGEST = f"sha256:{'5' * 64}"


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def test_the_gate_runs_on_every_python_and_both_architectures() -> None:
    github = _read(ROOT / ".github/workflows/ci.yml")["jobs"]["gate"]
    gitlab = _read(ROOT / ".gitlab-ci.yml")["gate"]
    (matrix,) = gitlab["parallel"]["matrix"]
    assert github["strategy"]["matrix"]["python"] == matrix["PYTHON"] == PYTHONS
    for runners in (github["strategy"]["matrix"]["runner"], matrix["RUNNER"]):
        assert [("arm" in each) for each in runners] == [False, True]
    assert github["steps"][-1]["run"].endswith(".ci/run")
    assert gitlab["script"] == ".ci/run"


def test_steps_call_programs_that_are_here_and_actions_of_one_commit() -> None:
    programs = r"(sudo |sudo --preserve-env=[A-Z_,]+ |git config .* && )?(\.ci/\w+)( \w+)?"
    steps = [
        step for path in WORKFLOWS for job in _read(path)["jobs"].values() for step in job["steps"]
    ]
    jobs = [job for job in _read(ROOT / ".gitlab-ci.yml").values() if isinstance(job, dict)]
    calls = [each["run"] for each in steps if "run" in each]
    calls += [job["script"] for job in jobs if "script" in job]
    release = (ROOT / ".ci/release").read_text()
    assert len(calls) > 6
    for call in calls:
        match = re.fullmatch(programs, call)
        assert match, call
        assert (ROOT / match[2]).stat().st_mode & 0o111, call
        assert not match[3] or f"\n{match[3].strip()}() {{" in release, call
    for line in "".join(path.read_text() for path in WORKFLOWS).splitlines():
        assert "uses:" not in line or re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_the_programs_are_valid_shell() -> None:
    for path in sorted((ROOT / ".ci").iterdir()):
        subprocess.run(["bash", "-n", path], check=True)


def _engine(folder: Path, answer: str) -> Path:
    """A container engine that gets images from nowhere, and notes what it is asked."""
    engine = folder / "engine"
    engine.write_text(f'#!/bin/sh\necho "$@" >> {folder}/asked\n{answer}\n')
    engine.chmod(0o755)
    return engine


def _pin(*words: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(PIN), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def compose(tmp_path: Path) -> Path:
    copy = tmp_path / "compose.yaml"
    copy.write_text(re.sub("@sha256:[0-9a-f]+", "", (ROOT / "compose.yaml").read_text()))
    return copy


def test_every_image_from_a_registry_is_pinned_in_one_step(tmp_path: Path, compose: Path) -> None:
    before = compose.read_text()
    unpinned = _pin("--check", compose)
    assert unpinned.returncode == 1
    assert "postgres:17-alpine is not pinned: call make pin" in unpinned.stdout
    engine = _engine(tmp_path, f"echo docker.io/library/postgres@{DIGEST}")
    for _ in range(2):  # again, it is the same
        assert _pin("--engine", engine, compose).returncode == 0
        pinned = compose.read_text()
        assert pinned == before.replace("postgres:17-alpine", f"postgres:17-alpine@{DIGEST}")
    assert "pull --quiet docker.io/library/postgres:17-alpine\n" in (tmp_path / "asked").read_text()
    assert _pin("--check", compose).returncode == 0
    assert _read(compose)["services"]["mlflow"]["image"] == "${EVOSWEEP_IMAGE:-evosweep}"


@pytest.mark.parametrize("answer", ["echo 'no such host' >&2; exit 1", "echo latest"])
def test_without_an_answer_nothing_is_pinned(tmp_path: Path, compose: Path, answer: str) -> None:
    before = compose.read_text()
    refused = _pin("--engine", _engine(tmp_path, answer), compose)
    assert refused.returncode == 1
    assert "gets no digest of it from its registry" in refused.stdout
    assert compose.read_text() == before


def test_images_of_compose_are_pinned() -> None:
    assert _pin("--check", ROOT / "compose.yaml").returncode == 0
