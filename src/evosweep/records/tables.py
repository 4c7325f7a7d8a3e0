"""Read the Parquet tables of a run; no file can take more memory than its receipt explains.

A Parquet file of two megabytes may hold a billion equal values. Its footer says how many values it
has. This is compared with the run's receipt before any column is read.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from evosweep.errors import Damaged
from evosweep.files.opening import open_file
from evosweep.records.arrow_values import values_of

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

LONGEST_GENOME = 100_000
"""Genomes of up to this many values are always accepted, however short the best genome is."""
_MOST_COLUMNS = 10_000
_MOST_ROWS_OF_LOGBOOK = 10_000_000
_MOST_VALUES = 2**28
"""Most bytes of a column of text that is read whole, whatever the receipt says."""
_MOST_TEXT = 2**31
_BATCH = 4096


@contextmanager
def open_table(path: Path, rows: int, values: int = LONGEST_GENOME) -> "Iterator[ParquetFile]":
    """Open the Parquet file at `path` for the block, after checking its size.

    Parameters
    ----------
    path
        A file in a run's folder.
    rows
        Number of rows that the run's receipt explains.
    values
        Most values in one cell.

    Raises
    ------
    Damaged
        If it is no regular file, no Parquet file, or has more rows or values.
    FileNotFoundError
        If there is no such file.
    """
    from pyarrow import ArrowException, parquet

    with open_file(path) as file:
        try:
            table = parquet.ParquetFile(file)
            _visit_columns(table)
            _check(path, table, rows, max(values, LONGEST_GENOME))
            yield table
        except (ArrowException, OSError, ValueError, KeyError) as error:
            raise Damaged(path.parent, path.name, f"cannot be read: {error}") from error


def read_columns(
    path: Path, rows: int, names: Sequence[str] | None = None, values: int = LONGEST_GENOME
) -> dict[str, list[Any]]:
    """Return the columns of a table, or only those of `names`; raises as `open_table`."""
    with open_table(path, rows, values) as table:
        for name, count in _counts(table).items():
            if count > _MOST_VALUES and (names is None or name.partition(".")[0] in names):
                reason = f"has {count} values of {name}; at most {_MOST_VALUES} are read at once"
                raise Damaged(path.parent, path.name, reason)
        whole = table.read(columns=names, use_threads=False)  # small: threads cost more
        columns = {name: values_of(whole[name]) for name in whole.column_names}
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
    with open_table(path, rows, values) as table:
        for batch in table.iter_batches(batch_size=_BATCH, columns=names):
            yield from batch.to_pylist()


def logbook_rows(evaluations: int, generations: int) -> int:
    """Return the most rows of a logbook: an algorithm may log more than one per generation."""
    return min(evaluations + generations + 1000, _MOST_ROWS_OF_LOGBOOK)


def _counts(table: "ParquetFile") -> dict[str, int]:
    """Return the number of values in each column."""
    counts: dict[str, int] = {}
    for group in range(table.metadata.num_row_groups):
        part = table.metadata.row_group(group)
        for number in range(part.num_columns):
            column = part.column(number)
            name = column.path_in_schema
            counts[name] = counts.get(name, 0) + column.num_values
    return counts


def _visit_columns(table: "ParquetFile") -> None:
    """Raise an error of pyarrow's if a column's part of the footer contradicts the schema.

    `row_group(...).column(...)` ends the whole process then, since pyarrow catches no exception of
    C++ there; where it reads, it does. Batches of no rows visit each column, and decode none. Of
    a table without columns it divides the rows by that zero, which ends the process, too.
    """
    columns = list(range(table.metadata.num_columns))
    if not columns:
        return
    groups = list(range(table.num_row_groups))
    batches = table.reader.iter_batches(
        0, row_groups=groups, column_indices=columns, use_threads=False
    )
    for _ in batches:
        return


def _check(path: Path, table: "ParquetFile", rows: int, values: int) -> None:
    footer = table.metadata
    if footer.num_rows > rows or footer.num_columns > _MOST_COLUMNS:
        raise Damaged(
            path.parent,
            path.name,
            f"has {footer.num_rows} rows and {footer.num_columns} columns; its receipt explains "
            f"{rows} rows",
        )
    for group in range(footer.num_row_groups):
        part = footer.row_group(group)
        for number in range(part.num_columns):
            _check_column(path, part.column(number), part.num_rows, values)


def _check_column(path: Path, column: Any, rows: int, values: int) -> None:
    if column.num_values > max(rows, 1) * values:
        raise Damaged(
            path.parent,
            path.name,
            f"has {column.num_values} values in {rows} rows of {column.path_in_schema}; at most "
            f"{values} in a row are read",
        )
    # Equal texts are stored once in the file, but take memory for each row.
    is_text = column.physical_type == "BYTE_ARRAY"
    if is_text and column.total_uncompressed_size * max(rows, 1) > _MOST_TEXT:
        size = _text_bytes(path, column.path_in_schema)
        if size > _MOST_TEXT:
            raise Damaged(
                path.parent, path.name, f"has {size} bytes of text; at most {_MOST_TEXT} are read"
            )


def _text_bytes(path: Path, column: str) -> int:
    """Return how many bytes a column of text will take in memory, without reading it whole."""
    from pyarrow import compute, parquet, types

    size = 0
    with open_file(path) as file:
        table = parquet.ParquetFile(file, read_dictionary=[column])
        for batch in table.iter_batches(columns=[column.partition(".")[0]]):
            array = batch.column(0)
            while types.is_list(array.type) or types.is_large_list(array.type):
                array = array.flatten()
            if types.is_dictionary(array.type):
                lengths = compute.binary_length(array.dictionary).take(array.indices)
            else:
                lengths = compute.binary_length(array)
            size += compute.sum(lengths).as_py() or 0
    return size
