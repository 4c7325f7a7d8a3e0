"""No process without the one that started it: each ends when its supervisor is gone."""

import ctypes
import os
import signal
import sys
import threading
import time

SUPERVISOR_VARIABLE = "EVOSWEEP_SUPERVISOR"
_PDEATHSIG = 1
_PERIOD = 1.0


def follow_supervisor() -> None:
    """Kills this process's whole group when the supervisor that the environment names is dead."""
    supervisor = os.environ.get(SUPERVISOR_VARIABLE)
    if supervisor:
        watch = threading.Thread(target=_end_group_after, args=(int(supervisor),), daemon=True)
        watch.start()


def die_with_parent() -> None:
    """Asks the kernel to kill this process when its parent dies; Linux only, else no effect."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def is_alive(pid: int) -> bool:
    """Whether a process of that number exists; one that is dead and not yet reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return not _is_zombie(pid)


def descendants(pid: int) -> list[int]:
    """The numbers of all processes that a living process started, directly or not."""
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib is slow to import
            return file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except OSError:
        return False


def _end_group_after(pid: int) -> None:
    while is_alive(pid):
        time.sleep(_PERIOD)
    os.killpg(0, signal.SIGKILL)
