"""Write the rows of a table as HTML: a template takes several times as long, in every page."""

from markupsafe import escape

from evosweep.compare.numbers.table import Column, Row, Table, Value

MOST_ROWS = 500  # most rows of a table in the page; its files have all
LONG = 36  # fewest characters of a cell that may break


def rows_of(table: Table) -> str:
    """Return the first rows of a table as `<tr>` elements, each on a line of its own."""
    return "".join(_row(table, row) for row in table.rows[:MOST_ROWS])


def _row(table: Table, row: Row) -> str:
    loud = ' class="loud"' if row.get("verdict") == "DISAGREE" else ""
    pairs = zip(table.columns, table.cells(row), strict=True)
    return f"\n<tr{loud}>{''.join([_cell(column, text, row) for column, text in pairs])}</tr>"


def _cell(column: Column, text: str, row: Row) -> str:
    value = row.get(column.key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        digits = full(value)
        title = f' title="{digits}"' if digits != text else ""
        look = f' class="number" data-value="{value}"{title}'
    else:
        look = ' class="long"' if len(text) > LONG else ""
    return f"<td{look}>{_content(column, str(escape(text)), row)}</td>"


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
