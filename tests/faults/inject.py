"""Performs a run in this process and kills it at its N-th act on files: open, write, rename, ...

usage: inject.py N SPEC FOLDER; a run with fewer acts than N finishes.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from evosweep.cli import main

ACTS = {"os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir"}
target, spec, folder = int(sys.argv[1]), sys.argv[2], str(Path(sys.argv[3]).resolve())
acts = 0


def act() -> None:
    global acts  # noqa: PLW0603
    acts += 1
    if acts == target:
        os.kill(os.getpid(), signal.SIGKILL)


def audit(event: str, args: tuple[Any, ...]) -> None:
    if (event in ACTS and folder in str(args[0])) or (
        event == "open" and folder in str(args[0]) and args[2] & (os.O_WRONLY | os.O_RDWR)
    ):
        act()


def before(function: Any) -> Any:
    def wrapped(fd: int, *args: Any) -> Any:
        if folder in str(Path(f"/proc/self/fd/{fd}").readlink()):
            act()
        return function(fd, *args)

    return wrapped


sys.addaudithook(audit)
for name in ("write", "fsync", "fdatasync", "ftruncate", "pwrite"):
    setattr(os, name, before(getattr(os, name)))
sys.exit(main(["run", "--in-process", "--spec", spec, "--out", folder]))
