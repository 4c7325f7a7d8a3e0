"""A working folder with the real workflow in it."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from workspace import PROBLEM, Workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """The workflow's own files, a config and a problem beside it."""
    shutil.copy(ROOT / "Snakefile", tmp_path)
    for name in ("profiles", "workflow"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "my_problem.py").write_text(PROBLEM)
    made = Workspace(tmp_path)
    made.configure()
    yield made
    made.close()


@pytest.fixture
def waits() -> Callable[[Callable[[], Any]], Any]:
    """Poll until something is true, for as long as a loaded machine may need."""

    def wait(condition: Callable[[], Any]) -> Any:
        end = time.monotonic() + 600
        while not (found := condition()):
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.05)
        return found

    return wait
