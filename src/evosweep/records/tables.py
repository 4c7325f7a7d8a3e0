"""Read the Parquet tables of a run; no file can take more memory than its receipt explains.

A Parquet file of two megabytes may hold a billion equal values. Its footer says how many values it
has. This is compared with the run's receipt before any column is read (`records.footer`).
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import numpy

from evosweep.errors import Damaged
from evosweep.files.opening import open_file
from evosweep.records import footer
from evosweep.records.arrow_values import matrix_of, values_of
from evosweep.records.footer import Cells

if TYPE_CHECKING:
    from pyarrow import ChunkedArray, RecordBatch
    from pyarrow.parquet import ParquetFile

LONGEST_GENOME = 100_000
"""Genomes of up to this many values are always accepted, however short the best genome is."""
_MOST_ROWS_OF_LOGBOOK = 10_000_000
_MOST_VALUES = 2**28
"""Most values of a column that is read whole, whatever the receipt says."""
_BATCH = 4096
_SMALL = 2**20
"""Most bytes of a file that is read at once: Arrow asks Python for every piece of others."""

Values = list[Any] | numpy.ndarray
"""The values of a column: numbers in lists of one length as an array (rows, items)."""
_Converted = TypeVar("_Converted")


@contextmanager
def open_table(
    path: Path,
    rows: int,
    values: int = LONGEST_GENOME,
    names: Collection[str] | None = None,
) -> "Iterator[ParquetFile]":
    """Open the Parquet file at `path` for the block, after checking its size.

    Parameters
    ----------
    path
        A file in a run's folder.
    rows
        Number of rows that the run's receipt explains.
    values
        Most values in one cell.
    names
        The only columns that will be read, and that are checked then; None: all.

    Raises
    ------
    Damaged
        If it is no regular file, no Parquet file, or has more rows or values.
    FileNotFoundError
        If there is no such file.
    """
    with _checked(path, rows, values, names) as (table, _):
        yield table


@contextmanager
def _checked(
    path: Path, rows: int, values: int, names: Collection[str] | None
) -> "Iterator[tuple[ParquetFile, dict[str, int]]]":
    """Open a table as `open_table` does; the block also gets the number of values by column."""
    from pyarrow import ArrowException, parquet

    with open_file(path) as file:
        try:
            table = parquet.ParquetFile(_source(file))
            cells = Cells(max(values, LONGEST_GENOME), names)
            yield table, footer.check(path, table, rows, cells)
        except (ArrowException, OSError, ValueError, KeyError) as error:
            raise Damaged(path.parent, path.name, f"cannot be read: {error}") from error


def _source(file: BinaryIO) -> object:
    """Return what Arrow reads fastest: the bytes of a small file."""
    from pyarrow import BufferReader

    return file if os.fstat(file.fileno()).st_size > _SMALL else BufferReader(file.read(_SMALL))


def read_columns(
    path: Path, rows: int, names: Sequence[str] | None = None, values: int = LONGEST_GENOME
) -> dict[str, list[Any]]:
    """Return the columns of a table, or only those of `names`; raises as `open_table`."""
    return _read(path, rows, names, values=values, convert=values_of)


def read_arrays(
    path: Path, rows: int, names: Sequence[str] | None = None, values: int = LONGEST_GENOME
) -> dict[str, Values]:
    """Return columns as `read_columns` does, those of numbers in lists of one length as arrays."""
    return _read(path, rows, names, values=values, convert=_array_of)


def _array_of(column: "ChunkedArray") -> Values:
    matrix = matrix_of(column)
    return values_of(column) if matrix is None else matrix


def _read(
    path: Path,
    rows: int,
    names: Sequence[str] | None,
    *,
    values: int,
    convert: "Callable[[ChunkedArray], _Converted]",
) -> dict[str, _Converted]:
    with _checked(path, rows, values, names) as (table, counts):
        for name, count in counts.items():
            if count > _MOST_VALUES:
                reason = f"has {count} values of {name}; at most {_MOST_VALUES} are read at once"
                raise Damaged(path.parent, path.name, reason)
        whole = table.read(columns=names, use_threads=False)  # small: threads cost more
        columns = {name: convert(whole[name]) for name in whole.column_names}
    if missing := [name for name in names or () if name not in columns]:
        raise Damaged(path.parent, path.name, f"has no column {missing[0]}")
    return columns


def read_numbers(path: Path, rows: int, names: Sequence[str]) -> dict[str, numpy.ndarray]:
    """Return columns of numbers, each of shape (rows,), with NaN for missing ones.

    Raises as `open_table`, and `Damaged` for a column that has other values.
    """
    columns = read_columns(path, rows, names)
    for name in names:
        if not all(value is None or isinstance(value, int | float) for value in columns[name]):
            raise Damaged(path.parent, path.name, f"has values of {name} that are no numbers")
    return {name: numpy.array(columns[name], dtype=numpy.float64) for name in names}


def read_rows(
    path: Path, rows: int, names: Sequence[str] | None = None, values: int = LONGEST_GENOME
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table, a few thousand in memory at a time; raises as `open_table`."""
    for batch in read_batches(path, rows, names, values):
        yield from batch.to_pylist()


def read_batches(
    path: Path, rows: int, names: Sequence[str] | None = None, values: int = LONGEST_GENOME
) -> "Iterator[RecordBatch]":
    """Yield the rows of a table in batches of a few thousand; raises as `open_table`."""
    with open_table(path, rows, values) as table:
        yield from table.iter_batches(batch_size=_BATCH, columns=names)


def logbook_rows(evaluations: int, generations: int) -> int:
    """Return the most rows of a logbook: an algorithm may log more than one per generation."""
    return min(evaluations + generations + 1000, _MOST_ROWS_OF_LOGBOOK)
