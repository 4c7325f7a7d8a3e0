"""Which processes work in a folder: what a test started, and whatever that has started."""

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
