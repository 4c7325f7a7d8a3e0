"""DEAP's example programs end in the population of the plain program, on every backend."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from cases import CASES

from evosweep.machine.environment import THREAD_VARIABLES

PROGRAM = Path(__file__).parent / "perform.py"
SCOOP = ["-m", "scoop", "--quiet", "--host", "127.0.0.1", "-n", "2"]


def _performed(how: str, folder: Path) -> dict[str, str]:
    """The digests of all examples: one process for each way, for its start-up takes a second."""
    prefix = SCOOP if how == "scoop" else []
    process = subprocess.Popen(
        [sys.executable, *prefix, str(PROGRAM), how, str(folder)],
        env=os.environ | dict.fromkeys(THREAD_VARIABLES, "1"),
        start_new_session=True,
    )
    try:
        process.wait(280)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    digests: dict[str, str] = json.loads((folder / "digests.json").read_text())
    return digests


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The digests of the plain programs."""
    return _performed("plain", tmp_path_factory.mktemp("plain"))


def test_each_example_is_a_program_of_its_own(plain: dict[str, str]) -> None:
    """All end, and no two in the same population but those that differ in their loop's spelling."""
    assert set(plain) == set(CASES)
    assert all(len(digest) == 64 for digest in plain.values()), plain
    spelled_out = {"ga/onemax", "ga/onemax_short"}
    others = [digest for name, digest in plain.items() if name not in spelled_out]
    assert len(set(others)) == len(others)


@pytest.mark.parametrize("use", ["serial", "pool", "scoop"])
def test_same_population(use: str, tmp_path: Path, plain: dict[str, str]) -> None:
    assert _performed(use, tmp_path) == plain
