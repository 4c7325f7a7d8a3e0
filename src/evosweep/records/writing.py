"""The Parquet files of a run, as bytes."""

from collections.abc import Mapping, Sequence


def table_of_rows(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return rows as a Parquet file; the columns come in the order in which they first appear."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return table_of_columns({name: [row.get(name) for row in rows] for name in names})


def table_of_columns(columns: Mapping[str, Sequence[object]]) -> bytes:
    """Return columns as a Parquet file; a column of mixed types is stored as JSON text."""
    from evosweep.records.parquet import as_parquet  # lazy: slow to import, and not always needed

    return as_parquet(columns.items())
