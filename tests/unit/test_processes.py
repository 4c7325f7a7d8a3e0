"""Signals to stop, and the ends of processes, groups and families."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from hits import hit, kills
from windows import WATCHED

from evosweep.processes import address, guard, kill, safe_path, signals
from evosweep.processes.signals import Stops

FAMILY = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen(['sleep', '600'], start_new_session=len(sys.argv) > 1)\n"
    "print(child.pid, flush=True); time.sleep(600)"
)


def _family(*words: str) -> tuple["subprocess.Popen[bytes]", psutil.Process]:
    """A process that leads a group, and its child: of its own group when there are words."""
    leader = subprocess.Popen(
        [sys.executable, "-c", FAMILY, *words], stdout=subprocess.PIPE, start_new_session=True
    )
    assert leader.stdout is not None
    child = psutil.Process(int(leader.stdout.readline()))
    leader.stdout.close()
    return leader, child


def _wait_for(process: psutil.Process) -> None:
    psutil.wait_procs([process], timeout=600)
    assert not kill.is_alive(process.pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_stop_is_noted_and_ends_the_wait(number: int) -> None:
    with Stops() as stops:
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        stops.wait(600)
        assert stops.signal == number
        stops.wait(600)  # returns at once from then on


def test_a_child_that_ends_wakes_and_is_no_stop() -> None:
    with Stops() as stops:
        child = subprocess.Popen(["sleep", "0.1"])
        while child.poll() is None:
            stops.wait(600)
        assert stops.signal == 0


@kills(WATCHED)
def test_the_death_of_a_parent_is_a_stop() -> None:
    parent = subprocess.Popen(["sleep", "600"])
    with Stops([parent.pid]) as stops:
        stops.wait(0)
        assert stops.signal == 0
        parent.kill()  # it stays a zombie meanwhile
        while not stops.signal:
            stops.wait(600)
        assert stops.signal == signal.SIGTERM
        hit(WATCHED)
    parent.wait()


def test_a_process_of_another_host_is_nobody_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(signals.PARENT_VARIABLE, address.of_this_process())
    assert signals.workflow() == os.getpid()
    monkeypatch.setenv(signals.PARENT_VARIABLE, f"{os.getpid()}@elsewhere")
    assert signals.workflow() is None
    monkeypatch.setenv(signals.PARENT_VARIABLE, str(os.getpid()))
    assert signals.workflow() == os.getpid()


@pytest.mark.parametrize("words", [(), ("own group",)])
@pytest.mark.thorough
def test_a_tree_is_killed_with_all_that_it_started(words: tuple[str, ...]) -> None:
    leader, child = _family(*words)
    kill.tree(leader.pid, signal.SIGTERM)
    assert leader.wait() == -signal.SIGTERM
    _wait_for(child)


@pytest.mark.parametrize("words", [(), ("own group",)])
@pytest.mark.thorough
def test_a_group_is_killed_with_who_has_left_it(words: tuple[str, ...]) -> None:
    leader, child = _family(*words)
    kill.group(leader)
    assert leader.returncode == -signal.SIGKILL
    _wait_for(child)


def test_descendants_are_the_same_with_and_without_the_kernels_lists(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leader, child = _family()
    assert kill.descendants(leader.pid) == [child.pid]
    assert kill._children_by_psutil(leader.pid) == [child.pid]

    monkeypatch.setattr(kill, "_lists_children", lambda: False)
    assert kill.descendants(leader.pid) == [child.pid]
    kill.group(leader)
    _wait_for(child)


def test_a_thread_that_has_just_ended_hides_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    leader, child = _family()
    real = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: ["4194305", *real(path)])
    assert kill.descendants(leader.pid) == [child.pid]
    kill.group(leader)
    _wait_for(child)


def test_who_ignores_sigterm_is_killed_after_the_grace() -> None:
    stubborn = subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo; exec sleep 600"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    kill.group_in_time(stubborn, 0.3)
    assert stubborn.wait() == -signal.SIGKILL
    assert not kill.send(stubborn.pid, 0)
    stubborn.stdout.close()


def test_children_import_nothing_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    (tmp_path / "intruder.py").touch()
    command = [sys.executable, "-c", "import intruder"]

    def fails() -> bool:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        return done.returncode != 0

    with safe_path.required():
        assert fails()
        safe_path.release()
        assert not fails()
    assert not fails()
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    safe_path.release()  # the user's own wish stays
    assert fails()


FOLLOW = "import time; from evosweep.processes import guard; guard.follow_supervisor()\n" \
    "print('follows', flush=True); time.sleep(600)"  # fmt: skip


@kills(WATCHED)
@pytest.mark.parametrize("here", [True, False])
@pytest.mark.thorough
def test_a_helper_ends_with_its_supervisor_on_the_same_host(here: bool) -> None:
    supervisor = subprocess.Popen(["sleep", "600"])
    host = os.uname().nodename if here else "elsewhere"
    helper = subprocess.Popen(
        [sys.executable, "-c", FOLLOW],
        env=os.environ | {guard.SUPERVISOR_VARIABLE: f"{supervisor.pid}@{host}"},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert helper.stdout is not None
    assert helper.stdout.readline() == b"follows\n"
    supervisor.kill()
    supervisor.wait()
    hit(WATCHED)
    if here:
        assert helper.wait(timeout=600) == -signal.SIGKILL
    else:
        with pytest.raises(subprocess.TimeoutExpired):
            helper.wait(timeout=2.5)  # it looks once a second
        kill.group(helper)
    helper.stdout.close()
