"""Start a command and tell what it took: seconds, CPU of all its processes, its own memory."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_CHILD_SUBREAPER = 36  # of prctl


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    seconds: float
    cpu: float
    """CPU seconds of the command and of everything that it started."""
    megabytes: float
    """The most memory of its first process."""


def cost_of(command: Sequence[str | Path], folder: Path, log: str) -> Cost:
    """Return the cost of a command in a folder; ends this program where the command fails."""
    ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1)  # processes without a parent come to this one
    began, most = time.perf_counter(), 0.0
    with (folder / log).open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        while True:
            most = max(most, _memory(process.pid))
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.05)
    seconds, cpu = time.perf_counter() - began, used.ru_utime + used.ru_stime + _of_orphans()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        last = (folder / log).read_text(errors="replace").strip().splitlines()[-12:]
        sys.exit("\n".join([f"{command} ended with {process.returncode}:", *last]))
    return Cost(seconds, cpu, most)


def _of_orphans() -> float:
    """Return the CPU seconds of processes that the command has left behind, after their end."""
    cpu = 0.0
    with suppress(ChildProcessError):
        while True:
            _, _, used = os.wait4(-1, 0)
            cpu += used.ru_utime + used.ru_stime
    return cpu


def _memory(pid: int) -> float:
    """Return the most megabytes that a process has had so far; 0 once it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0
