"""Draw parameter importance: effects with intervals, pairs, parallel coordinates."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.anova import terms_of
from evosweep.compare.numbers.design import Design
from evosweep.compare.numbers.importance import Importance, importance_table
from evosweep.compare.numbers.table import Column, Row, Table, show
from evosweep.compare.plots.canvas import Plot, canvas, drawn, put_title, wrap
from evosweep.compare.plots.styles import COLOURS

Floats = NDArray[np.float64]
INK, PAPER = "#010101", "#fefefe"
MOST_BARS = 12


def plot_effects(name: str, importance: Importance) -> Plot:
    """Draw the shares of main effects and pairs with their intervals, the largest first."""
    terms = terms_of(len(importance.design.parameters))
    order = sorted(range(len(terms)), key=lambda place: -importance.shares[place])[:MOST_BARS]
    low, high = importance.interval
    titles = [wrap(importance.name(terms[place]), 28) for place in order]
    with canvas(name, height=1.4 + 0.34 * len(order)) as figure:
        axes = figure.add_subplot()
        for row, place in enumerate(order):
            colour = COLOURS[0] if len(terms[place]) == 1 else COLOURS[6]
            axes.barh(row, importance.shares[place], color=colour, height=0.62)
            axes.plot([low[place], high[place]], [row, row], color="black", linewidth=1.4)
        axes.set_yticks(range(len(order)), titles)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.02)
        axes.set_xlabel("share of the variance")
        axes.grid(axis="y", visible=False)
        put_title(
            figure, f"{importance.design.name}: which parameter matters, {importance.problem}"
        )
        picture = drawn(figure)
    shares = "; ".join(
        f"{importance.name(terms[place])} {importance.shares[place]:.3g}" for place in order
    )
    return Plot(
        name,
        f"Which parameter of {importance.design.name} matters",
        f"Bars of the share of the variance on {importance.problem}: {shares}.",
        picture,
        data=importance_table([importance]),
        caption="Blue: a parameter alone; grey: what a pair adds. Line: 95 % interval.",
    )


def plot_pairs(name: str, importance: Importance) -> Plot:
    """Draw main effects on the diagonal, and pairs off it."""
    names = importance.design.parameters
    shares = np.full((len(names), len(names)), np.nan)
    for place, term in enumerate(terms_of(len(names))):
        shares[term[0], term[-1]] = shares[term[-1], term[0]] = importance.shares[place]
    top = max(1e-9, float(np.nanmax(shares)))
    with canvas(name, height=1.5 + 0.42 * len(names), width=2.2 + 0.75 * len(names)) as figure:
        axes = figure.add_subplot()
        axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=top, lw=0)
        for (row, column), share in np.ndenumerate(shares):
            look = {"ha": "center", "va": "center", "fontsize": 9}
            ink = PAPER if share > 0.55 * top else INK
            axes.text(column + 0.5, row + 0.5, f"{share:.2f}", color=ink, **look)
        ticks = np.arange(len(names)) + 0.5
        axes.set_yticks(ticks, [wrap(text, 18) for text in names])
        axes.set_xticks(ticks, [wrap(text, 10) for text in names], rotation=0, fontsize=8)
        axes.invert_yaxis()
        axes.grid(visible=False)
        axes.tick_params(length=0)
        put_title(figure, f"{importance.design.name}: pairs, {importance.problem}")
        picture = drawn(figure)
    return Plot(
        name,
        f"Pairs of parameters of {importance.design.name}",
        f"Heat map of the shares of {len(names)} parameters and their pairs on "
        f"{importance.problem}.",
        picture,
        data=importance_table([importance]),
        caption="Diagonal: a parameter alone; elsewhere: what the pair adds to both.",
    )


def plot_settings(name: str, design: Design, losses: Mapping[str, float], problem: str) -> Plot:
    """Draw parallel coordinates: a line per configuration; better ones are darker and on top."""
    labels = sorted(losses, key=lambda label: -losses[label])
    points = design.scaled(labels)
    shade = np.linspace(0.15, 1.0, len(labels)) ** 2
    with canvas(name, height=3.2) as figure:
        axes = figure.add_subplot()
        across = np.arange(len(design.parameters))
        for row, alpha in zip(points, shade, strict=True):
            axes.plot(across, row, color=COLOURS[0], alpha=alpha, linewidth=1.2)
        axes.plot(across, points[-1], color=COLOURS[1], linewidth=2.4, label="best")
        _name_axes(axes, design)
        put_title(figure, f"{problem}: settings of {design.name}")
        figure.legend(loc="outside lower center")
        picture = drawn(figure)
    rows: list[Row] = [
        {"algorithm": label, "rank": rank, **_values(design, label)}
        for rank, label in enumerate(labels[::-1], 1)
    ]
    columns = [Column("algorithm", "algorithm"), Column("rank", "rank of the median")]
    columns += [Column(f"algorithm.{key}", key) for key in design.parameters]
    best = ", ".join(f"{k} {v}" for k, v in zip(design.parameters, design.points[labels[-1]],
                                                strict=True))  # fmt: skip
    return Plot(
        name,
        f"Settings of {design.name} on {problem}",
        f"Parallel coordinates of {len(labels)} configurations on {problem}. The best: {best}.",
        picture,
        data=Table(name, f"Settings on {problem}", columns, rows),
        caption="A line is a configuration; the darker, the better its median.",
        problem=problem,
    )


def _values(design: Design, label: str) -> Row:
    pairs = zip(design.parameters, design.points[label], strict=True)
    return {f"algorithm.{key}": value if isinstance(value, int | float | str) else str(value)
            for key, value in pairs}  # fmt: skip


def _name_axes(axes: Any, design: Design) -> None:
    titles = [
        f"{wrap(name, 14)}\n{_shown(levels[0])} to {_shown(levels[-1])}"
        for name, levels in zip(design.parameters, design.levels, strict=True)
    ]
    axes.set_xticks(range(len(titles)), titles, fontsize=8)
    axes.set_yticks([0, 1], ["least", "most"])
    axes.grid(axis="y", visible=False)


def _shown(value: object) -> str:
    return show(value, 3) if isinstance(value, int | float) else wrap(str(value), 14)
