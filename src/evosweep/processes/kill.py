"""Ending a process, its group, or everything that it has started."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs; a dead one that is not yet reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is another user's
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib is slow to import
            return file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except OSError:
        return False


def descendants(pid: int) -> list[int]:
    """The numbers of all processes that a living process has started, directly or not."""
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def tree(pid: int, number: int = signal.SIGKILL) -> None:
    """SIGKILL to everything that a process has started, then a signal to itself.

    The process is stopped meanwhile: it neither starts another child nor notices their deaths.
    """
    import psutil

    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if pid != os.getpid():
            process.suspend()
        for child in process.children(recursive=True):
            _unless_gone(child.kill)
        process.send_signal(number)
        process.resume()


def _unless_gone(action: Callable[[], Any]) -> None:
    import psutil

    with suppress(psutil.NoSuchProcess):
        action()


def send(group: int, number: int) -> bool:
    """A signal to a process group; whether there is anybody in it. 0 only asks."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # only processes of other users are left in it
        return False
    return True


def group(leader: "subprocess.Popen[bytes]", *, and_who_left: bool = False) -> None:
    """SIGKILL to the process group that a child leads, until the child is reaped.

    `and_who_left`: also to the child's descendants that have made groups of their own.
    """
    family = descendants(leader.pid) if and_who_left and leader.poll() is None else []
    send(leader.pid, signal.SIGKILL)
    for pid in family:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    leader.wait()


def group_in_time(leader: "subprocess.Popen[bytes]", grace: float) -> None:
    """SIGTERM to the process group that a child leads; SIGKILL to who is left after `grace`."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not send(leader.pid, number) or _is_gone_within(leader, grace):
            return


def _is_gone_within(leader: "subprocess.Popen[bytes]", seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        leader.poll()
        if not send(leader.pid, 0):
            return True
        time.sleep(0.02)
    return False


def own_group(grace: float = 0.0) -> None:
    """SIGTERM to this process's own group, and SIGKILL after `grace` seconds; does not return."""
    if grace:
        os.killpg(0, signal.SIGTERM)
        time.sleep(grace)
    os.killpg(0, signal.SIGKILL)
