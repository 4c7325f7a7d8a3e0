"""Which folders a container can be shown, by the paths that they have outside."""

import os
import re
from pathlib import Path

from evosweep.errors import InputError

_NOT_MOUNTABLE = re.compile(r'[:,"\n]')  # engines read these as their own syntax


def check_mountable(folder: Path) -> None:
    """Raise InputError, one line, when no engine could show the folder to a container."""
    if not folder.is_dir():
        raise InputError(f"{folder}: cannot be mounted: there is no such folder")
    _check_path(folder)
    if len(folder.parts) < 2:
        raise InputError(f"{folder}: cannot be mounted over the container's own files")


def linked_modules(folder: Path) -> list[Path]:
    """Where links beside the config lead that name modules: they must be shown inside as well.

    Raises InputError for one that leads nowhere, as to a disk that is not mounted.
    """
    links = (path for path in sorted(folder.iterdir()) if path.is_symlink())
    return [
        target
        for link in links
        if link.suffix == ".py" or link.is_dir()
        if not (target := _target(link)).is_relative_to(folder)
    ]


def _target(link: Path) -> Path:
    """Return what the link itself says, as an absolute path; it may lead to a further link."""
    target = Path(os.path.abspath(link.parent / link.readlink()))  # noqa: PTH100
    if not target.exists():
        raise InputError(
            f"{link}: cannot be shown to a container: {target}, where it leads, does not exist; "
            "mount that disk, or put a copy in the link's place"
        )
    _check_path(target)
    return target


def _check_path(path: Path) -> None:
    if found := _NOT_MOUNTABLE.search(str(path)):
        raise InputError(
            f"{path}: cannot be mounted: its path contains {found[0]!r}; use another folder"
        )
