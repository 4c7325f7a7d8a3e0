"""Takes into the corpus what fuzzing has found: python tests/fuzz/minimise.py GROWN [READER ...].

Of the inputs in GROWN/READER, the smallest first, those stay that enter a line of evosweep's which
no input before them enters. What is in the corpus already stays: it may be a past finding.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import corpus
from places import PACKAGE
from reader import Trial
from targets import READERS

LARGEST, MOST = 2**12, 2**14
"""Bytes of an input, and of all that are added for one reader."""
_ROOT = f"{PACKAGE}/"
Line = tuple[str, int]


@contextmanager
def _traced(lines: set[Line]) -> Iterator[None]:
    """Add each line of evosweep's that the block enters."""

    def enter(frame: FrameType, *_: Any) -> Any:
        if not frame.f_code.co_filename.startswith(_ROOT):
            return None
        lines.add((frame.f_code.co_filename, frame.f_lineno))
        return enter

    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(None)


def chosen(name: str, grown: list[bytes]) -> list[bytes]:
    """Return the inputs to add to a reader's corpus."""
    kept: list[bytes] = []
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(READERS[name], Path(folder))
        seen: set[Line] = set()
        for data in corpus.inputs(name).values():
            seen |= _lines(trial, data)
        for data in sorted(grown, key=lambda each: (len(each), each)):
            if len(data) <= LARGEST and sum(map(len, kept)) + len(data) <= MOST:
                lines = _lines(trial, data)
                kept += [] if lines <= seen else [data]
                seen |= lines
    return kept


def _lines(trial: Trial, data: bytes) -> set[Line]:
    lines: set[Line] = set()
    with _traced(lines):
        trial(data)
    return lines


def main() -> None:
    """Add them, and print how many."""
    grown = Path(sys.argv[1])
    for name in sys.argv[2:] or READERS:
        folder = grown / name
        inputs = [path.read_bytes() for path in folder.iterdir()] if folder.is_dir() else []
        added = corpus.add(name, chosen(name, inputs))
        print(f"{name}: {len(added)} of {len(inputs)}", flush=True)


if __name__ == "__main__":
    main()
