"""Every error that evosweep raises on purpose, as one tree.

EvosweepError
├── InputError      the caller's input is wrong: exit code 2
│   └── Damaged     one file of a run is wrong: the message names it, and other runs go on
└── RunError        the run itself failed: exit code 1

A message is one line: what is wrong, where, the value, and what to do about it. The functions below
the tree put values and places into such a line.
"""

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path

_SHOWN = 60  # characters of a value in a message
_ACCOUNT = re.compile(r"(://[^\s:/@]*):[^\s\"'<>]*@")
_PASSWORD = re.compile(r"://[^\s:/@]*:[^\s/@\"'<>]+@")
_TOKEN = re.compile(r"(\bhttps?://)[^\s:/@\"'<>]+@")
_OPTION = re.compile(r"([?&;](?:\w*passw(?:or)?d|\w*secret|\w*token|\w*key)=)[^\s&;\"'<>]*", re.I)
_SECRETS = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
_SHORTEST_SECRET = 4


class EvosweepError(Exception):
    """Root of the tree; `exit_code` is what the command line returns for it."""

    exit_code = 1

    def __str__(self) -> str:
        """Return the message; passwords of addresses in it are hidden, wherever it is printed or
        kept."""
        return without_password(super().__str__())


class InputError(EvosweepError):
    """Bad input: a config, a spec, an option or a folder that cannot be used as it is."""

    exit_code = 2


class Damaged(InputError):
    """A file of a run that is not what it should be, with one line that says so.

    Code that reads many runs shows that line, leaves this run out and goes on with the others:
    `damaged: <folder>: <field>: <value>: <what is allowed>`.

    Parameters
    ----------
    folder
        The run's folder.
    field
        The file or the field of its record that is wrong; may be empty.
    reason
        The value and what is allowed.
    torn
        Whether the file is empty or cut off, as after a power cut, and nothing is lost by writing
        it again.
    """

    def __init__(self, folder: Path, field: str, reason: str, *, torn: bool = False) -> None:
        self.folder, self.field, self.torn = folder, field, torn
        self.reason = ": ".join(printable(part) for part in (field, reason) if part)
        super().__init__(f"damaged: {printable(str(folder))}: {self.reason}")


class RunError(EvosweepError):
    """A run that started and could not finish."""


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """`"; did you mean 'x'?"` when something allowed is close to `word`, else an empty string."""
    close = difflib.get_close_matches(word[: 2 * _SHOWN], list(allowed), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def key_path(location: Iterable[int | str]) -> str:
    """Return a location as it is written in a config: `problems.onemax.grid.bits[2]`."""
    path = ""
    for part in location:
        word = f"[{part}]" if isinstance(part, int) else printable(shortened(part))
        path += f".{word}" if path and not word.startswith("[") else word
    return path


def shown(value: object) -> str:
    """Return a value as Python writes it, short enough for one line."""
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


def without_password(text: str) -> str:
    """Return an address, or a text with addresses in it, as it may be printed.

    Hidden are the password of an account (`user:password@host`), an account of HTTP that has none
    (`token@host`), values of options that are called like one (`?password=`), and what the
    environment holds for MLflow's servers.
    """
    text = _TOKEN.sub(r"\1***@", _ACCOUNT.sub(r"\1:***@", text))
    text = _OPTION.sub(r"\1***", text)
    for name in _SECRETS:
        if len(secret := os.environ.get(name, "")) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text


def has_password(text: str) -> bool:
    """Return True if there is an address with a password or a token in a text."""
    return bool(_PASSWORD.search(text) or _TOKEN.search(text))
