"""Write the rows of a table as HTML: a template takes several times as long, in every page."""

from collections.abc import Sequence
from itertools import repeat

from markupsafe import escape

from evosweep.compare.numbers.table import Column, Row, Table, Value

MOST_ROWS = 500  # most rows of a table in the page; its files have all
_LOUD = '\n<tr class="loud">'
LONG = 36  # fewest characters of a cell that may break


def rows_of(table: Table) -> str:
    """Return the first rows of a table as `<tr>` elements, each on a line of its own."""
    rows = table.rows[:MOST_ROWS]
    columns = [_cells(table, column, rows) for column in table.columns]
    starts = [_LOUD if row.get("verdict") == "DISAGREE" else "\n<tr>" for row in rows]
    cells = map("".join, zip(*columns, strict=True)) if columns else repeat("")
    return "".join(f"{start}{inner}</tr>" for start, inner in zip(starts, cells, strict=False))


def _cells(table: Table, column: Column, rows: Sequence[Row]) -> list[str]:
    """Return the cells of a column; values that a column repeats are written once."""
    if column.link or column.strong or column.apart:  # a cell depends on the row's other values
        return [_cell(column, table.cell(row, column), row) for row in rows]
    if not column.cut and all(type(row.get(column.key)) is str for row in rows):
        return [_text_cell(str(row[column.key])) for row in rows]
    written: dict[tuple[type, str], str] = {}
    cells = []
    for row in rows:
        value = row.get(column.key)
        key = type(value), full(value)
        if (cell := written.get(key)) is None:
            cell = written[key] = _cell(column, table.cell(row, column), row)
        cells.append(cell)
    return cells


def _cell(column: Column, text: str, row: Row) -> str:
    value = row.get(column.key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        digits = full(value)
        title = f' title="{digits}"' if digits != text else ""
        return f'<td class="number" data-value="{value}"{title}>{_content(column, text, row)}</td>'
    return f"<td{_look(text)}>{_content(column, str(escape(text)), row)}</td>"


def _text_cell(text: str) -> str:
    return f"<td{_look(text)}>{escape(text)}</td>"


def _look(text: str) -> str:
    return ' class="long"' if len(text) > LONG else ""


def _content(column: Column, text: str, row: Row) -> str:
    if column.strong and row.get(column.strong):
        return f"<strong>{text}</strong>"
    href = str(row.get(column.link) or "") if column.link else ""
    if not href:
        return text
    beside = "" if href.startswith("#") else ' class="beside"'
    return f'<a href="{escape(href)}"{beside}>{text}</a>'


def full(value: Value) -> str:
    """Return every digit of a number."""
    return repr(value) if isinstance(value, float) else str(value)
