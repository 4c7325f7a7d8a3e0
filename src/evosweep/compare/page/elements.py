"""Tables and plots as elements of HTML: by a template, each would take several times as long."""

import base64
import json

from markupsafe import escape

from evosweep.compare.numbers.table import Column, Table
from evosweep.compare.page.cells import MOST_ROWS, rows_of
from evosweep.compare.page.files import as_csv
from evosweep.compare.page.latex import as_float
from evosweep.compare.plots.canvas import Plot

_MANY_COLUMNS = 12
_THEMED = {"#000000": "ink", "#ffffff": "paper", "#dddddd": "grid", "#333333": "frame"}


def table_element(table: Table) -> str:
    """Return a table with its title, its note, and links to its files."""
    name, title = escape(table.name), f"title-of-{escape(table.name)}"
    wide = " wide" if len(table.columns) > _MANY_COLUMNS else ""
    lines = [
        f'\n<div class="table{wide}">',
        f'<p class="title" id="{title}">{escape(table.title)}</p>',
        f'<p class="note">{escape(table.note)}</p>' if table.note else "",
        f'<div class="scroll" role="region" aria-labelledby="{title}" tabindex="0">',
        f'<table class="sortable" id="table-{name}" aria-labelledby="{title}">',
        f"<thead><tr>{''.join(_head(table, column) for column in table.columns)}",
        "</tr></thead>",
        f"<tbody>{rows_of(table)}",
        "</tbody></table></div>",
        _more(table),
        _files(table),
        _latex(table),
        "</div>",
    ]
    return "\n".join(lines)


def _head(table: Table, column: Column) -> str:
    kind = ' class="number"' if table.numeric(column.key) else ""
    return (
        f'\n<th scope="col" aria-sort="none" data-key="{escape(column.key)}"{kind}>'
        f'<button type="button">{escape(column.heading)}</button></th>'
    )


def _more(table: Table) -> str:
    count = len(table.rows)
    if count <= MOST_ROWS:
        return ""
    return f'<p class="files">The first {MOST_ROWS} of {count} rows; the files have all.</p>'


def _files(table: Table) -> str:
    if not table.saved:
        return ""
    name = escape(table.name)
    kinds = {"Parquet": "parquet", "LaTeX": "tex", "HTML": "html"}
    others = [f'<a href="tables/{name}.{end}">{kind}</a>' for kind, end in kinds.items()]
    links = ", ".join([f'<a href="{name}.csv">CSV</a>', *others])
    return f'<p class="files beside">Data: {links}</p>'


def _latex(table: Table) -> str:
    if not table.floats:
        return ""
    return (
        '<details class="latex"><summary>LaTeX of this table, with caption and label</summary>'
        f'<pre tabindex="0"><code>{escape(as_float(table))}</code></pre></details>'
    )


def plot_element(plot: Plot) -> str:
    """Return a plot with its caption and its data."""
    name = escape(plot.name)
    look = ' class="across"' if plot.wide else ""
    look += f' data-problem="{escape(plot.problem)}"' if plot.problem else ""
    look += f' data-frame="{escape(json.dumps(plot.picture.frame))}"' if plot.picture.frame else ""
    stop = ' tabindex="0"' if plot.wide else ""
    data = base64.b64encode(as_csv(plot.data).encode()).decode()
    lines = [
        f'\n<figure id="plot-{name}"{look}>',
        f'<div class="picture" role="img" aria-label="{escape(plot.alt)}"{stop}>'
        f"{themed(plot.svg)}</div>",
        f"<figcaption>{escape(plot.caption)}",
        f'<span class="downloads"><a download="{name}.csv" '
        f'href="data:text/csv;base64,{data}">Data (CSV)</a>{_pictures(plot)}</span></figcaption>',
        "</figure>",
    ]
    return "\n".join(lines)


def _pictures(plot: Plot) -> str:
    if not plot.picture.pdf:
        return ""
    links = [
        f'<a download href="plots/{escape(plot.name)}.{kind}">{kind.upper()}</a>'
        for kind in ("svg", "pdf")
    ]
    return f'<span class="beside">, {", ".join(links)}</span>'


def themed(svg: str) -> str:
    """Return a picture whose black, white and greys follow the page's theme."""
    for colour, name in _THEMED.items():
        svg = svg.replace(f": {colour}", f": var(--{name}, {colour})")
    return svg
