"""Targets: the value that counts as success on a problem, and the sets of targets for profiles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.location import median, scale_of
from evosweep.compare.read.run import Run
from evosweep.compare.read.traces import Trace
from evosweep.records.goal import goal

Floats = NDArray[np.float64]
COUNT = 51  # number of targets of a problem's profile, as in COCO


@dataclass(frozen=True)
class Goal:
    """The success target of a problem; `value` is None if there is none, `origin` says why."""

    value: float | None
    origin: str


@dataclass(frozen=True)
class Targets:
    """Targets from easy to hard, in raw units, and a sentence on their origin."""

    values: Floats
    origin: str


def success_goal(run: Run, given: float | None) -> Goal:
    """Return the target of a run's problem: the given or declared target, else the optimum."""
    if given is not None:
        return Goal(given, "given with --target")
    if run.objectives > 1:
        return Goal(None, "several objectives: give a hypervolume with --target")
    value = goal(run.traits, run.weights[0])
    if value is None:
        return Goal(None, "the problem declares no target: give one with --target")
    declared = run.traits.get("target") is not None
    return Goal(value, "declared by the problem" if declared else "the optimum within 1e-8")


def profile_targets(run: Run, traces: Sequence[Trace], larger: bool) -> Targets:
    """Return the targets for a problem's ECDF, from easy to hard.

    For minimisation with a known optimum, they are 51 distances from 1e2 to 1e-8, evenly spaced on
    a log scale (Hansen et al., COCO, Optimization Methods and Software 36, 2021). Else they are 51
    values, evenly spaced from the median first value to the best value of all runs.
    """
    optimum = run.traits.get("optimum")
    if optimum is not None and not larger:
        values = float(optimum) + 10.0 ** np.linspace(2, -8, COUNT)
        return Targets(values, "51 distances to the optimum, 1e2 to 1e-8, log-spaced")
    firsts = [trace.best[0] for trace in traces if len(trace.best)]
    lasts = [trace.best[-1] for trace in traces if len(trace.best)]
    if not firsts:
        return Targets(np.empty(0), "no evaluation has a result")
    best = max(lasts) if larger else min(lasts)
    scale = scale_of(np.array([*firsts, best]))
    with np.errstate(invalid="ignore"):
        values = np.linspace(median(np.array(firsts)) / scale, best / scale, COUNT + 1)[1:] * scale
    return Targets(values, "51 values, evenly spaced from the median first to the best result")
