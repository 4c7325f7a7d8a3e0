"""What may lie where a file is expected: pipes, devices, links, giants."""

import os
from collections.abc import Callable
from pathlib import Path

GIANT = 2**40
LONG = 2**30


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def _circle(path: Path) -> None:
    path.symlink_to(path.name)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(GIANT)


def _line(path: Path) -> None:
    """A line of 1 GB without an end, of which a text's first bytes are real."""
    with path.open("wb") as file:
        file.write(b'{"a": "')
        file.truncate(LONG)


THINGS: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "device": _device,
    "link to nowhere": _nowhere,
    "circle of links": _circle,
    "folder": Path.mkdir,
    "sparse giant": _sparse,
    "line of 1 GB": _line,
    "nothing": lambda _: None,
}
"""Each makes a thing at a path at which nothing lies."""


def clear(path: Path) -> None:
    """Remove what lies at a path."""
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
