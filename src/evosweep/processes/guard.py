"""Kill helper processes when their supervisor dies, in whichever way it dies."""

import ctypes
import os
import signal
import sys
import threading
import time

from evosweep.processes import address, kill

SUPERVISOR_VARIABLE = "EVOSWEEP_SUPERVISOR"
_PDEATHSIG = 1
_PERIOD = 1.0


def follow_supervisor() -> None:
    """Kill this process's whole group once the supervisor that the environment names is dead.

    This does nothing on another host, which cannot see the supervisor.
    """
    supervisor = address.number_here(os.environ.get(SUPERVISOR_VARIABLE, ""))
    if supervisor is not None:
        threading.Thread(target=_end_group_after, args=(supervisor,), daemon=True).start()


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies; Linux only, else no effect."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _end_group_after(pid: int) -> None:
    while kill.is_alive(pid):
        time.sleep(_PERIOD)
    kill.own_group()
