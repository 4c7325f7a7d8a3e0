"""Small tables are the tables that pyarrow writes of the same columns; others are left to it."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from evosweep.genomes.readable import readable_column
from evosweep.records.parquet import as_parquet
from evosweep.records.small_parquet import small_table
from evosweep.records.writing import table_of_columns, table_of_rows

Columns = dict[str, Any]


def _read(content: bytes | None) -> pyarrow.Table:
    assert content is not None
    return parquet.read_table(pyarrow.BufferReader(content))


def _check(columns: Mapping[str, Sequence[object]]) -> None:
    """Types and values must be the same; values by their words, for NaN differs from itself."""
    small, other = _read(small_table(columns)), _read(as_parquet(columns.items()))
    small.validate(full=True)
    assert small.schema == other.schema
    assert repr(small.to_pydict()) == repr(other.to_pydict())


def _columns(rows: int) -> st.SearchStrategy[Columns]:
    def many(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
        return st.lists(values, min_size=rows, max_size=rows)

    def of_lists(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return many(st.lists(values, min_size=1, max_size=9)).map(readable_column)

    whole = st.integers(-(2**63), 2**63 - 1)
    few = st.tuples(st.integers(-300, 300), st.integers(0, 300)).flatmap(
        lambda bounds: of_lists(st.integers(bounds[0], sum(bounds)))
    )
    words = st.text(st.characters(exclude_categories=["Cs"]))
    column = (many(whole) | many(st.floats()) | many(words) | few | of_lists(st.floats())
              | of_lists(st.integers(-(2**31), 2**31 - 1)))  # fmt: skip
    return st.dictionaries(words, column, min_size=1, max_size=20)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12).flatmap(_columns))
def test_a_small_table_is_the_one_that_pyarrow_writes(columns: Columns) -> None:
    _check(columns)


@pytest.mark.parametrize("highest", [*range(10), 127, 128, 255, 256])
@pytest.mark.parametrize("genes", [1, 7, 8, 100])
def test_whole_numbers_of_any_width(highest: int, genes: int) -> None:
    rows = [[(row * gene) % (highest + 1) - 1 for gene in range(genes)] for row in range(20)]
    _check({"genome": readable_column(rows), "rank": [*range(20)]})


def test_bits_take_a_bit_each() -> None:
    bits = [[(row + gene) % 2 for gene in range(100)] for row in range(50)]
    content = small_table({"genome": readable_column(bits)})
    assert content is not None
    assert len(content) < 2000  # the levels of the lists take another bit each


def test_a_table_as_large_as_they_come() -> None:
    rows = range(2**12)
    _check({"genome": readable_column([[row % 7] * 16 for row in rows]), "rank": [*rows]})
    _check(
        {"genome": readable_column([[row / 7] * 16 for row in rows]), "digest": ["0" * 64] * 2**12}
    )


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"a": []},
        {"a": [1, 2], "b": [1, None]},
        {"a": [None]},
        {"a": [True, False]},
        {"a": [1, 1.0]},
        {"a": [2**63]},
        {"a": [[1, 2]]},
        {"a": readable_column([[1], []])},
        {"a": readable_column([(1, 2)])},
        {"a": [0] * (2**12 + 1)},
        {"a": readable_column([[0]] * (2**12 + 1))},
        {"a": readable_column([[0] * (2**16 + 1)])},
    ],
)
def test_any_other_table_is_left_to_pyarrow(columns: Columns) -> None:
    assert small_table(columns) is None
    assert table_of_columns(columns) == as_parquet(columns.items())


def test_missing_values_of_rows_are_missing_in_the_table() -> None:
    table = _read(table_of_rows([{"a": 1}, {"a": 2, "b": "x"}]))
    assert table.to_pydict() == {"a": [1, 2], "b": [None, "x"]}


WITHOUT_PYARROW = """
import sys
from evosweep.records.writing import table_of_rows
table_of_rows([{"generation": 0, "best": 1.5, "digest": "ab"}])
raise SystemExit("pyarrow" in sys.modules)
"""


def test_a_small_table_does_not_wait_for_pyarrow() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_PYARROW], check=True)
