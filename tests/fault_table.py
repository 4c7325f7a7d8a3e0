"""The table that `make faults` prints: what each fault came to, counted as it was injected."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from noted import note

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

    def outcome(self, expected: str) -> tuple[bool, bool, int, float]:
        """(identical, accepted, left, recovery), which a worker of pytest-xdist can send."""
        return self.digest == expected, self.digest is not None, self.left, self.recovery


_FAULT = "fault: "
_rows: dict[str, list[tuple[bool, bool, int, float]]] = defaultdict(list)


@contextmanager
def injected(*faults: str, expected: str) -> Iterator[Injection]:
    """Counts each fault once, also where the block fails; `expected` is the undisturbed digest."""
    injection = Injection()
    try:
        yield injection
    finally:
        for fault in faults:
            note(_FAULT + fault, injection.outcome(expected))
    assert injection.digest == expected, faults
    assert injection.left == 0, faults


def collect(report: pytest.TestReport) -> None:
    """Take over the faults of a test that has ended, in whichever process it ran."""
    for name, outcome in report.user_properties:
        if name.startswith(_FAULT):
            _rows[name.removeprefix(_FAULT)].append(tuple(outcome))


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


def _summary(outcomes: Sequence[tuple[bool, bool, int, float]]) -> tuple[object, ...]:
    identical = sum(same for same, *_ in outcomes)
    accepted = sum(there for _, there, *_ in outcomes)
    left = sum(left for *_, left, _ in outcomes)
    worst = max(recovery for *_, recovery in outcomes)
    return len(outcomes), identical, accepted - identical, left, f"{worst:.2f} s" if worst else "-"
