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
