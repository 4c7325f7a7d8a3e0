"""Kill a process, its group, or all its descendants."""

import os
import signal
import subprocess
import time
from contextlib import suppress


def is_alive(pid: int) -> bool:
    """Return True if a process with this number runs; a zombie does not."""
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
    """Return the numbers of a living process's children, their children, and so on."""
    family = [pid]
    for member in family:  # it grows meanwhile
        family += _children(member)
    return family[1:]


def _children(pid: int) -> list[int]:
    if not _lists_children():
        return _children_by_psutil(pid)
    children: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):  # the process has ended
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - pathlib is slow to import
            with suppress(FileNotFoundError, ProcessLookupError):  # that thread has
                children += _children_of_task(pid, task)
    return children


def _children_of_task(pid: int, task: str) -> list[int]:
    with open(f"/proc/{pid}/task/{task}/children", "rb") as file:  # noqa: PTH123
        return [int(number) for number in file.read().split()]


def _lists_children() -> bool:
    """Return True if the kernel lists children in /proc: Linux, if it was built with the lists."""
    return os.path.exists(f"/proc/self/task/{os.getpid()}/children")  # noqa: PTH110


def _children_by_psutil(pid: int) -> list[int]:
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.NoSuchProcess:
        return []


def tree(pid: int, number: int = signal.SIGKILL) -> None:
    """Send SIGKILL to all descendants of a process, then a signal to the process itself.

    The process is stopped meanwhile, so that it neither starts another child nor notices that its
    children die. This process is spared if it is one of the descendants.
    """
    if pid != os.getpid():
        _unless_gone(pid, signal.SIGSTOP)
    for child in descendants(pid):
        if child != os.getpid():
            _unless_gone(child, signal.SIGKILL)
    _unless_gone(pid, number)
    _unless_gone(pid, signal.SIGCONT)


def _unless_gone(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def send(group: int, number: int) -> bool:
    """Send a signal to a process group; returns False if the group is empty. 0 sends nothing."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # only processes of other users are left in it
        return False
    return True


def group(leader: "subprocess.Popen[bytes]") -> None:
    """Send SIGKILL to a child, to its descendants, and to the process group that it leads."""
    family = descendants(leader.pid) if leader.poll() is None else []
    send(leader.pid, signal.SIGKILL)
    for pid in family:  # also those that have made groups of their own
        _unless_gone(pid, signal.SIGKILL)
    leader.wait()


def group_in_time(leader: "subprocess.Popen[bytes]", grace: float) -> None:
    """Send SIGTERM to the process group that a child leads, and SIGKILL after `grace` seconds."""
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
    """Send SIGTERM to this process's own group, and SIGKILL after `grace` seconds; never
    returns."""
    if grace:
        os.killpg(0, signal.SIGTERM)
        time.sleep(grace)
    os.killpg(0, signal.SIGKILL)


def this_process(grace: float) -> None:
    """Send SIGTERM to this process, and exit after `grace` seconds; for threads besides the
    main."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os._exit(128 + signal.SIGTERM)
