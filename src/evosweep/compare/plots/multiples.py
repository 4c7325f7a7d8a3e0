"""Draw the convergence on all problems in one picture, with a small panel for each."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.plots.canvas import (
    Hover,
    Plot,
    canvas,
    drawn,
    label_powers,
    legend_height,
    mark,
    wrap,
)
from evosweep.compare.plots.convergence import Curves, choose_scale, draw_band, marks_of
from evosweep.compare.plots.styles import Styles
from evosweep.compare.read.traces import bands

Floats = NDArray[np.float64]
MOST_PANELS = 30
ACROSS = 4  # panels in a row
PANEL = 2.1, 1.75  # inches


def plot_multiples(panels: Sequence[Curves], styles: Styles) -> Plot:
    """Draw median and quartiles of the best so far on each problem, against evaluations."""
    columns = min(ACROSS, len(panels))
    rows = math.ceil(len(panels) / columns)
    labels = list(dict.fromkeys(name for curves in panels for name in curves.traces))
    width = max(4.8, PANEL[0] * columns + 0.4)
    height = 0.7 + PANEL[1] * rows + legend_height(labels)
    table: list[Row] = []
    with canvas("panels", height=height, width=width) as figure:
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        legend = _Legend(labels)
        for axes, curves in zip(grid, panels, strict=False):
            table += _panel(axes, curves, styles, legend)
        for axes in grid[len(panels) :]:
            axes.set_visible(False)
        figure.supxlabel("evaluations", fontsize=9)
        figure.legend(
            list(legend.handles.values()),
            [wrap(label) for label in legend.handles],
            loc="outside lower center",
            ncols=max(1, min(len(labels), int(width * 11 // (max(map(len, labels)) + 6)))),
        )
        picture = drawn(figure, Hover("", (), {label: styles[label] for label in labels}))
    with_optimum = sum(curves.optimum is not None for curves in panels)
    return Plot(
        "panels",
        "Convergence on every problem",
        f"Small panels of the best so far on {len(panels)} problems, one line for each of "
        f"{len(labels)} algorithms: {', '.join(labels)}.",
        picture,
        data=_data(table),
        caption="Best so far: the median over runs, and the quartiles as a band."
        + (
            f" Distance to the optimum on {with_optimum} of {len(panels)} problems."
            if with_optimum
            else ""
        ),
        wide=columns > 2,
    )


@dataclass
class _Legend:
    """The algorithms of all panels, in order, and one drawn line of each."""

    labels: Sequence[str]
    handles: dict[str, Any] = field(default_factory=dict)


def _panel(axes: Any, curves: Curves, styles: Styles, legend: _Legend) -> Iterator[Row]:
    """Draw one problem; yields the rows of its data."""
    traces = [trace for group in curves.traces.values() for trace in group]
    scale = choose_scale(traces, curves.optimum, curves.measure)
    marks = marks_of(traces)
    for label, group in curves.traces.items():
        curve = bands(group, marks)
        artists = draw_band(axes, marks, curve, style=styles[label], label=label, scale=scale)
        legend.handles.setdefault(label, artists[0])
        for artist in artists:
            mark(artist, legend.labels.index(label))
        for place, value in zip(marks, curve["median"], strict=True):
            best = None if np.isnan(value) else float(value)
            row = {"problem": curves.problem, "algorithm": label}
            yield {**row, "evaluations": float(place), "best_so_far": best}
    _dress(axes, curves.problem, marks, log=scale.log and _some_drawn(axes))


def _some_drawn(axes: Any) -> bool:
    return any(np.isfinite(line.get_ydata().astype(float)).any() for line in axes.get_lines())


def _dress(axes: Any, title: str, marks: Floats, *, log: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_title(wrap(title, 26), fontsize=9, loc="left")
    axes.tick_params(labelsize=8)
    if marks[-1] > 20:
        axes.set_xscale("log")
        axes.set_xlim(marks[0] / 1.2, marks[-1] * 1.2)
        label_powers(axes.xaxis)
    if log:
        axes.set_yscale("log")
        label_powers(axes.yaxis)
    else:
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.ticklabel_format(axis="y", useOffset=False)


def _data(rows: Sequence[Row]) -> Table:
    columns = (
        Column("problem", "problem"),
        Column("algorithm", "algorithm"),
        Column("evaluations", "evaluations"),
        Column("best_so_far", "best so far, median"),
    )
    return Table("panels", "Convergence on every problem", columns, rows)
