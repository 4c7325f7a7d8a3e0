"""Values of Arrow's arrays are those of `to_pylist`, types included."""

from typing import Any

import pyarrow
import pytest

from evosweep.records.arrow_values import matrix_of, values_of

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


def test_lists_of_numbers_of_one_length_are_a_matrix() -> None:
    for genomes in ([[1, 2], [3, 4], [5, 6]], [[0.5], [float("inf")], [-0.0]]):
        array = pyarrow.array(genomes)
        for each in (array, array[1:], pyarrow.chunked_array([array])):
            matrix = matrix_of(each)
            assert matrix is not None
            assert repr(matrix.tolist()) == repr(each.to_pylist())


@pytest.mark.parametrize(
    "values", [*COLUMNS, [[1, 2], None], [[], []], [[True], [False]], [[1], [2, 3]]], ids=str
)
def test_others_are_none(values: list[Any]) -> None:
    array = pyarrow.array(values)
    assert matrix_of(array) is None
    assert matrix_of(pyarrow.chunked_array([array, array])) is None
