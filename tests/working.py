"""Which processes work in a folder: what a test started, and whatever that has started."""

import time
from pathlib import Path

import psutil


def working_in(folder: Path) -> list[psutil.Process]:
    """Every process whose working folder this is."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def wait_for_nobody(folder: Path) -> None:
    """Wait until nothing works there."""
    end = time.monotonic() + 300
    while working_in(folder):
        assert time.monotonic() < end, working_in(folder)
        time.sleep(0.02)
