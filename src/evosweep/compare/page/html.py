"""Write the report as one self-contained HTML file, with its tables and plots beside it."""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from evosweep import __version__
from evosweep.compare.extra import need
from evosweep.compare.numbers.table import Table
from evosweep.compare.page.elements import plot_element, table_element
from evosweep.compare.page.files import as_csv, forget_stale, table_files, write_text
from evosweep.compare.page.section import Page
from evosweep.compare.page.verdict import VERDICT

SCRIPTS = ("tables.js", "plots.js", "filter.js", "links.js")
RUN_SCRIPTS = ("tables.js", "links.js")  # most rows of a page for one run


def write_page(page: Page, folder: Path, *, inside: Path | None = None) -> Path:
    """Write every table and plot of a page into a folder, then `report.html`; returns its path.

    Nothing is written through a link below `inside`, by default the folder itself.

    Files of an earlier report that this one lacks are removed.
    """
    contents = dict(_contents(page))
    for name, text in contents.items():
        write_text(folder / name, text, inside=inside or folder)
    forget_stale(folder, contents, inside=inside or folder)
    path = folder / "report.html"
    write_text(path, render(page), inside=inside or folder)
    return path


def _contents(page: Page) -> Iterator[tuple[str, str | bytes]]:
    """Yield the path and the content of every file beside the page."""
    add = page.parameters.added_to
    yield VERDICT, "".join(f"{sentence}\n" for sentence in page.summary)
    for table in page.tables():
        yield from table_files(table, add(table))
        yield f"tables/{table.name}.html", render_table(table)
    yield from page.run_pages.items()
    for plot in page.plots():
        yield f"plots/{plot.name}.svg", standalone(plot.svg)
        yield f"plots/{plot.name}.pdf", plot.picture.pdf
        yield f"plots/{plot.name}.csv", as_csv(add(plot.data))


def render(page: Page) -> str:
    """Return the page as HTML text with its styles, script, pictures and data."""
    script = _script(RUN_SCRIPTS if page.back else SCRIPTS)
    return str(
        _environment()
        .get_template("report.html")
        .render(
            page=page,
            css=_asset("report.css"),
            js=script,
            policy=content_policy(script),
            version=__version__,
        )
    )


@cache
def _script(names: tuple[str, ...]) -> str:
    return "\n".join(map(_asset, names))


@cache
def content_policy(script: str) -> str:
    """Return the page's Content-Security-Policy, which allows only its own script and styles."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src 'self' file: data:; base-uri 'none'; form-action 'none'"
    )


def render_table(table: Table) -> str:
    """Return a table as a plain HTML `<table>` for other pages."""
    return str(_environment().get_template("table.html").render(table=table))


def standalone(svg: str) -> str:
    """Return an `<svg>` element as a file of its own."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n{svg}'


@cache
def _environment() -> Any:
    """Return Jinja's environment, which compiles each template once for all pages."""
    jinja2 = need("jinja2")
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.globals.update(plot_element=plot_element, table_element=table_element)
    return environment


@cache
def _asset(name: str) -> str:
    return (files("evosweep.compare.page") / "templates" / name).read_text(encoding="utf-8")
