"""The command line itself: its commands, what it prints where, and what it imports."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evosweep.cli import COMMANDS

CONFIG = {
    "experiment": "small",
    "problems": {"p": {"use": "cli_problem:build", "grid": {"text": ["×é", "\x1b[2J"]}}},
    "algorithms": {"s": {"use": "ea_simple"}},
    "backends": {"b": {"use": "serial"}},
    "seeds": [1],
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "cli_problem.py").write_text("def build(text): ...\n")
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(CONFIG))
    return path


def evosweep(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "evosweep", *words],
        cwd=cwd, env=os.environ | variables, capture_output=True, check=False,
    )  # fmt: skip


POSIX = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("variables", [{"PYTHONIOENCODING": "ascii"}, POSIX])
def test_a_locale_without_the_character_is_no_error(
    config: Path, variables: dict[str, str]
) -> None:
    done = evosweep("grid", str(config), cwd=config.parent, **variables)
    assert done.returncode == 0, done.stderr
    assert rb"text=\xd7\xe9" in done.stdout
    assert b"\x1b" not in done.stdout


@pytest.mark.thorough
def test_every_command_has_a_module_and_says_what_it_takes(tmp_path: Path) -> None:
    for name in COMMANDS:
        done = evosweep(name, "--help", cwd=tmp_path)
        assert done.returncode == 0, (name, done.stderr)
        assert b"usage: evosweep" in done.stdout


def test_nothing_is_imported_from_the_working_folder(config: Path) -> None:
    for name in ("numpy", "yaml", "pydantic", "psutil", "evosweep_none", "tokenize"):
        (config.parent / f"{name}.py").write_text("open('imported', 'w')\n")
    assert evosweep("grid", config.name, cwd=config.parent).returncode == 0
    assert not (config.parent / "imported").exists()


@pytest.mark.thorough
@pytest.mark.parametrize("backend", ["serial", "pool", "scoop"])
def test_a_helper_of_the_working_folder_is_in_the_digest_or_is_not_imported(
    tmp_path: Path, backend: str
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "cli_helper.py").write_text("from evosweep.problems.onemax import onemax\n")
    problem = "from cli_helper import onemax\n\n\ndef build():\n    return onemax(bits=4)\n"
    (tmp_path / "mine" / "cli_user.py").write_text(problem)
    spec = {
        "problem": {"use": "cli_user:build", "params": {}},
        "algorithm": {"use": "ea_simple", "params": {"population": 4, "generations": 1}},
        "backend": {"use": backend, "workers": 1 if backend == "serial" else 2},
        "seed": 1,
        "import_path": "mine",
    }
    words = ["run", "--spec", json.dumps(spec), "--out"]
    for empty in ("", ":", f":{tmp_path / 'mine'}"):
        done = evosweep(*words, "refused", cwd=tmp_path, PYTHONPATH=empty)
        assert done.returncode == 2
        assert b"needs the module 'cli_helper'" in done.stderr
    assert evosweep(*words, "done", cwd=tmp_path, PYTHONPATH=f"{tmp_path}:").returncode == 0
    assert list((tmp_path / "done" / "sources").glob("*/cli_helper.py"))
