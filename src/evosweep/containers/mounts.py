"""Check the folders to mount into a container under the paths that they have outside."""

import os
import re
from pathlib import Path

from evosweep.errors import InputError

_NOT_MOUNTABLE = re.compile(r'[:,"\n]')  # engines read these characters as their own syntax


def check_mountable(folder: Path) -> None:
    """Raise InputError if no engine could mount the folder."""
    if not folder.is_dir():
        raise InputError(f"{folder}: cannot be mounted: there is no such folder")
    _check_path(folder)
    if len(folder.parts) < 2:
        raise InputError(f"{folder}: cannot be mounted over the container's own files")


def linked_modules(folder: Path) -> list[Path]:
    """Return the targets of links to modules in a folder; they must be mounted as well.

    Raises InputError for a link without a target, for instance on a disk that is not mounted.
    """
    links = (path for path in sorted(folder.iterdir()) if path.is_symlink())
    return [
        target
        for link in links
        if link.suffix == ".py" or link.is_dir()
        if not (target := _target(link)).is_relative_to(folder)
    ]


def _target(link: Path) -> Path:
    """Return the link's direct target as an absolute path; it may be a link again."""
    target = Path(os.path.abspath(link.parent / link.readlink()))  # noqa: PTH100
    if not target.exists():
        raise InputError(
            f"{link}: cannot be shown to a container: {target}, where it leads, does not exist; "
            "mount that disk, or put a copy in the link's place"
        )
    _check_path(target)
    return target


def _check_path(path: Path) -> None:
    if match := _NOT_MOUNTABLE.search(str(path)):
        raise InputError(
            f"{path}: cannot be mounted: its path contains {match[0]!r}; use another folder"
        )
