"""Values of Arrow's arrays are those of `to_pylist`, types included."""

from typing import Any

import pyarrow
import pytest

from evosweep.records.arrow_values import values_of

COLUMNS: list[list[Any]] = [
    [], [1, 2**62, -3], [0.1, float("inf")], [1.5, None], [True, False], ["a", None],
    [[1, 2], [], [3]], [[0.5], [1e300, -0.0]], [[1, None], [2]], [[1], None], [["x"], ["y", "z"]],
    [[[1], [2, 3]], []],
]  # fmt: skip


@pytest.mark.parametrize("values", COLUMNS, ids=str)
def test_the_values_are_those_of_to_pylist(values: list[Any]) -> None:
    array = pyarrow.array(values)
    whole = pyarrow.chunked_array([array, array[1:], array[:1]])
    for each in (array, array[1:], whole):
        assert repr(values_of(each)) == repr(each.to_pylist())
