"""Words that error messages share: near misses, key paths, values cut to one line."""

import difflib
from collections.abc import Iterable
from typing import TextIO

_SHOWN = 60  # characters of a value in a message


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """`"; did you mean 'x'?"` when something allowed is close to `word`, else an empty string."""
    close = difflib.get_close_matches(word[: 2 * _SHOWN], list(allowed), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def key_path(location: Iterable[int | str]) -> str:
    """A location as it is written in a config: `problems.onemax.grid.bits[2]`."""
    path = ""
    for part in location:
        word = f"[{part}]" if isinstance(part, int) else printable(shortened(part))
        path += f".{word}" if path and not word.startswith("[") else word
    return path


def shown(value: object) -> str:
    """A value as Python writes it, short enough for one line."""
    if isinstance(value, str | bytes):
        value = value[: 2 * _SHOWN]  # the text of a huge value is never made whole
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deep, or a number of too many digits
        text = f"a {type(value).__name__} that is too large to show"
    return shortened(text)


def shortened(text: str) -> str:
    """`text` cut to what fits into a message."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def printable(text: str) -> str:
    """`text` with every character that a terminal could obey written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def printable_lines(text: object) -> str:
    """`text` with its line breaks, and everything else that a terminal could obey as escapes."""
    return "\n".join(map(printable, str(text).split("\n")))


def one_line(text: object) -> str:
    """`text` as one line that a terminal can only print."""
    return printable(" ".join(str(text).split()))


class Printable:
    """A stream of text that nothing read from a file can use to act on the terminal.

    Names in results may come from anybody; what a terminal would obey is written as an escape.
    """

    def __init__(self, stream: TextIO, kept: str = "") -> None:
        self._stream, self._kept = stream, f"\n\t{kept}"

    def write(self, text: str) -> int:
        """Writes `text`, with escapes for control characters other than line ends and tabs."""
        if not text.isprintable():
            signs = (sign if sign in self._kept else printable(sign) for sign in text)
            self._stream.write("".join(signs))
        else:
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Passes on what is buffered."""
        self._stream.flush()

    def __getattr__(self, name: str) -> object:
        value: object = getattr(self._stream, name)
        return value
