"""Draw final results: a box and the single runs of each algorithm."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.location import median
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.plots.canvas import (
    Hover,
    Plot,
    canvas,
    drawn,
    label_powers,
    mark,
    put_title,
    unit_of,
    wrap,
)
from evosweep.compare.plots.styles import Style, Styles

Floats = NDArray[np.float64]
FEWEST = 5  # fewest runs for a box


def plot_boxes(
    name: str, problem: str, measure: str, samples: Mapping[str, Floats], styles: Styles
) -> Plot:
    """Draw median, quartiles, whiskers to 1.5 times their distance, and every run as a point.

    Below five runs it draws no box, but the median among the points.
    """
    labels = list(samples)
    unit = unit_of(np.concatenate(list(samples.values())))
    finite = {label: values[np.isfinite(values)] / unit for label, values in samples.items()}
    titles = [wrap(label, 26) for label in labels]
    rows_of_text = max(title.count("\n") + 1 for title in titles)
    height = 1.3 + max(0.42, 0.1 + 0.17 * rows_of_text) * len(labels)
    with canvas(name, height=height) as figure:
        axes = figure.add_subplot()
        for place, label in enumerate(labels):
            group = _draw(axes, len(labels) - 1 - place, finite[label], styles[label])
            for artist in group:
                mark(artist, place)
        axes.set_yticks(range(len(labels))[::-1], titles)
        axes.set_ylim(-0.6, len(labels) - 0.4)
        _scale(axes, np.concatenate(list(finite.values())))
        axes.set_xlabel(measure if unit == 1 else f"{measure} / {unit:g}")
        put_title(figure, f"{problem}: final results")
        axes.grid(axis="y", visible=False)
        hover = Hover("value", (), {label: styles[label] for label in labels}, unit=unit)
        picture = drawn(figure, hover)
    medians = "; ".join(f"{label} {median(values):.4g}" for label, values in samples.items())
    return Plot(
        name,
        f"Final results: {problem}",
        f"Boxes of the final {measure} on {problem}. Medians: {medians}.",
        picture,
        data=_data(name, problem, measure, samples),
        caption="A point is a run; box: quartiles and median; whiskers: up to 1.5 times the box."
        + (f" No box below {FEWEST} runs." if min(map(len, samples.values())) < FEWEST else ""),
        problem=problem,
    )


def _scale(axes: Any, values: Floats) -> None:
    """Scale the horizontal axis: logarithmic if positive values span two decades or more."""
    if len(values) > 1 and values.min() > 0 and values.max() / 100 > values.min():
        axes.set_xscale("log")
        label_powers(axes.xaxis)
    else:
        axes.locator_params(axis="x", nbins=5)
        axes.ticklabel_format(axis="x", useOffset=False)


def _data(name: str, problem: str, measure: str, samples: Mapping[str, Floats]) -> Table:
    rows: list[Row] = [
        {"algorithm": label, "value": float(value)}
        for label, values in samples.items()
        for value in values
    ]
    columns = (Column("algorithm", "algorithm"), Column("value", measure))
    return Table(name, f"Final results on {problem}", columns, rows)


def _draw(axes: Any, height: int, values: Floats, style: Style) -> list[Any]:
    """Draw one algorithm; returns its artists."""
    if not len(values):
        return []
    offsets = height + np.linspace(-0.18, 0.18, len(values)) if len(values) > 1 else [height]
    colour = {"color": style.colour}
    points = axes.scatter(
        values, offsets, s=14, **colour, marker=style.marker, alpha=0.75, linewidths=0
    )
    if len(values) < FEWEST:
        line = axes.vlines(np.median(values), height - 0.25, height + 0.25, colors="black")
        return [points, line]
    box = axes.boxplot(
        values,
        positions=[height],
        orientation="horizontal",
        widths=0.55,
        showfliers=False,
        medianprops={"color": "black", "linewidth": 1.6},
        boxprops=colour,
        whiskerprops=colour,
        capprops=colour,
        manage_ticks=False,
    )
    return [points, *(artist for part in box.values() for artist in part)]
