"""The processor time of all processes of this session, which tells what limits a batch.

Wall time says little on a busy machine, and nothing of what is busy. Each process of a run that
`once.py` measures is in one session: the one that runs the program, the workers, and whatever
starts or serves them.
"""

import os
from contextlib import suppress
from pathlib import Path


def seconds() -> dict[int, float]:
    """Processor seconds by process; the kernel counts them in nanoseconds for each thread."""
    session = os.getsid(0)
    found = {}
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError, ProcessLookupError):
            if folder.name.isdigit() and os.getsid(int(folder.name)) == session:
                found[int(folder.name)] = _of(folder)
    return found


def _of(process: Path) -> float:
    spent = 0
    for thread in (process / "task").iterdir():
        with suppress(OSError):
            spent += int((thread / "schedstat").read_text().split()[0])
    return spent / 1e9


def spent(before: dict[int, float]) -> tuple[float, float]:
    """Seconds of this process and of all others of its session since `before`."""
    now = seconds()
    own = now.pop(os.getpid()) - before[os.getpid()]
    return own, sum(total - before.get(pid, 0.0) for pid, total in now.items())
