"""Pipes, devices, links and giants in the place of every file that is read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import things
from reader import Reader, Trial

_PROGRAM = Path(__file__).with_name("before_things.py")


@pytest.mark.timeout(600)
def test_no_reader_hangs_or_takes_a_machines_memory(tmp_path: Path) -> None:
    """In a process whose memory is limited to 5 GB, with an alarm for each reader."""
    done = subprocess.run(
        [sys.executable, str(_PROGRAM)],
        capture_output=True, text=True, check=False, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_reader_without_bounds_is_a_finding(tmp_path: Path) -> None:
    def read(path: Path) -> None:
        with path.open("rb") as file:
            if len(file.read(2**26)) == 2**26:
                raise MemoryError

    trial = Trial(Reader("unbounded", read, "file"), tmp_path)
    for kind, is_found in (("line of 1 GB", True), ("nothing", False)):
        things.clear(trial.path)
        things.THINGS[kind](trial.path)
        assert (trial.read() is not None) == is_found
