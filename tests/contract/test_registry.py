"""Every algorithm and problem, a new one unasked: one population everywhere, killed or not."""

from pathlib import Path
from typing import Any

import pytest
from hits import hit, kills, of_journal
from programs import digests
from registry import CASES, digest_of
from windows import BETWEEN

from evosweep.backends.table import create

PROGRAM = Path(__file__).parent / "registry.py"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runs of all cases, each evaluated in one process."""
    return tmp_path_factory.mktemp("serial")


@pytest.fixture(scope="module")
def serial(runs: Path) -> dict[str, str]:
    """Their digests."""
    return digests(PROGRAM, "serial", runs)


@pytest.fixture(scope="module")
def pool() -> Any:
    with create("pool", 2) as backend:
        yield backend


@pytest.mark.parametrize("name", CASES)
def test_on_a_pool(
    name: str, tmp_path: Path, runs: Path, serial: dict[str, str], pool: Any
) -> None:
    assert digest_of(name, pool, "pool", tmp_path, runs) == serial[name]


def test_under_scoop(tmp_path: Path, runs: Path, serial: dict[str, str]) -> None:
    """All in one program, for its start-up takes a second."""
    assert digests(PROGRAM, "scoop", tmp_path, str(runs)) == serial


@kills(BETWEEN)
def test_killed_and_resumed(tmp_path: Path, serial: dict[str, str]) -> None:
    """Each was killed after half of its evaluations, as its journal shows."""
    assert digests(PROGRAM, "killed", tmp_path) == serial
    for name in CASES:
        (window,) = of_journal(tmp_path / name / "killed" / "journal.bin")
        hit(window)
