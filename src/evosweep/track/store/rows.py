"""Insert rows as a database's driver takes them: SQLAlchemy alone costs more than SQLite itself."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection, Insert, TableClause

Row = tuple[object, ...]
PAIR = ("run_uuid", "key", "value")
"""The columns of parameters and of tags."""


def insert_rows(
    connection: "Connection", table: "TableClause", columns: Sequence[str], rows: Iterable[Row],
    *, skip: bool = False,
) -> None:  # fmt: skip
    """Insert rows into a table, in the connection's transaction.

    Parameters
    ----------
    rows
        The values of `columns`, as the driver takes them.
    skip
        True to leave out rows that the table has already.
    """
    values = list(rows)
    if not values:
        return
    if connection.dialect.name != "sqlite":
        named = [dict(zip(columns, row, strict=True)) for row in values]
        connection.execute(_statement(table, skip=skip), named)
        return
    quote = connection.dialect.identifier_preparer.quote
    names, marks = ", ".join(map(quote, columns)), ", ".join("?" * len(columns))
    verb = "INSERT OR IGNORE" if skip else "INSERT"
    connection.exec_driver_sql(
        f"{verb} INTO {quote(table.name)} ({names}) VALUES ({marks})", values
    )


def _statement(table: "TableClause", *, skip: bool) -> "Insert":
    from sqlalchemy.dialects.postgresql import insert

    return insert(table).on_conflict_do_nothing() if skip else insert(table)
