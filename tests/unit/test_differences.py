"""Where two runs part: told by bits, as their digests are, and found soon in large tables."""

import math
from pathlib import Path

import numpy
import pyarrow
import pytest
from pyarrow import parquet

from evosweep.records.differences import Difference, first_difference
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Entry, Journal

NAN = math.nan
RUN_ID = "0123456789ab"


def run(
    path: Path,
    population: list[list[float]],
    digests: list[str] | None = None,
    batches: list[list[float]] | None = None,
) -> RunFolder:
    """A folder with the files that are compared; each batch is of single objectives."""
    path.mkdir()
    folder = RunFolder(path)
    parquet.write_table(pyarrow.table({"genome": population}), folder.population)
    if digests is not None:
        rows = {"generation": list(range(10, 10 + len(digests))), "digest": digests}
        parquet.write_table(pyarrow.table(rows), folder.logbook)
    with Journal(folder.journal, RUN_ID) as journal:
        for batch, values in enumerate(batches or []):
            indices, fitnesses = numpy.arange(len(values)), numpy.array([values]).T
            journal.append(Entry(batch, indices, fitnesses, bytes(16), seconds=0, finished=0))
    return folder


def test_equal_runs_have_no_difference_though_they_hold_nan(tmp_path: Path) -> None:
    content = ([[NAN, 1.0]], ["a", "b"], [[NAN, 2.0]])
    one, other = run(tmp_path / "one", *content), run(tmp_path / "other", *content)
    assert first_difference(one, other) == Difference(None, None, None)


def test_the_sign_of_zero_is_a_difference(tmp_path: Path) -> None:
    one = run(tmp_path / "one", [[1.0], [0.0]], batches=[[NAN], [3.0, 0.0]])
    other = run(tmp_path / "other", [[1.0], [-0.0]], batches=[[NAN], [3.0, -0.0]])
    found = first_difference(one, other)
    assert (found.individual, found.evaluation) == (1, (1, 1))
    assert "1: it was {'genome': [0.0]}, and is {'genome': [-0.0]}" in str(found)


@pytest.mark.parametrize("place", [0, 4095, 4096, 9999])
def test_the_first_row_that_differs_is_found_wherever_it_is(tmp_path: Path, place: int) -> None:
    rows = [[1.0]] * 10_000
    one = run(tmp_path / "one", rows)
    other = run(tmp_path / "other", [*rows[:place], *[[2.0]] * (10_000 - place)])
    found = first_difference(one, other)
    assert found == Difference(None, None, place, {"genome": [1.0]}, {"genome": [2.0]})


def test_a_population_that_ends_before_the_other_differs_there(tmp_path: Path) -> None:
    one, other = run(tmp_path / "one", [[1.0]] * 5000), run(tmp_path / "other", [[1.0]] * 4999)
    assert first_difference(one, other) == Difference(None, None, 4999, {"genome": [1.0]}, None)


def test_a_generation_is_told_by_its_number_and_not_by_its_row(tmp_path: Path) -> None:
    one, other = (run(tmp_path / d, [[1.0]], ["a", d, d]) for d in ("x", "y"))
    assert first_difference(one, other).generation == 11
