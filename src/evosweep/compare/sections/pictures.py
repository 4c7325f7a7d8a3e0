"""The pictures of one problem: convergence, targets reached, final results, and fronts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers import anytime
from evosweep.compare.numbers.fronts import Fronts
from evosweep.compare.numbers.quality import Quality
from evosweep.compare.numbers.targets import profile_targets
from evosweep.compare.plots.boxes import plot_boxes
from evosweep.compare.plots.canvas import Plot
from evosweep.compare.plots.convergence import Curves, plot_convergence
from evosweep.compare.plots.ecdf import Axes, plot_profile
from evosweep.compare.plots.fronts import plot_attainment, plot_difference
from evosweep.compare.plots.parallel import plot_parallel
from evosweep.compare.plots.styles import Styles
from evosweep.compare.read.run import Run
from evosweep.compare.read.traces import Trace

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pictured:
    """The data for the pictures of a problem; it travels to the process that draws.

    `samples` and `traces` are by algorithm; `best` names the best two. `stem` is the problem's part
    of file names. `measure` tells if the samples are results, or distances to the optimum.
    """

    problem: str
    stem: str
    example: Run
    quality: Quality
    backends: Sequence[str]
    measure: str
    samples: Mapping[str, Floats]
    traces: Mapping[str, Sequence[Trace]]
    fronts: Fronts | None
    best: Sequence[str]
    styles: Styles


def draw(shown: Pictured) -> list[Plot]:
    """Return the plots of one problem."""
    plots = []
    with np.errstate(
        invalid="ignore", over="ignore"
    ):  # infinite results are valid, so that inf - inf is no error
        if shown.traces:
            plots += [*_curves(shown), _profile(shown)]
        name = f"results-{shown.stem}"
        plots.append(
            plot_boxes(name, shown.problem, shown.measure, shown.samples, styles=shown.styles)
        )
        if shown.fronts is not None and len(shown.fronts.joint):
            plots += _fronts(shown, shown.fronts)
    return plots


def _curves(shown: Pictured) -> list[Plot]:
    single = shown.example.objectives == 1
    optimum = shown.example.traits.get("optimum") if single else None
    curves = Curves(
        shown.problem, shown.quality.measure, shown.traces, optimum=optimum, styles=shown.styles
    )
    stem = shown.stem
    return [
        plot_convergence(f"convergence-{stem}", curves),
        plot_convergence(f"seconds-{stem}", curves, ", ".join(shown.backends)),
    ]


def _profile(shown: Pictured) -> Plot:
    larger = shown.quality.larger
    everything = [trace for traces in shown.traces.values() for trace in traces]
    targets = profile_targets(shown.example, everything, larger)
    reached = {
        name: anytime.hits(traces, targets.values, larger) for name, traces in shown.traces.items()
    }
    words = Axes(
        f"{shown.problem}: targets reached",
        "evaluations",
        "share of runs and targets",
        "evaluations",
        caption=f"Targets: {targets.origin}.",
        styles=shown.styles,
        problem=shown.problem,
    )
    return plot_profile(f"ecdf-{shown.stem}", words, reached)


def _fronts(shown: Pictured, fronts: Fronts) -> list[Plot]:
    names, stem = list(shown.samples), shown.stem
    if len(fronts.weights) > 2:
        return [plot_parallel(f"front-{stem}", fronts, names, shown.styles)]
    plots = [plot_attainment(f"attainment-{stem}", fronts, names, shown.styles)]
    if len(names) > 1:
        pair = shown.best[0], shown.best[1]
        plots.append(plot_difference(f"difference-{stem}", fronts, pair, shown.styles))
    return plots
