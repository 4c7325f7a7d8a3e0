"""The table that `make faults` prints: what each fault came to, counted as it was injected."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from runs import Run, spec

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


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the undisturbed run."""
    run = Run(tmp_path_factory.mktemp("reference") / "run", spec())
    assert run.complete()[0] == 0
    return run.digest


@pytest.fixture
def make_run(tmp_path: Path) -> Iterator[Any]:
    """Runs in folders of their own, whose processes are ended with the test."""
    made: list[Run] = []

    def make(backend: str = "serial", workers: int = 1, **problem: Any) -> Run:
        made.append(Run(tmp_path / f"run{len(made)}", spec(backend, workers, **problem)))
        return made[-1]

    yield make
    for run in made:
        run.kill_everything()


@pytest.fixture
def injected(reference: str) -> Any:
    """`with injected(fault, ...) as one:` counts each fault once, also where the block fails."""

    @contextmanager
    def count(*faults: str, expected: str = reference) -> Iterator[Injection]:
        injection = Injection()
        for fault in faults:
            _rows[fault].append((injection, expected))
        yield injection
        assert injection.digest == expected, faults
        assert injection.left == 0, faults

    return count


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves full-size tests their time, which a busy machine may draw out."""
    for item in items:
        if item.get_closest_marker("slow") and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(4 * 3600))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not _rows:
        return
    terminalreporter.section("faults")
    terminalreporter.line(_ROW.format(*_HEAD))
    for fault, outcomes in _rows.items():
        terminalreporter.line(_ROW.format(fault, *_summary(outcomes)))
    terminalreporter.line(
        "identical: the run ended with the population of the undisturbed run; wrong: with another"
    )


def _summary(outcomes: Sequence[tuple[Injection, str]]) -> tuple[Any, ...]:
    identical = sum(one.digest == expected for one, expected in outcomes)
    accepted = sum(one.digest is not None for one, _ in outcomes)
    left = sum(one.left for one, _ in outcomes)
    worst = max(one.recovery for one, _ in outcomes)
    return len(outcomes), identical, accepted - identical, left, f"{worst:.2f} s" if worst else "-"
