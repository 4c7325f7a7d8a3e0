"""Write the tables of a run; nothing is written through a link below `inside`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from evosweep.files.writing import write_whole


def write_table(path: Path, rows: Sequence[Mapping[str, object]], *, inside: Path) -> None:
    """Write rows as Parquet; the columns come in the order in which they first appear."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    columns = {name: [row.get(name) for row in rows] for name in names}
    write_columns(path, columns, inside=inside)


def write_columns(path: Path, columns: Mapping[str, Sequence[object]], *, inside: Path) -> None:
    """Write columns as Parquet; a column of mixed types is stored as JSON text."""
    from evosweep.records.parquet import (  # lazy: pyarrow is slow to import and not always needed
        as_parquet,
    )

    write_whole(path, as_parquet(columns.items()), inside=inside)
