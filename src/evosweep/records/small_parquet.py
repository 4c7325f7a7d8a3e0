"""Write small Parquet files in a fraction of the time that pyarrow takes for them.

A small run writes two. pyarrow's import, and the objects that it makes for each file, take longer
than all else that such a run does after its evolution. Of the format
(https://parquet.apache.org/docs/file-format/) this needs little: one group of rows, one page of
values a column, no compression, no missing values. Any other table is left to pyarrow
(`records.parquet`), which reads both.
"""

import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy

from evosweep.genomes.readable import Lists

_MOST_ROWS, _MOST_GENES = 2**12, 2**16
"""Of a table; pyarrow compresses larger ones."""
_MARK = b"PAR1"
_INT64, _DOUBLE, _TEXT = 2, 5, 6
"""Numbers of the format's types."""
_PLAIN, _RLE, _CODES = 0, 3, 8
"""Numbers of the format's encodings."""
_NARROW = 8  # bits of a code: whole numbers in a wider range are written as they are
_OF_A_LIST = 3
"""The level of a value in a list: the list is there, it has an item, and the item is there."""


class _Column(NamedTuple):
    """The bytes of a column, and what the footer says of it."""

    kind: int
    values: int
    """Their number."""
    page: bytes
    dictionary: bytes = b""
    is_list: bool = False


def small_table(columns: Mapping[str, Sequence[object]]) -> bytes | None:
    """Return columns as a Parquet file; None if that is none for this module."""
    made = {name: _column(values) for name, values in columns.items()}
    whole = {name: column for name, column in made.items() if column is not None}
    if len(whole) < len(columns) or not columns or sys.byteorder != "little":
        return None
    values = next(iter(columns.values()))
    rows = len(values.lengths) if isinstance(values, Lists) else len(values)
    body = [part for column in whole.values() for part in (column.dictionary, column.page)]
    footer = _footer(whole, rows)
    return b"".join((_MARK, *body, footer, len(footer).to_bytes(4, "little"), _MARK))


def _column(values: Sequence[Any]) -> _Column | None:
    """Return the column of values that have one type, and are none too many."""
    if isinstance(values, Lists):
        return _lists(values)
    kinds = set(map(type, values))
    make = _MAKERS.get(kinds.pop()) if len(kinds) == 1 and len(values) <= _MOST_ROWS else None
    try:
        return None if make is None else make(values)
    except OverflowError:  # of a whole number above 64 bits
        return None


def _ints(values: Sequence[int]) -> _Column:
    return _flat(_INT64, len(values), array("q", values).tobytes())


def _floats(values: Sequence[float]) -> _Column:
    return _flat(_DOUBLE, len(values), array("d", values).tobytes())


def _texts(values: Sequence[str]) -> _Column:
    encoded = [value.encode(errors="backslashreplace") for value in values]
    parts = (part for text in encoded for part in (len(text).to_bytes(4, "little"), text))
    return _flat(_TEXT, len(values), b"".join(parts))


_MAKERS: dict[type, Callable[[Sequence[Any]], _Column]] = {int: _ints, float: _floats, str: _texts}


def _flat(kind: int, count: int, values: bytes) -> _Column:
    return _Column(kind, count, _page(count, _PLAIN, _repeated(1, count) + values))


def _lists(lists: Lists) -> _Column | None:
    """Return the column of lists, none of which is empty."""
    numbers, count = lists.numbers, len(lists.numbers)
    if not 0 < count <= _MOST_GENES or len(lists.lengths) > _MOST_ROWS or not all(lists.lengths):
        return None
    kind = _INT64 if numbers.dtype.kind == "i" else _DOUBLE
    levels = _starts(lists.lengths, count) + _repeated(_OF_A_LIST, count)
    if kind == _INT64 and (codes := _codes(numbers)) is not None:
        page = _page(count, _CODES, levels + codes.indices)
        return _Column(kind, count, page, codes.dictionary, is_list=True)
    return _Column(kind, count, _page(count, _PLAIN, levels + numbers.tobytes()), is_list=True)


class _Coded(NamedTuple):
    indices: bytes
    dictionary: bytes


def _codes(numbers: numpy.ndarray) -> _Coded | None:
    """Return the places of numbers in the dictionary of their range, if that is narrow."""
    low, high = int(numbers.min()), int(numbers.max())
    bits = max(1, (high - low).bit_length())
    if bits > _NARROW:
        return None
    places = (numbers - low).astype(numpy.uint8)
    packed = numpy.unpackbits(places[:, None], axis=1, count=bits, bitorder="little")
    range_ = numpy.arange(low, high + 1, dtype="<i8").tobytes()
    size = _number(len(range_))
    head = b"\x15\x04\x15%b\x15%b\x4c\x15%b\x15\x00\x00\x00" % (size, size, _number(high - low + 1))
    return _Coded(bytes([bits]) + _packed(packed.ravel(), bits), head + range_)


