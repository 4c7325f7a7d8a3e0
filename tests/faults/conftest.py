"""What the tests of faults share: runs to disturb, and the table that counts what came of it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import fault_table
import pytest
from hits import hit, left_by
from runs import Run, spec


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The receipt of the undisturbed run."""
    run = Run(tmp_path_factory.mktemp("reference") / "run", spec())
    assert run.complete()[0] == 0
    return run.record


@pytest.fixture(scope="session")
def reference(undisturbed: dict[str, Any]) -> str:
    """The digest of the undisturbed run."""
    return str(undisturbed["population_digest"])


@pytest.fixture
def hit_what_is_left(undisturbed: dict[str, Any]) -> Callable[[Path], str]:
    """Counts the window in which a run was ended, or stands, by what is in its folder."""

    def count(folder: Path) -> str:
        window = left_by(folder, undisturbed["evaluations"])
        hit(window)
        return window

    return count


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

    def count(
        *faults: str, expected: str = reference
    ) -> AbstractContextManager[fault_table.Injection]:
        return fault_table.injected(*faults, expected=expected)

    return count


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves full-size tests their time, which a busy machine may draw out."""
    for item in items:
        if item.get_closest_marker("slow") and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(4 * 3600))
