"""Tables as data: columns with titles and units, rows of plain values, and their display."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Value = str | int | float | bool | None
Row = Mapping[str, Value]


@dataclass(frozen=True)
class Column:
    """One column: its key in rows and files, and its title and unit for people.

    `link` is the key of a row's value with the target of the cell's link. `cut` is the number of
    characters that people see; files have all. `apart` is the key of a value from which the shown
    cell must differ if the values differ. `strong` is the key of a value that marks bold cells.
    """

    key: str
    title: str
    unit: str = ""
    digits: int = 4
    link: str = ""
    cut: int = 0
    apart: str = ""
    strong: str = ""

    @property
    def heading(self) -> str:
        """The title with its unit."""
        return f"{self.title} [{self.unit}]" if self.unit else self.title


@dataclass(frozen=True)
class Table:
    """A named table; `note` states its rules. If it is not `saved`, it has no files.

    If it `floats`, its LaTeX has a caption and a label, for papers.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row] = field(default_factory=list)
    note: str = ""
    saved: bool = True
    floats: bool = False

    def cells(self, row: Row) -> list[str]:
        """Return one row as text, in the order of the columns."""
        return [self.cell(row, column) for column in self.columns]

    def cell(self, row: Row, column: Column) -> str:
        """Return the value of a row in a column as text."""
        return cut(show(row.get(column.key), _digits(row, column)), column.cut)

    def column(self, key: str) -> list[Value]:
        """Return the values of one column."""
        return [row.get(key) for row in self.rows]

    def numeric(self, key: str) -> bool:
        """Return True if all values of a column, except missing ones, are numbers."""
        kinds = set(map(type, self.column(key))) - {type(None)}
        return bool(kinds) and all(map(_is_of_numbers, kinds))


def _digits(row: Row, column: Column) -> int:
    value, other = row.get(column.key), row.get(column.apart) if column.apart else None
    if isinstance(value, float) and isinstance(other, int | float):
        return digits_apart(value, float(other), column.digits)
    return column.digits


def digits_apart(value: float, other: float, least: int) -> int:
    """Return the number of significant digits that show two different values as different."""
    if value == other or not (math.isfinite(value) and math.isfinite(other)):
        return least
    digits = least
    while digits < 17 and show(value, digits) == show(other, digits):
        digits += 1
    return digits


def _is_of_numbers(kind: type) -> bool:
    return issubclass(kind, int | float) and not issubclass(kind, bool)


def show(value: Value, digits: int = 4) -> str:
    """Return a value as text: `digits` significant digits, a dash for None, yes and no."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value, digits)
    return str(value)


def cut(text: str, length: int) -> str:
    """Return a text that is no longer than `length` characters and a sign for the rest."""
    return f"{text[:length]}…" if length and len(text) > length else text


def _number(value: float, digits: int) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value.is_integer() and abs(value) < 10 ** max(digits + 2, 6):
        return str(int(value))
    return f"{value:.{digits}g}"


def text(table: Table) -> str:
    """Return the table as text for a terminal, with aligned columns and numbers to the right."""
    head = [column.heading for column in table.columns]
    body = [table.cells(row) for row in table.rows]
    widths = [max(map(len, cells)) for cells in zip(head, *body, strict=True)]
    right = [table.numeric(column.key) for column in table.columns]
    lines = [
        _line(cells, widths, right) for cells in (head, ["-" * width for width in widths], *body)
    ]
    return "\n".join(lines)


def _line(cells: Iterable[str], widths: Iterable[int], right: Iterable[bool]) -> str:
    padded = [
        cell.rjust(width) if to_right else cell.ljust(width)
        for cell, width, to_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip()
