"""Reasons why work on a run ended early: one line for each time, in the run's folder.

A process that gets SIGKILL cannot write its line. Then the journal has more sessions than the file
has lines, and the receipt says so.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NotRequired, TypedDict

from evosweep.errors import EvosweepError, one_line
from evosweep.files.opening import open_descriptor, read_bytes

KILLED = "killed, or its host was lost"
_LONGEST = 2**20  # bytes
_MOST = 1000


class InterruptionLine(TypedDict):
    """One line of the file."""

    why: str
    at: NotRequired[str]
    """ISO 8601."""
    host: NotRequired[str]


def note(path: Path, why: str) -> None:
    """Add a line to `interruptions.jsonl`; errors are ignored: the file is informational."""
    line = InterruptionLine(
        why=one_line(why)[:200],
        at=datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds"),
        host=os.uname().nodename,
    )
    with suppress(OSError, EvosweepError):
        descriptor = open_descriptor(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{json.dumps(line)}\n")


def read(path: Path, resumed: int) -> list[InterruptionLine]:
    """Return the interruptions of a run that was resumed `resumed` times.

    Interruptions without a line of their own are included, as unknown.
    """
    noted = list(_lines(path))[-_MOST:]
    unknown = max(0, min(resumed, _MOST) - len(noted))
    return [*noted, *(InterruptionLine(why=KILLED) for _ in range(unknown))]


def _lines(path: Path) -> Iterator[InterruptionLine]:
    try:
        text = read_bytes(path, _LONGEST)
    except (OSError, EvosweepError):
        return
    for line in text.splitlines():
        with suppress(ValueError, KeyError, TypeError):
            told = json.loads(line)
            yield InterruptionLine(
                why=one_line(told["why"])[:200],
                at=datetime.fromisoformat(told["at"]).isoformat(timespec="seconds"),
                host=one_line(told["host"])[:255],
            )
