"""Which functions of evosweep's a call enters, by the profile hook of Python."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from places import PACKAGE, Place

_ROOT = f"{PACKAGE}/"


@contextmanager
def recorded(reached: set[Place]) -> Iterator[None]:
    """Add every function of evosweep's that the block enters, in this thread."""
    seen: set[object] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code not in seen:
            seen.add(code)
            if code.co_filename.startswith(_ROOT):
                name = code.co_qualname.replace(".<locals>", "")
                function = ".".join(part for part in name.split(".") if not part.startswith("<"))
                reached.add(Place(code.co_filename.removeprefix(_ROOT), function))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)
