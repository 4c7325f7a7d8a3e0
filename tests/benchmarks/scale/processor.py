"""The processor time of all processes of a measured run, which tells what limits a batch.

Wall time says little on a busy machine, and nothing of what is busy. Each process of a run that
`once.py` measures has one mark in its environment: the one that runs the program, the workers, and
whatever starts or serves them. Their session tells less, since mpiexec gives its ranks others.
"""

import os
from contextlib import suppress
from pathlib import Path

MARK = "EVOSWEEP_MEASURED"


def seconds() -> dict[int, float]:
    """Processor seconds by process; the kernel counts them in nanoseconds for each thread."""
    mark = f"{MARK}={os.environ[MARK]}".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = _of(folder)
    return found


def _of(process: Path) -> float:
    spent = 0
    for thread in (process / "task").iterdir():
        with suppress(OSError):
            spent += int((thread / "schedstat").read_text().split()[0])
    return spent / 1e9


def spent(before: dict[int, float]) -> tuple[float, float]:
    """Seconds of this process and of all others of its run since `before`."""
    now = seconds()
    own = now.pop(os.getpid()) - before[os.getpid()]
    return own, sum(total - before.get(pid, 0.0) for pid, total in now.items())
