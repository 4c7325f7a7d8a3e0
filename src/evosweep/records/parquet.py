"""Columns of Parquet tables from Python's values, without the seconds that pandas takes to import.

`pyarrow.array` imports pandas, if it is installed, to check for pandas objects. So the usual
columns are made from their bytes instead, which gives equal arrays.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import cast

import numpy
import pyarrow
from pyarrow import parquet

from evosweep.files.strict_json import strict

_NUMBERS = {int: numpy.int64, float: numpy.float64}
_UNFIT = (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, pyarrow.ArrowNotImplementedError,
          OverflowError)  # fmt: skip


def as_parquet(columns: Iterable[tuple[str, Iterable[object]]]) -> bytes:
    """Return the bytes of a Parquet file; a column of mixed types is stored as JSON text."""
    names, arrays = [], []
    for name, values in columns:
        names.append(name)
        arrays.append(column(list(values)))
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_arrays(arrays, names=names), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def column(values: Sequence[object]) -> pyarrow.Array:
    """Return an array equal to `pyarrow.array(values)`, or JSON texts if that raises."""
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
    types.discard(type(None))
    if not types:
        return pyarrow.nulls(len(values))
    kind = types.pop()
    if types:
        return None
    if kind is str:
        return _texts(cast("Sequence[str | None]", values))
    if kind is bool:
        flags = pyarrow.py_buffer(numpy.packbits(list(map(bool, values)), bitorder="little"))
        return pyarrow.Array.from_buffers(pyarrow.bool_(), len(values), [_mask(values), flags])
    return _numbers(values, kind) if kind in _NUMBERS else None


def _numbers(values: Sequence[object], kind: type) -> pyarrow.Array:
    """Return an array of ints or floats; None stands for a missing value."""
    mask = _mask(values)
    numbers = values if mask is None else [value or 0 for value in values]
    return _of_numbers(numbers, kind, mask)


def _of_numbers(
    numbers: Sequence[object], kind: type, mask: pyarrow.Buffer | None = None
) -> pyarrow.Array:
    """Return an array of ints or floats, of which `mask` says which are no missing values."""
    data = pyarrow.py_buffer(numpy.array(numbers, dtype=_NUMBERS[kind]))
    arrow_type = pyarrow.from_numpy_dtype(_NUMBERS[kind])
    return pyarrow.Array.from_buffers(arrow_type, len(numbers), [mask, data])


def _mask(values: Sequence[object]) -> pyarrow.Buffer | None:
    """Return a bit per value that is not None; None if no value is."""
    present = [value is not None for value in values]
    return None if all(present) else pyarrow.py_buffer(numpy.packbits(present, bitorder="little"))


def _texts(values: Sequence[str | None]) -> pyarrow.Array:
    encoded = [(value or "").encode(errors="backslashreplace") for value in values]
    offsets = _offsets(map(len, encoded))
    buffers = [_mask(values), pyarrow.py_buffer(offsets), pyarrow.py_buffer(b"".join(encoded))]
    return pyarrow.Array.from_buffers(pyarrow.string(), len(values), buffers)


def _lists(values: Sequence[Sequence[object]]) -> pyarrow.Array:
    """Return an array of lists of ints or of floats; None for lists of other values."""
    items = list(chain.from_iterable(values))
    types = set(map(type, items))
    if len(types) != 1 or not types <= _NUMBERS.keys():
        return None
    inner = _of_numbers(items, types.pop())
    buffers = [None, pyarrow.py_buffer(_offsets(map(len, values)))]
    arrow_type = pyarrow.list_(inner.type)
    return pyarrow.Array.from_buffers(arrow_type, len(values), buffers, children=[inner])


def _offsets(lengths: Iterable[int]) -> numpy.ndarray:
    return numpy.array(list(accumulate(lengths, initial=0)), dtype=numpy.int32)
