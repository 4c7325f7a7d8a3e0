"""The values of Arrow's arrays as Python objects, numbers without nulls by way of NumPy.

Arrow makes an object of its own for each value first, which takes twenty times as long. DLPack
hands the numbers to NumPy: Arrow's `to_numpy` imports pandas, which takes longer than most files,
and its `flatten` imports the functions of `pyarrow.compute`.
"""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from pyarrow import Array, ChunkedArray, DataType


def values_of(column: "Array | ChunkedArray") -> list[Any]:
    """Return what `column.to_pylist()` returns."""
    chunks = getattr(column, "chunks", None)
    if chunks is None:
        return _values(column)
    return [value for chunk in chunks for value in _values(chunk)]


def matrix_of(column: "Array | ChunkedArray") -> "numpy.ndarray | None":
    """Return lists of whole numbers or of floats, all of one length, as an array (rows, items).

    None for other columns, and for one in several chunks. Nobody may write into the array.
    """
    import numpy
    from pyarrow import types

    chunks = getattr(column, "chunks", [column])
    if len(chunks) != 1 or not len(column) or column.null_count or not types.is_list(column.type):
        return None
    array = chunks[0]
    offsets, kind = numpy.from_dlpack(array.offsets), array.type.value_type
    items = array.values[int(offsets[0]) : int(offsets[-1])]
    if items.null_count or not (types.is_int64(kind) or types.is_float64(kind)):
        return None
    lengths = numpy.diff(offsets)
    if not lengths[0] or (lengths != lengths[0]).any():
        return None
    return numpy.from_dlpack(items).reshape(len(array), -1)


def _values(array: "Array") -> list[Any]:
    from pyarrow import types

    if not array.null_count and _is_number(array.type):
        return _numbers(array)
    if not array.null_count and types.is_list(array.type) and _is_number(array.type.value_type):
        offsets = _numbers(array.offsets)
        items = _values(array.values[offsets[0] : offsets[-1]])
        ends = (offset - offsets[0] for offset in offsets)
        return [items[start:end] for start, end in pairwise(ends)]
    values: list[Any] = array.to_pylist()
    return values


def _numbers(array: "Array") -> list[Any]:
    import numpy

    numbers: list[Any] = numpy.from_dlpack(array).tolist()
    return numbers


def _is_number(kind: "DataType") -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_float32(kind) or types.is_float64(kind))
