"""Draw convergence: median and quartiles of the best result by evaluations or seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.plots.canvas import (
    HEIGHT,
    Hover,
    Plot,
    canvas,
    drawn,
    label_powers,
    legend_below,
    legend_height,
    log_across,
    mark,
    put_title,
    unit_of,
)
from evosweep.compare.plots.styles import Style, Styles
from evosweep.compare.read.traces import Trace, bands

Floats = NDArray[np.float64]
POINTS = 80


@dataclass(frozen=True)
class Scale:
    """The scale of results: distances to the optimum on a log axis, or raw values."""

    label: str
    log: bool
    optimum: float | None = None
    unit: float = 1.0

    def __call__(self, values: Floats) -> Floats:
        """Return the values to draw; infinity, and zero on a log axis, become NaN."""
        shown = values / self.unit
        if self.optimum is not None:
            shown = np.abs(shown - self.optimum / self.unit)
        shown = np.where(np.isfinite(shown), shown, np.nan)
        return np.where(shown > 0, shown, np.nan) if self.log else shown


def choose_scale(traces: Sequence[Trace], optimum: float | None, measure: str) -> Scale:
    """Return a logarithmic scale if the results span three decades or more, else a linear one.

    If the optimum is known, results are drawn as distances to it.
    """
    values = np.concatenate([trace.best for trace in traces])
    values = values[np.isfinite(values)]
    unit = unit_of(values)
    label = f"{measure} so far" if optimum is None else "distance to the optimum"
    scale = Scale(
        label if unit == 1 else f"{label} / {unit:g}", log=False, optimum=optimum, unit=unit
    )
    gaps = scale(values)
    positive = gaps[gaps > 0]
    wide = len(positive) > 1 and bool(positive.max() / 1e3 >= positive.min())
    return replace(scale, log=wide and (optimum is not None or bool((gaps > 0).all())))


@dataclass(frozen=True)
class Curves:
    """The data of a plot: the traces of one problem by algorithm, its measure and optimum."""

    problem: str
    measure: str
    traces: Mapping[str, Sequence[Trace]]
    optimum: float | None = None
    styles: Styles = field(default_factory=lambda: Styles.of(()))


def plot_convergence(name: str, curves: Curves, backend: str = "") -> Plot:
    """Draw results against evaluations or, with the name of a backend, against its seconds."""
    everything = [trace for group in curves.traces.values() for trace in group]
    scale = choose_scale(everything, curves.optimum, curves.measure)
    marks = marks_of(everything, seconds=bool(backend))
    medians = {
        label: bands(group, marks, seconds=bool(backend)) for label, group in curves.traces.items()
    }
    if not any(np.isfinite(scale(curve["median"])).any() for curve in medians.values()):
        scale = replace(scale, log=False)  # no median to be drawn, so no decades to span
    key = "seconds" if backend else "evaluations"
    unit = "wall time [s]" if backend else "evaluations"
    how = f"by wall time, on {backend}" if backend else "by evaluations"
    title = f"{curves.problem}: {how}"
    lines = [f"{label} (n={len(group)})" for label, group in curves.traces.items()]
    with canvas(name, HEIGHT + legend_height(lines)) as figure:
        axes = figure.add_subplot()
        for place, (line, (label, curve)) in enumerate(zip(lines, medians.items(), strict=True)):
            style = curves.styles[label]
            for artist in draw_band(axes, marks, curve, style=style, label=line, scale=scale):
                mark(artist, place)
        _dress(axes, marks, scale, unit, title=title)
        legend_below(figure, axes)
        hover = Hover(
            key,
            ("median", "q1", "q3"),
            {label: curves.styles[label] for label in medians},
            optimum=scale.optimum,
            unit=scale.unit,
        )
        picture = drawn(figure, hover)
    return Plot(
        name,
        f"Convergence by {'seconds' if backend else 'evaluations'}: {curves.problem}",
        _alt(curves, unit, medians),
        picture,
        data=_data(name, curves.problem, marks, medians, key=key),
        caption="Line: median over runs; band: quartiles. A run that has ended keeps its last "
        "value.",
        problem=curves.problem,
    )


def marks_of(traces: Sequence[Trace], *, seconds: bool = False) -> Floats:
    """Return the positions of a curve's points: log-spaced evaluations, or evenly spaced
    seconds."""
    if seconds:
        end = max(*(trace.duration for trace in traces), 1e-09)
        return np.linspace(0.0, end, POINTS + 1)[1:]
    end = max(*(trace.total for trace in traces), 1)
    return np.unique(np.geomspace(1, end, POINTS).round())


def draw_band(
    axes: Any,
    marks: Floats,
    curve: Mapping[str, Floats],
    *,
    style: Style,
    label: str,
    scale: Scale,
) -> tuple[Any, Any]:
    """Draw the median of an algorithm as a line and its quartiles as a band; returns both."""
    look = {**style.line(), "label": label, "drawstyle": "steps-post"}
    (line,) = axes.plot(marks, scale(curve["median"]), **look)
    edges = scale(curve["q1"]), scale(curve["q3"])
    look = {"color": style.colour, "alpha": 0.18, "linewidth": 0, "step": "post"}
    return line, axes.fill_between(marks, *edges, **look)


def _dress(axes: Any, marks: Floats, scale: Scale, unit: str, title: str) -> None:
    put_title(axes.figure, title)
    axes.set_xlabel(unit)
    axes.set_ylabel(scale.label)
    if unit == "evaluations" and marks[-1] > 20:
        log_across(axes, marks[0] / 1.2, marks[-1] * 1.2)
    if scale.log:
        axes.set_yscale("log")
        label_powers(axes.yaxis)
    else:
        axes.ticklabel_format(axis="y", useOffset=False)


def _alt(curves: Curves, unit: str, curves_by_name: Mapping[str, Mapping[str, Floats]]) -> str:
    last = {label: curve["median"][-1] for label, curve in curves_by_name.items()}
    ends = "; ".join(f"{label} ends at {value:.4g}" for label, value in last.items())
    return f"Lines of the median {curves.measure} on {curves.problem} against {unit}. {ends}."


def _data(
    name: str, problem: str, marks: Floats, curves: Mapping[str, Mapping[str, Floats]], key: str
) -> Table:
    rows: list[Row] = [
        {
            "algorithm": label,
            key: float(mark),
            **{part: _value(curve[part][place]) for part in ("median", "q1", "q3")},
        }
        for label, curve in curves.items()
        for place, mark in enumerate(marks)
    ]
    columns = (
        Column("algorithm", "algorithm"),
        Column(key, key, "s" if key == "seconds" else ""),
        Column("median", "median"),
        Column("q1", "1st quartile"),
        Column("q3", "3rd quartile"),
    )
    return Table(name, f"Convergence on {problem}", columns, rows)


def _value(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
