"""Draw profiles: the share of targets, or of runs, reached by a number of evaluations."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.anytime import ecdf
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.plots.canvas import (
    HEIGHT,
    Hover,
    Plot,
    canvas,
    drawn,
    legend_below,
    legend_height,
    log_across,
    mark,
    put_title,
)
from evosweep.compare.plots.styles import Styles

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Axes:
    """The texts of a profile: its title, both axes, the key of the marks in its data, a caption.

    `styles` has the styles of the algorithms; `problem` is empty for a profile over all problems.
    """

    title: str
    across: str
    up: str
    key: str
    caption: str
    styles: Styles
    problem: str = ""


def plot_profile(name: str, words: Axes, reached: Mapping[str, Floats]) -> Plot:
    """Draw a step line for each algorithm; `reached` has any shape, and infinity for misses."""
    marks = _marks(reached)
    curves = {label: ecdf(values, marks) for label, values in reached.items()}
    with canvas(name, HEIGHT + legend_height(list(curves))) as figure:
        axes = figure.add_subplot()
        for index, (label, shares) in enumerate(curves.items()):
            look = {"label": label, "drawstyle": "steps-post", **words.styles[label].line()}
            (line,) = axes.plot(marks, shares, **look)
            mark(line, index)
        put_title(figure, words.title)
        axes.set_xlabel(words.across)
        axes.set_ylabel(words.up)
        log_across(axes, marks[0] / 1.05, marks[-1] * 1.05)
        axes.set_ylim(-0.02, 1.02)
        legend_below(figure, axes)
        series = {label: words.styles[label] for label in curves}
        picture = drawn(figure, Hover(words.key, ("share",), series))
    ends = "; ".join(f"{label} reaches {shares[-1]:.0%}" for label, shares in curves.items())
    alt = f"{words.title}: {words.up} against {words.across}. {ends}."
    return Plot(
        name,
        words.title,
        alt,
        picture,
        data=_data(name, words, marks, curves),
        caption=words.caption,
        problem=words.problem,
    )


def _marks(reached: Mapping[str, Floats]) -> Floats:
    """Return the positions of all steps, thinned to a few hundred."""
    steps = np.concatenate([values[np.isfinite(values)].ravel() for values in reached.values()])
    if not len(steps):
        return np.array([1.0, 10.0])
    marks = np.unique(steps)
    if len(marks) > 200:
        marks = np.unique(np.geomspace(marks[0], marks[-1], 200))
        marks[-1] = steps.max()
    low = marks[0] * 0.8
    return np.concatenate([[low], marks, [marks[-1] * 1.25]])


def _data(name: str, words: Axes, marks: Floats, curves: Mapping[str, Floats]) -> Table:
    rows: list[Row] = [
        {"algorithm": label, words.key: float(mark), "share": float(share)}
        for label, shares in curves.items()
        for mark, share in zip(marks, shares, strict=True)
    ]
    columns = (
        Column("algorithm", "algorithm"),
        Column(words.key, words.across),
        Column("share", words.up),
    )
    return Table(name, words.title, columns, rows)
