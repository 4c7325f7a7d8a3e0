"""Write the rows of a table as HTML: a template takes several times as long, in every page."""

from collections.abc import Sequence
from itertools import repeat
from typing import cast

from markupsafe import escape

from evosweep.compare.numbers.table import Column, Row, Table, Value, cut, show
from evosweep.compare.plots.escaping import all_escaped

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
    values = [row.get(column.key) for row in rows]
    kinds = set(map(type, values))
    if kinds <= {int, float}:
        return _number_cells(column, cast("list[float]", values))
    if kinds == {str} and not column.cut:
        return _text_cells(cast("list[str]", values))
    keys = [(type(value), full(value)) for value in values]
    different = dict(zip(keys, rows, strict=True))
    written = {key: _cell(column, table.cell(row, column), row) for key, row in different.items()}
    return [written[key] for key in keys]


def _number_cells(column: Column, values: Sequence[float]) -> list[str]:
    """Return the cells of a column of numbers."""
    digits = list(map(full, values))
    different = dict(zip(digits, values, strict=True))
    written = {
        key: _number_cell(key, cut(show(value, column.digits), column.cut))
        for key, value in different.items()
    }
    return [written[key] for key in digits]


def _number_cell(digits: str, text: str) -> str:
    title = f' title="{digits}"' if digits != text else ""
    return f'<td class="number" data-value="{digits}"{title}>{text}</td>'


def _text_cells(texts: Sequence[str]) -> list[str]:
    pairs = zip(texts, all_escaped(texts, escape), strict=True)
    return [f"<td{_look(text)}>{escaped}</td>" for text, escaped in pairs]


def _cell(column: Column, text: str, row: Row) -> str:
    value = row.get(column.key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        digits = full(value)
        title = f' title="{digits}"' if digits != text else ""
        return f'<td class="number" data-value="{value}"{title}>{_content(column, text, row)}</td>'
    return f"<td{_look(text)}>{_content(column, str(escape(text)), row)}</td>"


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
