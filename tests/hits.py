"""Which windows the kills of a test hit: each test states those that it wants, and proves its hits.

`@kills(BETWEEN)` states a window. `hit(BETWEEN)` counts a hit, as soon as there is evidence for it:
what the killed run left (`left_by`, `of_journal`), a process that was stopped there before it was
killed, or the word of the victim. A test that does not hit each window that it states fails.
"""

from contextlib import suppress
from pathlib import Path

import pytest
from noted import note, noted
from windows import (
    AFTER_LAST,
    BEFORE_FIRST,
    BETWEEN,
    DONE,
    NEW_JOURNAL,
    REPLAY,
    START,
    UNNAMED,
    WINDOWS,
    WITHIN,
)

from evosweep.records.journal import Entry, JournalCorrupt, Session, read_behind

kills = pytest.mark.kills

_HIT = "window of a kill"
_ROW = "{:<58} {:>6} {:>6}"
_hits: dict[str, list[str]] = {window: [] for window in WINDOWS}


def hit(*windows: str) -> None:
    """Count a hit of each window."""
    for window in windows:
        assert window in WINDOWS, window
        note(_HIT, window)


def was_hit(window: str) -> bool:
    """Return True if this test has hit a window already."""
    return (_HIT, window) in noted()


def check(item: pytest.Item) -> None:
    """Fail where a test has stated a window that it did not hit."""
    wanted = [window for mark in item.iter_markers("kills") for window in mark.args]
    missed = [window for window in wanted if not was_hit(window)]
    assert not missed, f"no kill of this test hit {missed}; noted: {noted()}"


def collect(report: pytest.TestReport) -> None:
    """Take over the hits of a test that has ended, in whichever process it ran."""
    for name, value in report.user_properties:
        if name == _HIT:
            _hits[str(value)].append(report.nodeid)


def show(terminal: pytest.TerminalReporter) -> None:
    """Print how often each window was hit, and by how many tests."""
    if not any(_hits.values()):
        return
    terminal.section("windows of kills and stops")
    terminal.line(_ROW.format("window", "hits", "tests"))
    for window, tests in _hits.items():
        if tests:
            terminal.line(_ROW.format(window, len(tests), len(set(tests))))


def left_by(folder: Path, evaluations: int) -> str:
    """Return the window in which a run of so many evaluations was killed, by what it left."""
    if (folder / "record.json").exists():
        return DONE
    if any(folder.glob(".record.json.*")):
        return UNNAMED
    path = folder / "journal.bin"
    if not path.exists():
        return NEW_JOURNAL if any(folder.glob(".journal.bin.*")) else START
    return _end_of(path, evaluations)


def _end_of(path: Path, evaluations: int) -> str:
    end, done, last = 0, 0, None
    with suppress(JournalCorrupt):
        for end, last in read_behind(path, 0):  # noqa: B007
            done += len(last.indices) if isinstance(last, Entry) else 0
    if path.stat().st_size > end:
        return WITHIN
    if done >= evaluations:
        return AFTER_LAST
    if isinstance(last, Session):
        return REPLAY if done else BEFORE_FIRST
    return BETWEEN


def of_journal(path: Path) -> list[str]:
    """Return the window of each interruption of a run that is done, by its sessions."""
    sessions: list[int] = []
    for _, entry in read_behind(path, 0):
        if isinstance(entry, Session):
            sessions.append(0)
        else:
            sessions[-1] += len(entry.indices)
    return [_between(sessions[:place], sessions[place:]) for place in range(1, len(sessions))]


def _between(before: list[int], after: list[int]) -> str:
    if not any(before):
        return BEFORE_FIRST
    if not any(after):
        return AFTER_LAST
    return BETWEEN if before[-1] else REPLAY
