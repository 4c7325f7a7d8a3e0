"""Draw two objectives: median attainment surfaces, their difference, and the joint front."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.fronts import Fronts, attainment, attainment_difference
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.plots.canvas import (
    HEIGHT,
    Hover,
    Plot,
    canvas,
    drawn,
    legend_below,
    legend_height,
    mark,
    put_title,
    unit_of,
)
from evosweep.compare.plots.styles import Styles

Floats = NDArray[np.float64]


def plot_attainment(name: str, fronts: Fronts, shown: Sequence[str], styles: Styles) -> Plot:
    """Draw for each algorithm the surface that half of its runs attain, and the joint front."""
    surfaces = {
        label: attainment(fronts.by_algorithm[label], fronts.weights, 50.0) for label in shown
    }
    with canvas(name, HEIGHT + legend_height(["joint front", *surfaces])) as figure:
        axes = figure.add_subplot()
        unit = unit_of(np.vstack([fronts.joint, *surfaces.values()]))
        joint = fronts.joint / unit
        axes.plot(joint[:, 0], joint[:, 1], ".", color="#777777", ms=4, label="joint front")
        where = "post" if fronts.weights[0] < 0 else "pre"
        for index, (label, points) in enumerate(surfaces.items()):
            look = {"where": where, "label": label, **styles[label].line()}
            mark(axes.step(*(points / unit).T, **look)[0], index)
        _name_axes(axes, fronts, unit)
        put_title(figure, f"{fronts.problem}: median attainment")
        legend_below(figure, axes)
        picture = drawn(figure, Hover("", (), {label: styles[label] for label in surfaces}))
    rows: list[Row] = [
        {"algorithm": label, "objective_0": float(x), "objective_1": float(y)}
        for label, points in (*surfaces.items(), ("joint front", fronts.joint))
        for x, y in points
    ]
    columns = (
        Column("algorithm", "algorithm"),
        Column("objective_0", "objective 0"),
        Column("objective_1", "objective 1"),
    )
    return Plot(
        name,
        f"Attainment: {fronts.problem}",
        f"Median attainment surfaces of {', '.join(surfaces)} on {fronts.problem}, and the "
        f"joint front of {len(fronts.joint)} points.",
        picture,
        data=Table(name, f"Median attainment on {fronts.problem}", columns, rows),
        caption="Half of the runs dominate what lies behind the line.",
        problem=fronts.problem,
    )


def _name_axes(axes: Any, fronts: Fronts, unit: float) -> None:
    words = ["maximised" if weight > 0 else "minimised" for weight in fronts.weights]
    tail = "" if unit == 1 else f" / {unit:g}"
    axes.set_xlabel(f"objective 0{tail}, {words[0]}")
    axes.set_ylabel(f"objective 1{tail}, {words[1]}")


def plot_difference(name: str, fronts: Fronts, pair: tuple[str, str], styles: Styles) -> Plot:
    """Draw the regions of the objective space that one algorithm attains more often."""
    from matplotlib.patches import Rectangle

    groups, (one, other) = fronts.by_algorithm, pair
    colours = [styles[label].colour for label in pair]
    rectangles = attainment_difference(groups[one], groups[other], fronts.weights)
    shown = _bounded(rectangles[rectangles[:, 4] != 0], fronts)
    with canvas(name) as figure:
        axes = figure.add_subplot()
        unit = unit_of(shown[:, :4])
        for *corners, share in shown:
            x0, y0, x1, y1 = (corner / unit for corner in corners)
            colour = colours[0 if share > 0 else 1]
            axes.add_patch(
                Rectangle((x0, y0), x1 - x0, y1 - y0, color=colour, alpha=abs(share), lw=0)
            )
        for colour, label in zip(colours, pair, strict=True):
            axes.plot([], [], "s", ms=9, color=colour, label=f"{label} attains more often")
        axes.autoscale_view()
        _name_axes(axes, fronts, unit)
        put_title(figure, f"{fronts.problem}: difference in attainment")
        legend_below(figure, axes)
        picture = drawn(figure)
    keys = ("x0", "y0", "x1", "y1", "share")
    rows: list[Row] = [dict(zip(keys, map(float, line), strict=True)) for line in shown]
    favour = [float(np.sum(np.abs(shown[np.sign(shown[:, 4]) == sign, 4]))) for sign in (1, -1)]
    return Plot(
        name,
        f"Difference in attainment: {fronts.problem}",
        f"Regions of the objectives of {fronts.problem} where {one} attains more often "
        f"(weight {favour[0]:.3g}) and where {other} does (weight {favour[1]:.3g}).",
        picture,
        data=Table(
            name, f"Difference in attainment: {one} and {other}", [Column(k, k) for k in keys], rows
        ),
        caption="The stronger the colour, the larger the share of runs by which they differ.",
        problem=fronts.problem,
    )


def _bounded(rectangles: Floats, fronts: Fronts) -> Floats:
    """Return rectangles in raw units; unbounded ones end at the worst known value."""
    signs = -np.sign(np.asarray(fronts.weights))
    points: Sequence[Floats] = [front for group in fronts.by_algorithm.values() for front in group]
    worst = (np.vstack(points) * signs).max(axis=0)
    bounded: Floats = rectangles.copy()
    for place in range(4):
        limit = worst[place % 2]
        bounded[:, place] = np.minimum(bounded[:, place], limit) * signs[place % 2]
    kept = (bounded[:, 0] != bounded[:, 2]) & (bounded[:, 1] != bounded[:, 3])
    visible: Floats = bounded[kept]
    return visible
