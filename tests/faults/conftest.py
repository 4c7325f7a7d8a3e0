"""The table that `make faults` prints: fault, times, identical, worst recovery."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from runs import Run, spec

_rows: dict[str, list[tuple[bool, float]]] = defaultdict(list)


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
def note_row() -> Any:
    """Adds one injected fault to the table."""

    def note(fault: str, identical: bool, recovery: float = 0.0) -> None:
        _rows[fault].append((identical, recovery))
        assert identical, fault

    return note


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not _rows:
        return
    terminalreporter.section("faults")
    line = "{:<58} {:>8} {:>10} {:>14}"
    terminalreporter.line(line.format("fault", "injected", "identical", "worst recovery"))
    for fault, outcomes in _rows.items():
        identical = sum(same for same, _ in outcomes)
        worst = max(seconds for _, seconds in outcomes)
        shown = f"{worst:.2f} s" if worst else "-"
        terminalreporter.line(line.format(fault, len(outcomes), identical, shown))
