"""Words that error messages share: near misses, key paths, values cut to one line."""

import difflib
from collections.abc import Iterable
from typing import Any


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """`"; did you mean 'x'?"` when something allowed is close to `word`, else an empty string."""
    close = difflib.get_close_matches(word, list(allowed), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def key_path(location: Iterable[int | str]) -> str:
    """A location as it is written in a config: `problems.onemax.grid.bits[2]`."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def shown(value: Any) -> str:
    """A value short enough for one line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def printable(text: str) -> str:
    """`text` on one line, with escapes for what would move a terminal's cursor or hide text."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _escape(sign) for sign in text)


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")
