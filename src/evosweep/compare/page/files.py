"""Write tables and texts: CSV, Parquet, LaTeX; each file whole or not at all."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from evosweep.compare.numbers.table import Table, Value
from evosweep.compare.page.latex import as_float, as_latex
from evosweep.errors import Damaged, InputError
from evosweep.files.opening import is_file, output_folder, read_bytes
from evosweep.files.writing import remove, write_whole

_LONGEST_MANIFEST = 2**24
MANIFEST = ".written"  # in a report's folder: the names of its files, one per line


def write_text(path: Path, text: str | bytes, *, inside: Path) -> None:
    """Write a file below `inside`, whole or not at all; text is encoded in UTF-8."""
    try:
        output_folder(inside, *path.parent.relative_to(inside).parts)
    except OSError as error:
        raise InputError(f"{path.parent}: cannot be made: {error.strerror}") from error
    write_whole(path, text if isinstance(text, bytes) else text.encode(), inside=inside)


def as_csv(table: Table) -> str:
    """Return the table as CSV with full precision; the header has the keys of the columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in table.columns])
    columns = (_plain_column(table.column(column.key)) for column in table.columns)
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def _plain_column(values: list[Value]) -> list[Value]:
    if _AS_THEY_ARE.issuperset(map(type, values)):  # `csv` writes every digit of a float
        return values
    return [_plain(value) for value in values]


_AS_THEY_ARE = frozenset({int, float, type(None)})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _plain(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    # A spreadsheet would execute a text that looks like a formula.
    return f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value


def as_parquet(table: Table) -> bytes:
    """Return the table as Parquet; a column's unit is in its field's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from evosweep.records.parquet import column as arrow_column

    arrays = [arrow_column(_typed(table.column(column.key))) for column in table.columns]
    fields = [
        pa.field(column.key, array.type, metadata={"title": column.title, "unit": column.unit})
        for column, array in zip(table.columns, arrays, strict=True)
    ]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), sink)
    return sink.getvalue()


def _typed(values: list[Value]) -> list[Value]:
    """Return values of one type: a mixture of numbers and text becomes text."""
    present = {type(value) for value in values if value is not None}
    if present <= {int, float} or len(present) <= 1:
        return [float(v) if float in present and v is not None else v for v in values]
    return [None if value is None else str(value) for value in values]


def table_files(table: Table, data: Table) -> Iterator[tuple[str, str | bytes]]:
    """Yield path and content of `<name>.csv`, and of the same table as Parquet and LaTeX.

    `data` is the table with all columns for programs.
    """
    yield f"{table.name}.csv", as_csv(data)
    yield f"tables/{table.name}.parquet", as_parquet(data)
    yield f"tables/{table.name}.tex", as_float(table) if table.floats else as_latex(table)


def forget_stale(folder: Path, names: Iterable[str], *, inside: Path) -> None:
    """Remove files of the last report that the new one lacks; list the files of the new one."""
    note, kept = folder / MANIFEST, set(names)
    before = read_bytes(note, _LONGEST_MANIFEST).splitlines() if is_file(note) else []
    for name in {line.decode(errors="replace") for line in before} - kept:
        with suppress(OSError, ValueError, Damaged):  # a manifest from elsewhere may name anything
            path = folder / name
            if path.resolve().is_relative_to(folder.resolve()):
                remove(path, inside=inside)
    write_text(note, "".join(f"{name}\n" for name in sorted(kept)), inside=inside)
