"""Show which lines differ between the sources of two digests, if copies of both exist."""

import difflib
from collections.abc import Iterator, Mapping

from evosweep.errors import printable
from evosweep.plugins.normal_form import normal_form, parse

MOST_LINES = 200
"""Most lines of a difference that are shown."""
Texts = Mapping[str, str]
"""Sources by their path below the import path."""


def source_differences(here: Texts, there: Texts) -> Iterator[str]:
    """Yield for each file that differs its name, then the lines of its unified diff.

    Files that differ only in comments, docstrings or blank lines are left out.
    """
    if not here or not there:
        yield "  its lines cannot be compared: that source was not kept"
        return
    lines = list(_lines(here, there))
    yield from lines[:MOST_LINES] or ["  no file differs: another evosweep made that digest"]
    if len(lines) > MOST_LINES:
        yield f"  ... and {len(lines) - MOST_LINES} more lines"


def _lines(here: Texts, there: Texts) -> Iterator[str]:
    for place in sorted({*here, *there}):
        name = printable(place)
        if place not in there:
            yield f"  {name}: only here"
        elif place not in here:
            yield f"  {name}: only there"
        elif _essence(here[place]) != _essence(there[place]):
            yield f"  {name}:"
            texts = (there[place].splitlines(), here[place].splitlines())
            diff = difflib.unified_diff(*texts, "there", "here", lineterm="", n=1)
            yield from (f"    {printable(line.expandtabs())}" for line in diff)


def _essence(text: str) -> str:
    try:
        return normal_form(text, parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
