"""Processes that hold on to one another end together, and part where they are told to."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest
from hits import hit, kills
from windows import WATCHED

from evosweep.processes.lifeline import Place

FIRST = """
import json, sys, time
from evosweep.processes.lifeline import Anchor
anchor = Anchor()
host, port, secret = anchor.place
print(json.dumps([host, port, secret.hex()]), flush=True)
for line in sys.stdin:
    if line == "release\\n":
        anchor.release()
        print("released", flush=True)
"""
OTHER = """
import sys, time
from evosweep.processes.lifeline import Place, hold
hold(Place("127.0.0.1", int(sys.argv[1]), bytes.fromhex(sys.argv[2])))
print("held", flush=True)
time.sleep(float(sys.argv[3]))
"""
Process = subprocess.Popen[str]


def _start(code: str, *words: str) -> Process:
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def _said(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def first() -> Iterator[tuple[Process, Place]]:
    process = _start(FIRST)
    host, port, secret = json.loads(_said(process))
    yield process, Place(host, port, bytes.fromhex(secret))
    _end(process)


def _other(place: Place, seconds: float = 60.0) -> Process:
    other = _start(OTHER, str(place.port), place.secret.hex(), str(seconds))
    assert _said(other) == "held"
    return other


def _end(process: Process) -> None:
    with suppress(BrokenPipeError):
        process.kill()
        process.communicate()


@kills(WATCHED)
@pytest.mark.parametrize("victim", ["first", "other"])
def test_both_end_when_one_is_killed(first: tuple[Process, Place], victim: str) -> None:
    process, place = first
    other = _other(place)
    survivor = other if victim == "first" else process
    (process if victim == "first" else other).kill()
    assert survivor.wait(600) == -signal.SIGKILL
    hit(WATCHED)
    _end(other)


@kills(WATCHED)
def test_one_of_which_nothing_is_heard_ends_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped together with its keeper, as a frozen host: its kernel answers nevertheless."""
    monkeypatch.setenv("EVOSWEEP_PAUSE", "0")
    process = _start(FIRST.replace("anchor =", "lifeline._MARGIN = 3.0\nanchor =").replace(
        "import Anchor", "import Anchor\nfrom evosweep.processes import lifeline"))  # fmt: skip
    host, port, secret = json.loads(_said(process))
    monkeypatch.setenv("EVOSWEEP_PAUSE", "600")
    other = _other(Place(host, port, bytes.fromhex(secret)))
    (keeper,) = psutil.Process(other.pid).children()
    keeper.suspend()
    other.send_signal(signal.SIGSTOP)
    assert process.wait(600) == -signal.SIGKILL
    hit(WATCHED)
    other.send_signal(signal.SIGCONT)
    assert other.wait(600) == -signal.SIGKILL
    keeper.resume()
    for each in (process, other):
        _end(each)


def test_those_that_are_released_may_leave(first: tuple[Process, Place]) -> None:
    process, place = first
    other = _other(place, seconds=1.0)
    assert process.stdin is not None
    process.stdin.write("release\n")
    process.stdin.flush()
    assert _said(process) == "released"
    assert other.wait(600) == 0
    assert process.poll() is None
    _end(other)


def test_a_stranger_who_comes_and_goes_ends_nothing(first: tuple[Process, Place]) -> None:
    process, place = first
    stranger = _start(OTHER, str(place.port), "00" * 16, "60")
    # It is not let in, and ends as if cut off: now and then before it has said anything.
    assert stranger.wait(600) == -signal.SIGKILL
    other = _other(place)
    assert process.poll() is None
    _end(stranger)
    _end(other)
