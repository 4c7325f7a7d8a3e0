"""Reasons why work on a run ended early: one line for each time, in the run's folder.

Each host has a file of its own, since appends of two hosts to one file tear and lose lines on most
shared file systems. A process that gets SIGKILL cannot write its line. Then the journal has more
sessions than the files have lines, and the receipt says so.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from evosweep.errors import EvosweepError, one_line
from evosweep.files import strict_json
from evosweep.files.opening import open_descriptor, read_bytes
from evosweep.processes import address

KILLED = "killed, or its host was lost"
_FILE = re.compile(r"interruptions.*\.jsonl", re.DOTALL)
_LONGEST = 2**20  # bytes
_MOST = 1000


class InterruptionLine(TypedDict):
    """One line of the file."""

    why: str
    at: NotRequired[str]
    """ISO 8601."""
    host: NotRequired[str]


def note(folder: Path, why: str) -> None:
    """Add a line to this host's file; errors are ignored: the file is informational."""
    line = InterruptionLine(
        why=one_line(why)[:200],
        at=datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds"),
        host=os.uname().nodename,
    )
    with suppress(OSError, EvosweepError):
        append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = open_descriptor(_file_here(folder), append, inside=folder.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{json.dumps(line)}\n")


def files(folder: Path) -> list[Path]:
    """Return the files of all hosts."""
    names: list[str] = []
    with suppress(OSError):  # a folder that its owner may write to and not read
        names = sorted(filter(_FILE.fullmatch, os.listdir(folder)))  # noqa: PTH208 - names alone
    return [folder / name for name in names]


def read(folder: Path, resumed: int) -> list[InterruptionLine]:
    """Return the interruptions of a run that was resumed `resumed` times.

    Interruptions without a line of their own are included, as unknown.
    """
    lines = chain.from_iterable(map(_lines, files(folder)))
    noted = sorted(lines, key=lambda line: line.get("at", ""))[-_MOST:]
    unknown = max(0, min(resumed, _MOST) - len(noted))
    return [*noted, *(InterruptionLine(why=KILLED) for _ in range(unknown))]


def _file_here(folder: Path) -> Path:
    """Return this host's file; hosts may share a name, but not the start of their kernel."""
    here = hashlib.sha256(address.of_this_host().encode()).hexdigest()[:8]
    return folder / f"interruptions.{here}.jsonl"


def _lines(path: Path) -> Iterator[InterruptionLine]:
    try:
        text = read_bytes(path, _LONGEST)
    except (OSError, EvosweepError):
        return
    for line in text.splitlines():
        with suppress(ValueError, KeyError, TypeError):
            told: Any = strict_json.loads(line)
            yield InterruptionLine(
                why=one_line(told["why"])[:200],
                at=datetime.fromisoformat(told["at"]).isoformat(timespec="seconds"),
                host=one_line(told["host"])[:255],
            )
