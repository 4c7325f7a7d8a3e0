"""Draw the joint front of three or more objectives in parallel coordinates."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.fronts import Fronts, founders
from evosweep.compare.numbers.location import scale_of
from evosweep.compare.numbers.table import Column, Row, Table, show
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
)
from evosweep.compare.plots.styles import Styles

Floats = NDArray[np.float64]
MOST_RANGES = 4  # most objectives with their ranges below the axes; more would overlap
MOST_POINTS = 150  # most points of a front to draw, evenly spaced; its table has all


def plot_parallel(name: str, fronts: Fronts, shown: Sequence[str], styles: Styles) -> Plot:
    """Draw a line for each point of the joint front, in the colour of an algorithm that found
    it."""
    own = founders(fronts)
    lines = {label: _thinned(_scaled(fronts, own[label])) for label in shown if len(own[label])}
    with canvas(name, HEIGHT + legend_height(list(lines))) as figure:
        axes = figure.add_subplot()
        for index, (label, points) in enumerate(lines.items()):
            look = {**styles[label].line(), "linewidth": 0.7}
            for artist in _draw(axes, points, label, look):
                mark(artist, index)
        _name_axes(axes, fronts)
        put_title(figure, f"{fronts.problem}: joint front")
        legend_below(figure, axes)
        picture = drawn(figure, Hover("", (), {label: styles[label] for label in lines}))
    counts = {label: len(own[label]) for label in shown}
    return Plot(
        name,
        f"Joint front: {fronts.problem}",
        f"Parallel coordinates of the {len(fronts.joint)} points of the joint front on "
        f"{fronts.problem}, by who found them: "
        + "; ".join(f"{label} {count}" for label, count in counts.items())
        + ".",
        picture,
        data=_data(name, fronts, own),
        caption=f"A line is a point of the joint front, at most {MOST_POINTS} of an algorithm. "
        "Each axis runs from the least to the greatest value on the front.",
        problem=fronts.problem,
    )


def _scaled(fronts: Fronts, points: Floats) -> Floats:
    scale = scale_of(fronts.joint)
    low, high = fronts.joint.min(axis=0) / scale, fronts.joint.max(axis=0) / scale
    scaled: Floats = (points / scale - low) / np.where(high > low, high - low, 1.0)
    return scaled


def _thinned(points: Floats) -> Floats:
    places = np.unique(np.linspace(0, len(points) - 1, MOST_POINTS).round().astype(int))
    thinned: Floats = points[places]
    return thinned


def _draw(axes: Any, points: Floats, label: str, style: Mapping[str, Any]) -> Sequence[Any]:
    across = np.arange(points.shape[1])
    lines: Sequence[Any] = axes.plot(across, points.T, alpha=0.45, **style)
    axes.plot([], [], label=label, **{**style, "linewidth": 1.8})
    return lines


def _name_axes(axes: Any, fronts: Fronts) -> None:
    low, high = fronts.joint.min(axis=0), fronts.joint.max(axis=0)
    words = ["max." if weight > 0 else "min." for weight in fronts.weights]
    if len(words) > MOST_RANGES:
        titles = [f"{number}\n{word}" for number, word in enumerate(words)]
        axes.set_xlabel("objective")
    else:
        titles = [
            f"{show(float(low[i]), 3)} to\n{show(float(high[i]), 3)}\nobjective {i},\n{word}"
            for i, word in enumerate(words)
        ]
    axes.set_xticks(range(len(words)), titles)
    axes.set_yticks([0, 1], ["least", "greatest"])
    axes.grid(axis="y", visible=False)


def _data(name: str, fronts: Fronts, own: Mapping[str, Floats]) -> Table:
    width = len(fronts.weights)
    rows: list[Row] = [
        {"algorithm": label, **{f"objective_{i}": float(point[i]) for i in range(width)}}
        for label, points in own.items()
        for point in points
    ]
    columns = (
        Column("algorithm", "algorithm"),
        *(Column(f"objective_{i}", f"objective {i}") for i in range(width)),
    )
    return Table(name, f"Joint front on {fronts.problem}", columns, rows)
