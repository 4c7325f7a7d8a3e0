"""Columns are the arrays that pyarrow makes of the same values."""

import json
import subprocess
import sys
from array import array
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from evosweep.files.strict_json import strict
from evosweep.genomes.readable import readable, readable_column
from evosweep.records import tables
from evosweep.records.parquet import as_parquet, column

whole = st.integers(-(2**63), 2**63 - 1)
some = st.none() | whole | st.floats() | st.text(st.characters(exclude_categories=["Cs"]))
usual = st.sampled_from([whole, st.floats(), st.booleans(), st.text("aé√𝄞"), st.none() | whole,
                         st.none() | st.floats(), st.none() | st.booleans(), st.none() | st.text(),
                         some])  # fmt: skip


@given(usual.flatmap(lambda values: st.lists(values | st.lists(values, max_size=3), max_size=20)))
def test_a_column_is_what_pyarrow_makes_of_it(values: list[Any]) -> None:
    try:
        expected = pyarrow.array(values)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
        expected = pyarrow.array([json.dumps(strict(value)) for value in values])
    _same(column(values), expected)


@given(usual.flatmap(lambda values: st.lists(st.lists(values, max_size=5), max_size=20)))
def test_a_column_of_genomes_too(values: list[Any]) -> None:
    try:
        expected = pyarrow.array(values)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
        expected = pyarrow.array([json.dumps(strict(value)) for value in values])
    _same(column(values), expected)


class Bits(list[Any]):
    """An individual as DEAP makes it."""


genes = st.sampled_from([st.integers(-(2**31), 2**31 - 1), whole, st.floats(), st.booleans(), some,
                         st.sampled_from([True, 1, 1.0, numpy.int64(1), numpy.float64(1)]),
                         st.integers(2**63, 2**70)])  # fmt: skip


@given(genes.flatmap(lambda values: st.lists(st.lists(values, max_size=5).map(Bits), max_size=9)))
def test_a_population_is_a_column_of_readable_genomes(population: list[Bits]) -> None:
    _same(column(readable_column(population)), column([*map(readable, population)]))


@pytest.mark.parametrize("kind", [tuple, set, deque, numpy.array, lambda genes: array("d", genes)])
def test_genomes_of_other_kinds_are_such_a_column_too(kind: Callable[[Any], Any]) -> None:
    population = [kind([1, 2]), kind([3, 4])]
    _same(column(readable_column(population)), column([*map(readable, population)]))


def _same(found: Any, expected: Any) -> None:
    found.validate(full=True)
    assert found.type == expected.type
    assert repr(found.to_pylist()) == repr(expected.to_pylist())


@pytest.mark.parametrize(
    "values",
    [[2**63, 1], [[2**70], [1]], [1, "two"], [{1: 2}, [1]], [numpy.float64(1.5), None], [], [[]]],
)
def test_unusual_columns(values: list[Any]) -> None:
    table = parquet.read_table(pyarrow.BufferReader(as_parquet([("a", values)])))
    found = table["a"].to_pylist()
    assert len(found) == len(values)
    if values and isinstance(found[0], str):
        assert found == [json.dumps(strict(value), default=str) for value in values]
    else:
        assert found == values


WITHOUT_PANDAS = """
import sys, pyarrow
from evosweep.records.arrow_values import values_of
from evosweep.records import tables
from evosweep.records.parquet import column
for values in ([], [None], [1, None], [0.5], ["a", None], [True, None], [[1], [2, 3]], [[0.5]]):
    assert values_of(column(values)) == values
raise SystemExit("pandas" in sys.modules)
"""


def test_no_usual_column_waits_for_pandas() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_PANDAS], check=True)


@pytest.mark.parametrize("rows", [0, 3])
def test_a_table_without_columns_is_read(rows: int, tmp_path: Path) -> None:
    """The logbook of an algorithm that returns a population only; it ended the process once."""
    table = pyarrow.table({"gen": list(range(rows))}).drop_columns(["gen"])
    parquet.write_table(table, tmp_path / "logbook.parquet")
    assert tables.read_columns(tmp_path / "logbook.parquet", 10) == {}
    assert all(row == {} for row in tables.read_rows(tmp_path / "logbook.parquet", 10))
