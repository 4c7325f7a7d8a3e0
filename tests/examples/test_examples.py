"""DEAP's example programs end in the population of the plain program, on every backend."""

from pathlib import Path

import pytest
from cases import CASES
from programs import digests

PROGRAM = Path(__file__).parent / "perform.py"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The digests of the plain programs."""
    return digests(PROGRAM, "plain", tmp_path_factory.mktemp("plain"))


def test_each_example_is_a_program_of_its_own(plain: dict[str, str]) -> None:
    """All end, and no two in the same population but those that differ in their loop's spelling."""
    assert set(plain) == set(CASES)
    assert all(len(digest) == 64 for digest in plain.values()), plain
    spelled_out = {"ga/onemax", "ga/onemax_short"}
    others = [digest for name, digest in plain.items() if name not in spelled_out]
    assert len(set(others)) == len(others)


ELSEWHERE = [pytest.param(use, marks=pytest.mark.thorough) for use in ("pool", "scoop")]


@pytest.mark.parametrize("use", ["serial", *ELSEWHERE])
def test_same_population(use: str, tmp_path: Path, plain: dict[str, str]) -> None:
    assert digests(PROGRAM, use, tmp_path) == plain
