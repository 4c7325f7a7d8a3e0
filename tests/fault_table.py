"""The table that `make faults` prints: what each fault came to, counted as it was injected."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

_ROW = "{:<46} {:>8} {:>9} {:>5} {:>4} {:>14}"
_HEAD = ("fault", "injected", "identical", "wrong", "left", "worst recovery")


@dataclass
class Injection:
    """A fault that was injected; whatever a test does not come to say of it did not happen."""

    digest: str | None = None
    """Of the population that was accepted in the end; None: there was none."""
    left: int = 0
    """Processes that were there five seconds after they should have been gone."""
    recovery: float = 0.0
    """Seconds until all was well again; 0: not measured."""


_rows: dict[str, list[tuple[Injection, str]]] = defaultdict(list)


@contextmanager
def injected(*faults: str, expected: str) -> Iterator[Injection]:
    """Counts each fault once, also where the block fails; `expected` is the undisturbed digest."""
    injection = Injection()
    for fault in faults:
        _rows[fault].append((injection, expected))
    yield injection
    assert injection.digest == expected, faults
    assert injection.left == 0, faults


def show(terminal: pytest.TerminalReporter) -> None:
    """Prints the table, where any fault was injected."""
    if not _rows:
        return
    terminal.section("faults")
    terminal.line(_ROW.format(*_HEAD))
    for fault, outcomes in _rows.items():
        terminal.line(_ROW.format(fault, *_summary(outcomes)))
    terminal.line(
        "identical: the run ended with the population of the undisturbed run; wrong: with another"
    )


def _summary(outcomes: Sequence[tuple[Injection, str]]) -> tuple[object, ...]:
    identical = sum(one.digest == expected for one, expected in outcomes)
    accepted = sum(one.digest is not None for one, _ in outcomes)
    left = sum(one.left for one, _ in outcomes)
    worst = max(one.recovery for one, _ in outcomes)
    return len(outcomes), identical, accepted - identical, left, f"{worst:.2f} s" if worst else "-"
