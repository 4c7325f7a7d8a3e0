"""Check the files below an experiment's folder that Snakemake and its jobs write to or read.

Snakemake follows links, and so does a shell's `> logs/compare.log`. A folder from elsewhere may
have a link there to a file of the user's. That file would be overwritten, or copied into the report
of `snakemake --report`.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from evosweep.errors import Damaged
from evosweep.files.opening import is_file, is_folder

_FOLDERS = ("runs", "jobs", "logs", "specs", "sources", "horizons", "looks", "comparison", ".calls")
_FILES = (".tracked", "asked.txt", "asked.jsonl", ".snakemake.lock")
_WITH_FILES_ALONE = ("logs", "jobs", "specs", "looks", "comparison")


def check(folder: Path) -> None:
    """Raise `Damaged` for the first of these paths that is a link, a pipe or a device.

    `folder` itself may be a link, since the user chose it.
    """
    for name in _FOLDERS:
        if os.path.lexists(folder / name) and not is_folder(folder / name):
            raise Damaged(folder, name, "is a link or no folder; remove it")
    for path in _files(folder):
        if os.path.lexists(path) and not is_file(path):
            name = str(path.relative_to(folder))
            raise Damaged(folder, name, "is a link or no regular file; remove it")


def _files(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in _FILES)
    for name in _WITH_FILES_ALONE:
        if is_folder(folder / name):
            with os.scandir(folder / name) as entries:
                yield from (Path(entry.path) for entry in entries if _is_odd(entry))


def _is_odd(entry: "os.DirEntry[str]") -> bool:
    return not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False))
