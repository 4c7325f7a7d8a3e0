"""Detects whether the running script would be run again by its own workers.

Workers of a pool, of SCOOP, of MPI and of Dask import the program that started them. So code at its
top level runs again on each worker; code below `if __name__ == "__main__":` runs only once.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from evosweep.errors import InputError

_WORKER_NAMES = ("__mp_main__", "SCOOP_WORKER", "__worker__")
"""The name of a script that multiprocessing, SCOOP or mpi4py imports on a worker."""
_MARKS = {"__name__", "IS_ORIGIN", "parent_process"}
"""Names in the condition of an `if` that keep workers out."""


def check(use: str) -> None:
    """Raise `InputError` if workers would run the calling script again.

    On a worker that runs it again, the process exits without a message, since its parent has
    already told the user.
    """
    frame = _top_of_script()
    if frame is None or _is_guarded(frame):
        return
    if frame.f_globals["__name__"] in _WORKER_NAMES:
        raise SystemExit(1)
    raise InputError(
        f"{frame.f_code.co_filename}, line {frame.f_lineno}: each worker of open_backend({use!r}) "
        "imports this script and would run this line again; put what starts the program below: "
        'if __name__ == "__main__":'
    )


def _top_of_script() -> FrameType | None:
    """Return the frame of the script's top level, if it makes this call and workers import it."""
    main = sys.modules.get("__main__")
    if getattr(main, "__file__", None) is None:  # typed at a prompt, or `python -c`
        return None
    names = ("__main__", *_WORKER_NAMES)
    for frame in _callers():
        if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__") in names:
            return frame
    return None


def _callers() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_guarded(frame: FrameType) -> bool:
    """Return True if the current line is below an `if` that keeps workers out."""
    try:
        tree = ast.parse(Path(frame.f_code.co_filename).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return True  # no file to be read: nothing that workers could import
    return any(
        node.lineno <= frame.f_lineno <= (node.end_lineno or node.lineno)
        and any(_name(part) in _MARKS for part in ast.walk(node.test))
        for node in ast.walk(tree)
        if isinstance(node, ast.If)
    )


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None
