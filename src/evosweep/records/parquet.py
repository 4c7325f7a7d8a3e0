"""Columns of Parquet tables from Python's values, without the seconds that pandas takes to import.

`pyarrow.array` imports pandas, if it is installed, to check for pandas objects. So the usual
columns are made from their bytes instead, which gives equal arrays.
"""

import json
from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain
from typing import Any, cast

import numpy
import pyarrow
from pyarrow import parquet

from evosweep.files.strict_json import strict
from evosweep.genomes.readable import Lists

_NUMBERS = {int, float}
_OF_DTYPE = {"i": pyarrow.int64(), "f": pyarrow.float64()}
_UNFIT = (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, pyarrow.ArrowNotImplementedError,
          OverflowError)  # fmt: skip


def as_parquet(columns: Iterable[tuple[str, Iterable[object]]]) -> bytes:
    """Return the bytes of a Parquet file; a column of mixed types is stored as JSON text."""
    arrays = {name: column(values) for name, values in columns}
    table = pyarrow.Table.from_arrays([*arrays.values()], names=[*arrays])
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(table, sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def column(values: Iterable[object]) -> pyarrow.Array:
    """Return an array equal to `pyarrow.array(values)`, or JSON texts if that raises."""
    if isinstance(values, Lists):
        inner = _of_numbers(values.numbers, _OF_DTYPE[values.numbers.dtype.kind])
        return _of_lists(inner, values.lengths)
    return _of_values(list(values))


def _of_values(values: Sequence[object]) -> pyarrow.Array:
    try:
        usual = _column(values)
        return pyarrow.array(values) if usual is None else usual
    except _UNFIT:
        return _texts([json.dumps(strict(value), default=str) for value in values])


def _column(values: Sequence[object]) -> pyarrow.Array:
    """Return the array of a usual column, None for others."""
    types = set(map(type, values))
    if types == {list}:
        return _lists(cast("Sequence[Sequence[object]]", values))
    mask = _mask(values) if type(None) in types else None
    types.discard(type(None))
    if not types:
        return pyarrow.nulls(len(values))
    kind = types.pop()
    make = None if types else _MAKERS.get(kind)
    return None if make is None else make(values, mask)


def _of_numbers(
    numbers: "array[int] | array[float] | numpy.ndarray",
    arrow_type: pyarrow.DataType,
    mask: pyarrow.Buffer | None = None,
) -> pyarrow.Array:
    """Return an array of numbers, of which `mask` says which are no missing values."""
    buffers = [mask, pyarrow.py_buffer(numbers)]
    return pyarrow.Array.from_buffers(arrow_type, len(numbers), buffers)


def _ints(values: Sequence[Any], mask: pyarrow.Buffer | None) -> pyarrow.Array:
    return _of_numbers(array("q", _filled(values, mask)), pyarrow.int64(), mask)


def _floats(values: Sequence[Any], mask: pyarrow.Buffer | None) -> pyarrow.Array:
    return _of_numbers(array("d", _filled(values, mask)), pyarrow.float64(), mask)


def _filled(values: Sequence[Any], mask: pyarrow.Buffer | None) -> Sequence[Any]:
    return values if mask is None else [value or 0 for value in values]


def _flags(values: Sequence[Any], mask: pyarrow.Buffer | None) -> pyarrow.Array:
    flags = pyarrow.py_buffer(numpy.packbits(list(map(bool, values)), bitorder="little"))
    return pyarrow.Array.from_buffers(pyarrow.bool_(), len(values), [mask, flags])


def _mask(values: Sequence[object]) -> pyarrow.Buffer:
    """Return a bit per value that is not None."""
    present = [value is not None for value in values]
    return pyarrow.py_buffer(numpy.packbits(present, bitorder="little"))


def _texts(values: Sequence[str | None], mask: pyarrow.Buffer | None = None) -> pyarrow.Array:
    encoded = [(value or "").encode(errors="backslashreplace") for value in values]
    buffers = [mask, _offsets(map(len, encoded)), pyarrow.py_buffer(b"".join(encoded))]
    return pyarrow.Array.from_buffers(pyarrow.string(), len(values), buffers)


def _lists(values: Sequence[Sequence[object]]) -> pyarrow.Array:
    """Return an array of lists of ints or of floats; None for lists of other values."""
    items = list(chain.from_iterable(values))
    types = set(map(type, items))
    if len(types) != 1 or not types <= _NUMBERS:
        return None
    inner = _MAKERS[types.pop()](items, None)
    return _of_lists(inner, [*map(len, values)])


def _of_lists(inner: pyarrow.Array, lengths: Sequence[int]) -> pyarrow.Array:
    """Return an array of lists with these lengths, whose items follow each other in `inner`."""
    buffers = [None, _offsets(lengths)]
    arrow_type = pyarrow.list_(inner.type)
    return pyarrow.Array.from_buffers(arrow_type, len(lengths), buffers, children=[inner])


def _offsets(lengths: Iterable[int]) -> pyarrow.Buffer:
    return pyarrow.py_buffer(array("i", accumulate(lengths, initial=0)))


_MAKERS: dict[type, Callable[[Sequence[Any], pyarrow.Buffer | None], pyarrow.Array]] = {
    int: _ints,
    float: _floats,
    str: _texts,
    bool: _flags,
}
"""The function for each type of values; it also takes the mask of missing ones."""
