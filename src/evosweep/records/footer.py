"""Check what the footer of a Parquet file says of its columns, before any of them is read."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evosweep.errors import Damaged
from evosweep.files.opening import open_file

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

_MOST_COLUMNS = 10_000
_MOST_TEXT = 2**31
"""Most bytes of a column of text, whatever the receipt says."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The columns of a table that will be read, and the most values in one of their cells."""

    most: int
    names: Collection[str] | None = None
    """None for all columns."""


def _places(table: "ParquetFile", names: Collection[str] | None) -> list[int]:
    """Return the numbers of the columns in the file that belong to the columns of these names."""
    places = range(table.metadata.num_columns)
    if names is None:
        return list(places)
    schema, below = table.metadata.schema, tuple(f"{name}." for name in names)
    paths = ((each, schema.column(each).path) for each in places)
    return [each for each, path in paths if path in names or path.startswith(below)]


def _parts(table: "ParquetFile", columns: Sequence[int]) -> Iterator[tuple[Any, int]]:
    """Yield what the footer says of each column in each group of rows, and their number."""
    for group in range(table.metadata.num_row_groups):
        part = table.metadata.row_group(group)
        for number in columns:
            yield part.column(number), part.num_rows


def _visit_columns(table: "ParquetFile", columns: list[int]) -> None:
    """Raise an error of pyarrow's if a column's part of the footer contradicts the schema.

    `row_group(...).column(...)` ends the whole process then, since pyarrow catches no exception of
    C++ there; where it reads, it does. Batches of no rows visit each column, and decode none. Of
    a table without columns it divides the rows by that zero, which ends the process, too.
    """
    if not columns:
        return
    groups = list(range(table.num_row_groups))
    batches = table.reader.iter_batches(
        0, row_groups=groups, column_indices=columns, use_threads=False
    )
    for _ in batches:
        return


def check(path: Path, table: "ParquetFile", rows: int, cells: Cells) -> dict[str, int]:
    """Return the number of values in each column.

    Raises `Damaged` if a table has more rows, columns or values than `rows` and `cells` allow.
    """
    totals: dict[str, int] = {}
    columns = _places(table, cells.names)
    _visit_columns(table, columns)
    _check_size(path, table, rows)
    for column, count in _parts(table, columns):
        _check_column(path, column, count, cells.most)
        name = column.path_in_schema
        totals[name] = totals.get(name, 0) + column.num_values
    return totals


def _check_size(path: Path, table: "ParquetFile", rows: int) -> None:
    footer = table.metadata
    if footer.num_rows > rows or footer.num_columns > _MOST_COLUMNS:
        raise Damaged(
            path.parent,
            path.name,
            f"has {footer.num_rows} rows and {footer.num_columns} columns; its receipt explains "
            f"{rows} rows",
        )


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