def _packed(bits: numpy.ndarray, width: int) -> bytes:
    """Return bits as one run of groups of eight values, each of so many bits."""
    groups = -(-len(bits) // (8 * width))
    return _varint(groups << 1 | 1) + numpy.packbits(bits, bitorder="little").tobytes().ljust(
        groups * width, b"\0"
    )


def _starts(lengths: Sequence[int], count: int) -> bytes:
    """Return the levels that tell where each list starts."""
    goes_on = numpy.ones(count, numpy.uint8)
    goes_on[[*accumulate(lengths[:-1], initial=0)]] = 0
    return _sized(_packed(goes_on, 1))


def _repeated(level: int, count: int) -> bytes:
    """Return the same level for all values, as one run."""
    return _sized(_varint(count << 1) + bytes([level]))


def _sized(levels: bytes) -> bytes:
    return len(levels).to_bytes(4, "little") + levels


def _page(count: int, encoding: int, content: bytes) -> bytes:
    """Return a page of data with its head."""
    size, values, way = _number(len(content)), _number(count), _number(encoding)
    head = b"\x15\x00\x15%b\x15%b\x2c\x15%b\x15%b\x15\x06\x15\x06\x00\x00"
    return head % (size, size, values, way) + content


def _footer(columns: Mapping[str, _Column], rows: int) -> bytes:
    """Return what the file tells of itself, in Thrift's compact form."""
    at, chunks = len(_MARK), []
    for name, column in columns.items():
        chunks.append(_chunk(name, column, at))
        at += len(column.dictionary) + len(column.page)
    size, count = _number(at - len(_MARK)), _number(rows)
    group = b"\x19%b\x16%b\x16%b\x26\x08\x16%b\x00" % (_list(12, chunks), size, count, size)
    schema = _schema(tuple((name, each.kind, each.is_list) for name, each in columns.items()))
    return b"\x15\x04\x19%b\x16%b\x19\x1c%b\x28%b\x00" % (schema, count, group, _text(b"evosweep"))


def _chunk(name: str, column: _Column, at: int) -> bytes:
    """Return where a column is, and how it is encoded."""
    ways = [_PLAIN, _RLE, _CODES] if column.dictionary else [_PLAIN, _RLE]
    path = [name.encode(), b"list", b"element"] if column.is_list else [name.encode()]
    size = _number(len(column.dictionary) + len(column.page))
    page = b"\x26" + _number(at + len(column.dictionary))
    return b"\x26\x00\x1c\x15%b\x19%b\x19%b\x15\x00\x16%b\x16%b\x16%b%b\x00\x00" % (
        *(_number(column.kind), _list(5, map(_number, ways)), _list(8, map(_text, path))),
        *(_number(column.values), size, size),
        page + (b"\x26" + _number(at) if column.dictionary else b""),
    )


@lru_cache(maxsize=16)
def _schema(columns: tuple[tuple[str, int, bool], ...]) -> bytes:
    """Return the names and the types of all columns; those of a job's tables are the same."""
    elements = [b"\x35\x00\x18\x06schema\x15%b\x00" % _number(len(columns))]
    for name, kind, is_list in columns:
        named, text = _text(name.encode()), b"\x25\x00\x4c\x1c\x00\x00" if kind == _TEXT else b""
        if is_list:
            elements.append(b"\x35\x02\x18%b\x15\x02\x15\x06\x4c\x3c\x00\x00\x00" % named)
            elements.append(b"\x35\x04\x18\x04list\x15\x02\x00")
            named = _text(b"element")
        elements.append(b"\x15" + _number(kind) + b"\x25\x02\x18" + named + text + b"\0")
    return _list(12, elements)


def _list(kind: int, items: Iterable[bytes]) -> bytes:
    parts = [*items]
    short = len(parts) < 15
    head = bytes([len(parts) << 4 | kind]) if short else bytes([0xF0 | kind]) + _varint(len(parts))
    return head + b"".join(parts)


def _text(text: bytes) -> bytes:
    return _varint(len(text)) + text


def _number(value: int) -> bytes:
    """Return a number that is not negative, zigzag."""
    return _varint(value << 1)


def _varint(value: int) -> bytes:
    if value < 128:
        return bytes((value,))
    digits = bytearray()
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    digits.append(value)
    return bytes(digits)
