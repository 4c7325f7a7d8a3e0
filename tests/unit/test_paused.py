"""Processes that were stopped and that nobody continues."""

import signal
import subprocess
import time
from collections.abc import Iterator

import psutil
import pytest

from evosweep.processes.paused import Paused

PATIENCE = 0.3


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGSTOP)
    while psutil.Process(process.pid).status() != psutil.STATUS_STOPPED:
        time.sleep(0.01)


def test_one_that_is_stopped_for_too_long_is_told(sleeper: "subprocess.Popen[bytes]") -> None:
    paused = Paused(PATIENCE)
    assert paused.too_long([sleeper.pid]) == []
    _stop(sleeper)
    looks = 0
    while not (found := paused.too_long([sleeper.pid])):
        looks += 1
        time.sleep(0.05)
    assert found == [sleeper.pid]
    assert looks > 1
    sleeper.send_signal(signal.SIGCONT)
    while psutil.Process(sleeper.pid).status() == psutil.STATUS_STOPPED:
        time.sleep(0.01)
    assert paused.too_long([sleeper.pid]) == []
    assert paused.too_long([2**22 + 1]) == []  # it is gone


def test_who_was_stopped_with_all_the_others_counts_no_time(
    sleeper: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a batch system suspends a job: afterwards, a look a second later counts a second."""
    _stop(sleeper)
    paused = Paused(3.0)
    for late in (1e9, 2e9, 3e9):
        monkeypatch.setattr(time, "monotonic", lambda: late)  # noqa: B023
        assert paused.too_long([sleeper.pid]) == []
    monkeypatch.setattr(time, "monotonic", lambda: 4e9)
    assert paused.too_long([sleeper.pid]) == [sleeper.pid]
