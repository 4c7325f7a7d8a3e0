"""A keeper tells a stopped process from a busy one, and ends with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest
from hits import hit, kills
from windows import WATCHED

from evosweep.errors import InputError
from evosweep.processes import kill
from evosweep.processes.paused import VARIABLE, Paused

KEPT = """
import ctypes, sys
from evosweep.processes import keeper
keeper.start(int(sys.argv[1]))
print("kept", flush=True)
while True:
    ctypes.PyDLL(None).usleep(400_000)  # with the interpreter, which no thread gets meanwhile
    if sys.argv[2] == "brief" and sys.stdin.readline():
        break
"""
Process = subprocess.Popen[str]


def _start(beats: int, how: str = "for ever", pause: str = "0.5") -> Process:
    process = subprocess.Popen(
        [sys.executable, "-c", KEPT, str(beats), how],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        pass_fds=[beats], env=os.environ | {VARIABLE: pause},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "kept\n"
    return process


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@kills(WATCHED)
@pytest.mark.thorough
def test_a_stopped_process_is_killed_and_a_busy_one_is_not(pipe: tuple[int, int]) -> None:
    """It computes without a pause, for several times as long as it may be stopped."""
    reads, writes = pipe
    with _start(writes) as process:
        for _ in range(3):
            assert os.read(reads, 1) == b"."
        assert process.poll() is None
        process.send_signal(signal.SIGSTOP)
        assert process.wait(600) == -signal.SIGKILL
        hit(WATCHED)


def test_a_keeper_ends_with_its_process(pipe: tuple[int, int]) -> None:
    with _start(pipe[1], "brief") as process:
        (keeper,) = psutil.Process(process.pid).children()
        process.communicate("end\n", timeout=600)
        assert process.returncode == 0
        while kill.is_alive(keeper.pid):
            time.sleep(0.02)


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf"])
def test_a_pause_that_is_no_number_of_seconds_is_refused(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(InputError, match=f"{VARIABLE}='{text}': give seconds, such as 30"):
        Paused()
