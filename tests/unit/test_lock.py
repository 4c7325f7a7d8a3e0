"""The lock of a folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evosweep.processes.lock import Lock, Locked

HOLD = "import sys; from pathlib import Path; from evosweep.processes.lock import Lock\n" \
    "with Lock(Path(sys.argv[1]), 'it'): print('held', flush=True); sys.stdin.read()"  # fmt: skip


def test_a_second_one_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Locked, match=f"run 7: process {holder.pid} on "), Lock(path, "run 7"):
            pass
        holder.kill()
        holder.wait()
        with Lock(path, "run 7"):
            assert str(os.getpid()) in path.read_text()
    assert not path.exists()


def test_it_may_be_taken_again(tmp_path: Path) -> None:
    for _ in range(3):
        with Lock(tmp_path / "lock", "it"):
            pass
