"""Every algorithm and problem, a new one unasked: one population everywhere, killed or not."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from registry import CASES, digest_of

from evosweep.backends.table import create
from evosweep.machine.environment import THREAD_VARIABLES

PROGRAM = Path(__file__).parent / "registry.py"
SCOOP = ["-m", "scoop", "--quiet", "--host", "127.0.0.1", "-n", "2"]


def _performed(how: str, folder: Path, *prefix: str, orders: str = "") -> dict[str, str]:
    process = subprocess.Popen(
        [sys.executable, *prefix, str(PROGRAM), how, str(folder), *filter(None, [orders])],
        env=os.environ | dict.fromkeys(THREAD_VARIABLES, "1"),
        start_new_session=True,
    )
    try:
        process.wait(280)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    found: dict[str, str] = json.loads((folder / "digests.json").read_text())
    return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runs of all cases, each evaluated in one process."""
    return tmp_path_factory.mktemp("serial")


@pytest.fixture(scope="module")
def serial(runs: Path) -> dict[str, str]:
    """Their digests."""
    return _performed("serial", runs)


@pytest.fixture(scope="module")
def pool() -> Any:
    with create("pool", 2) as backend:
        yield backend


@pytest.mark.parametrize("name", CASES)
def test_on_a_pool(
    name: str, tmp_path: Path, runs: Path, serial: dict[str, str], pool: Any
) -> None:
    assert digest_of(name, pool, "pool", tmp_path, runs) == serial[name]


def test_under_scoop(tmp_path: Path, runs: Path, serial: dict[str, str]) -> None:
    """All in one program, for its start-up takes a second."""
    assert _performed("scoop", tmp_path, *SCOOP, orders=str(runs)) == serial


def test_killed_and_resumed(tmp_path: Path, serial: dict[str, str]) -> None:
    assert _performed("killed", tmp_path) == serial
