"""The common parts of all plots: size, colours, conversion to SVG, and data."""

import io
import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.extra import need
from evosweep.compare.numbers.table import Table
from evosweep.compare.plots.fonts import share_fonts
from evosweep.compare.plots.styles import Style

Floats = NDArray[np.float64]

MOST_LINES = 7  # most algorithms in a picture
UNIT = 1e300
WIDTH, HEIGHT = 4.8, 3.5  # inches; still legible on a phone

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_STYLE = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "svg.fonttype": "none",
    "pdf.fonttype": 42,  # letters stay letters
    "font.family": ["DejaVu Sans"],
    "figure.dpi": 100,
    "text.parse_math": False,  # a name with two dollar signs is a name
}


@dataclass(frozen=True)
class Picture:
    """A drawing as an `<svg>` element and as a PDF file; `frame` has the position of its axes."""

    svg: str
    pdf: bytes
    frame: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Plot:
    """A picture, its data, a text alternative, and its caption.

    `problem` is the problem in the picture; it is empty for several. A `wide` plot gets a whole row
    of the page.
    """

    name: str
    title: str
    alt: str
    picture: Picture
    data: Table
    caption: str = ""
    problem: str = ""
    wide: bool = False

    @property
    def svg(self) -> str:
        """The picture as an `<svg>` element."""
        return self.picture.svg


@dataclass(frozen=True)
class Hover:
    """The columns of a picture's data that the page shows under the pointer.

    `across` and `up` are keys of columns; `up` names the line, then the edges of its band. The
    picture shows the values of `up` minus `optimum`, divided by `unit`.
    """

    across: str
    up: Sequence[str]
    series: Mapping[str, Style]
    optimum: float | None = None
    unit: float = 1.0


@contextmanager
def canvas(name: str, height: float = HEIGHT, width: float = WIDTH) -> Iterator[Any]:
    """Make a matplotlib figure in the report's style; `name` makes the ids in its SVG unique."""
    matplotlib = need("matplotlib")
    matplotlib.use("Agg")
    share_fonts()
    from matplotlib.figure import Figure

    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        yield Figure(figsize=(width, height), layout="constrained")


def drawn(figure: Any, hover: Hover | None = None) -> Picture:
    """Return the figure as SVG for a page (no prolog, no date, scalable) and as PDF."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    svg_file, pdf_file = io.BytesIO(), io.BytesIO()
    svg_of: type[Any] = FigureCanvasSVG
    pdf_of: type[Any] = FigureCanvasPdf
    figure.set_facecolor("none")
    with warnings.catch_warnings():  # labels may be long, and in any script
        warnings.filterwarnings("ignore", "constrained_layout not applied")
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        # `savefig` would draw each twice, the first time for the layout alone
        svg_of(figure).print_svg(svg_file, metadata={"Date": None, "Creator": None})
        figure.set_layout_engine("none")  # reuses the layout of the SVG, which halves the time
        metadata = {"CreationDate": None, "Creator": None, "Producer": None}
        pdf_of(figure).print_pdf(pdf_file, metadata=metadata)
    svg, pdf = svg_file.getvalue().decode(), pdf_file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'<g id="series-(\d+)">', r'<g class="series" data-series="\1">', svg)
    svg = svg.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    return Picture(svg, pdf, {} if hover is None else _frame(figure, hover))


def _frame(figure: Any, hover: Hover) -> dict[str, object]:
    """Return the position of the axes in the SVG, in points, and their ranges."""
    axes = figure.axes[0]
    width, height = figure.get_size_inches() * 72
    box = axes.get_position()
    return {
        "box": _numbers(box.x0 * width, (1 - box.y1) * height),
        "size": _numbers(box.width * width, box.height * height),
        "x": {
            "key": hover.across,
            "log": axes.get_xscale() == "log",
            "span": _numbers(*axes.get_xlim()),
        },
        "y": {
            "keys": list(hover.up),
            "log": axes.get_yscale() == "log",
            "span": _numbers(*axes.get_ylim()),
        },
        "optimum": hover.optimum,
        "unit": hover.unit,
        "series": [[label, style.colour] for label, style in hover.series.items()],
    }


def _numbers(*values: float) -> list[float]:
    return [float(value) for value in values]


def mark(artist: Any, place: int) -> None:
    """Mark an artist in the SVG as part of the algorithm with index `place`."""
    artist.set_gid(f"series-{place}")


def unit_of(values: Floats) -> float:
    """Return the divisor of values in a picture: axes cannot span the largest floats."""
    finite = np.abs(values[np.isfinite(values)])
    return UNIT if finite.max(initial=0.0) > 1e290 else 1.0


def log_across(axes: Any, low: float, high: float) -> None:
    """Set a logarithmic horizontal axis, with as many labels as fit.

    Over less than two decades, matplotlib's own labels would overlap.
    """
    from matplotlib.ticker import LogLocator, ScalarFormatter

    axes.set_xscale("log")
    label_powers(axes.xaxis)
    if high < 100 * low:
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.set_xlim(low, high)


def label_powers(axis: Any) -> None:
    """Label a logarithmic axis 10, 10², ... as text, since typeset formulas are slow to draw."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: _power(value)))
    axis.set_minor_formatter(NullFormatter())


def _power(value: float) -> str:
    exponent = round(math.log10(value))
    return {0: "1", 1: "10"}.get(exponent) or "10" + str(exponent).translate(_SUPERSCRIPTS)


def wrap(text: str, width: int = 46) -> str:
    """Break a long text into lines, after blanks and commas and before brackets."""
    lines = [""]
    for piece in re.findall(r"\(?[^ ,(]*[ ,]?", text):
        if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)


def put_title(figure: Any, text: str) -> None:
    """Put a plot's title at the figure's left edge, so that it has the whole width."""
    figure.suptitle(wrap(text), x=0.01, ha="left", fontsize=11)


def legend_columns(labels: Sequence[str]) -> int:
    """Return the number of columns of a legend with these labels under a plot."""
    longest = max(map(len, labels), default=0)
    return max(1, min(len(labels), int(54 // (longest + 6))))


def legend_height(labels: Sequence[str]) -> float:
    """Return the inches of a legend beyond its first row, which the plot's height must include."""
    lines = sum(wrap(label).count("\n") + 1 for label in labels)
    return 0.2 * max(0, math.ceil(lines / legend_columns(labels)) - 1)


def legend_below(figure: Any, axes: Any) -> None:
    """Put a legend under the axes, where it covers no data."""
    handles, labels = axes.get_legend_handles_labels()
    if labels:
        columns = legend_columns(labels)
        wrapped = [wrap(label) for label in labels]
        figure.legend(handles, wrapped, loc="outside lower center", ncols=columns)
