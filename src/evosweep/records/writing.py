"""Write the tables of a run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from evosweep.files.writing import write_whole


def write_table(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as Parquet; the columns come in the order in which they first appear."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    write_columns(path, {name: [row.get(name) for row in rows] for name in names})


def write_columns(path: Path, columns: Mapping[str, Sequence[object]]) -> None:
    """Write columns as Parquet; a column of mixed types is stored as JSON text."""
    from evosweep.records.parquet import (  # lazy: pyarrow is slow to import and not always needed
        as_parquet,
    )

    write_whole(path, as_parquet(columns.items()))
