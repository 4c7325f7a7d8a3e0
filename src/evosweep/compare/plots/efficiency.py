"""Draw how the workers spent their time, by backend."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.efficiency import PHASES, Timing
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.plots.canvas import Plot, canvas, drawn, put_title, wrap
from evosweep.compare.plots.styles import COLOURS

# Evaluation, the purpose of all, comes first; hatches distinguish the phases in print.
ORDER = ("evaluation", "variation", "dispatch", "startup", "idle")
HATCHES = ("", "//", "..", "xx", "--")


def plot_phases(name: str, problem: str, timings: Sequence[Timing]) -> Plot:
    """Draw stacked bars of the seconds by phase, for each algorithm and backend on one problem."""
    labels = [f"{t.place[1]}, {t.place[2]}" for t in timings]
    titles = [f"{wrap(t.place[1], 26)}\n{t.place[2]}" for t in timings]
    most = max(text.count("\n") + 1 for text in titles)
    height = 1.7 + max(0.42, 0.1 + 0.17 * most) * len(labels)
    with canvas(name, height=height) as figure:
        axes = figure.add_subplot()
        places = np.arange(len(labels))[::-1]
        left = _draw(axes, places, timings)
        axes.set_yticks(places, titles)
        axes.set_xlabel("time [s]")
        axes.set_xlim(0, max(left.max(), 1e-9) * 1.04)
        put_title(figure, f"{problem}: where the time went")
        axes.grid(axis="y", visible=False)
        handles, titles = axes.get_legend_handles_labels()
        figure.legend(handles, titles, loc="outside lower center", ncols=3, columnspacing=1)
        picture = drawn(figure)
    shares = "; ".join(
        f"{label}: {_share(t):.0%}" for label, t in zip(labels, timings, strict=True)
    )
    return Plot(
        name,
        f"Time by phase: {problem}",
        f"Stacked bars of seconds by phase on {problem}. Share of evaluation: {shares}.",
        picture,
        data=_data(name, problem, timings),
        caption="Medians over the runs; evaluation and idle are summed over the workers.",
        problem=problem,
    )


def _draw(axes: Any, places: NDArray[np.intp], timings: Sequence[Timing]) -> NDArray[np.float64]:
    """Draw the bars of all phases; returns the total seconds of each place."""
    left = np.zeros(len(timings))
    for phase, colour, hatch in zip(ORDER, COLOURS, HATCHES, strict=False):
        width = np.array([t.seconds[phase] for t in timings])
        title = phase.replace("startup", "start-up")
        axes.barh(
            places, width, left=left, color=colour, label=title, hatch=hatch,
            edgecolor="white", linewidth=0.5,
        )  # fmt: skip
        left += width
    return left


def _data(name: str, problem: str, timings: Sequence[Timing]) -> Table:
    rows: list[Row] = [
        {"algorithm": t.place[1], "backend": t.place[2], **{p: t.seconds[p] for p in PHASES}}
        for t in timings
    ]
    columns = (
        Column("algorithm", "algorithm"),
        Column("backend", "backend"),
        *(Column(phase, phase, "s") for phase in PHASES),
    )
    return Table(name, f"Time by phase on {problem}", columns, rows)


def _share(timing: Timing) -> float:
    total = sum(timing.seconds[phase] for phase in PHASES)
    return timing.seconds["evaluation"] / total if total else 0.0
