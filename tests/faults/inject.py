"""Performs a run in this process and kills it between two acts on its files: write, rename, ...

usage: inject.py N|WINDOW SPEC FOLDER   before the N-th act, or before the first one in the window

It prints the window in which it is killed. A run with fewer acts than N finishes.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from acts import watch

from evosweep.cli import main

target, spec, folder = sys.argv[1], sys.argv[2], str(Path(sys.argv[3]).resolve())
acts = 0


def act(window: str) -> None:
    global acts  # noqa: PLW0603
    acts += 1
    if target in (str(acts), window):
        os.write(2, f"{window}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


watch(folder, act)
sys.exit(main(["run", "--in-process", "--spec", spec, "--out", folder]))
