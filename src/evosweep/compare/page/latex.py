"""Tables and texts as LaTeX."""

from collections.abc import Iterator

from evosweep.compare.numbers.table import Row, Table


def as_latex(table: Table) -> str:
    """Return the table as a LaTeX `tabular` with booktabs rules, which a paper can include."""
    align = "".join("r" if table.numeric(column.key) else "l" for column in table.columns)
    head = " & ".join(escaped(column.heading) for column in table.columns)
    body = [" & ".join(_cells(table, row)) + r" \\" for row in table.rows]
    return "\n".join(
        [
            f"% {table.title}. {table.note}".rstrip().replace("\n", " "),
            rf"\begin{{tabular}}{{{align}}}",
            r"\toprule",
            head + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


def _cells(table: Table, row: Row) -> Iterator[str]:
    for column, cell in zip(table.columns, table.cells(row), strict=True):
        strong = column.strong and row.get(column.strong)
        yield rf"\textbf{{{escaped(cell)}}}" if strong else escaped(cell)


def as_float(table: Table) -> str:
    """Return the table as a LaTeX `table` of at most column width, with caption and label.

    It needs the packages booktabs and graphicx. Marked cells are bold.
    """
    name = table.name.replace("_", "-")
    caption = f"{table.title}. {table.note}".strip()
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{escaped(caption)}}}",
            rf"\label{{tab:{name}}}",
            r"\resizebox{\ifdim\width>\columnwidth \columnwidth\else \width\fi}{!}{%",
            as_latex(table).partition("\n")[2].rstrip() + "%",
            "}",
            r"\end{table}",
            "",
        ]
    )


_TEX = str.maketrans({
    "\\": r"\textbackslash{}",
    **{char: f"\\{char}" for char in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "∞": r"$\infty$",
    "−": "$-$",
    "–": "--",
    "×": r"$\times$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "°": r"$^\circ$",
    "µ": r"$\mu$",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
})  # fmt: skip


def escaped(text: str) -> str:
    """Return a text with all special characters of LaTeX escaped."""
    return text.translate(_TEX)
