"""The quality of a run's result as one number: best fitness, or hypervolume of the front."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import moocore
import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.location import scale_of
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.errors import Damaged
from evosweep.records.tables import read_numbers
from evosweep.run.hypervolume import EXACT_UP_TO, hypervolume

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Quality:
    """The measure of one problem. `values` is by run_id; `larger` is True if more is better.

    `reference` is the hypervolume's reference point in the problem's own units.
    """

    measure: str
    larger: bool
    values: Mapping[str, float]
    reference: tuple[float, ...] = ()
    note: str = ""
    sources: Sequence[str] = field(default_factory=tuple)

    def of(self, runs: Sequence[Run]) -> Floats:
        """Return the values of some runs, in order."""
        return np.array([self.values[run.run_id] for run in runs], dtype=np.float64)

    def loss(self, values: Floats) -> Floats:
        """Return the values with a sign such that smaller is better."""
        return -values if self.larger else values


def measure_all(study: Study, fronts: Mapping[str, Floats]) -> dict[str, Quality]:
    """Return the quality of all runs, by problem; `fronts` is by run_id, for several objectives."""
    groups: dict[str, list[Run]] = {problem: [] for problem in study.problems}
    for run in study.runs:
        groups[study.problem(run)].append(run)
    return {problem: measure(runs, fronts) for problem, runs in groups.items()}


def measure(runs: Sequence[Run], fronts: Mapping[str, Floats]) -> Quality:
    """Return the quality of every run of one problem."""
    if runs[0].objectives > 1:
        return _hypervolumes(runs, {run.run_id: fronts[run.run_id] for run in runs})
    values = {run.run_id: run.best[0] for run in runs}
    return Quality("best fitness", runs[0].weights[0] > 0, values)


def _hypervolumes(runs: Sequence[Run], fronts: Mapping[str, Floats]) -> Quality:
    weights = runs[0].weights
    reference, note = reference_point(runs, fronts)
    values = {run_id: hypervolume(front, weights, reference) for run_id, front in fronts.items()}
    if len(weights) > EXACT_UP_TO:
        note += f"; approximated to about 1e-4, as always above {EXACT_UP_TO} objectives"
    return Quality("hypervolume", larger=True, values=values, reference=reference, note=note)


def final_front(run: Run) -> Floats:
    """Return the non-dominated fitnesses of the final population, (points, objectives), sorted."""
    names = [f"fitness_{index}" for index in range(run.objectives)]
    try:
        columns = read_numbers(run.folder.population, run.population, names)
        points = np.column_stack([columns[name] for name in names])
    except OSError as error:
        raise Damaged(run.folder.path, "population.parquet", f"cannot be read: {error}") from error
    points = points[np.isfinite(points).all(axis=1)]
    return non_dominated(points, run.weights)


def non_dominated(points: Floats, weights: Sequence[float]) -> Floats:
    """Return the points that no other point dominates, each once, in lexicographic order."""
    if not len(points):
        return points
    kept = np.unique(points, axis=0)
    maximise = [weight > 0 for weight in weights]
    return np.ascontiguousarray(kept[moocore.is_nondominated(kept, maximise=maximise)])


def reference_point(
    runs: Sequence[Run], fronts: Mapping[str, Floats]
) -> tuple[tuple[float, ...], str]:
    """Return the hypervolume's reference point, and a sentence on its origin.

    It is the problem's own if it declares one. Else it is the worst value of each objective over
    all final fronts, moved outwards by a tenth of the range (or by 0.1 if all values are equal).
    """
    declared = runs[0].traits.get("reference_point")
    if declared:
        return tuple(map(float, declared)), "reference point declared by the problem"
    points = np.vstack(list(fronts.values()))
    if not len(points):
        return (0.0,) * len(runs[0].weights), "no final front has a finite point"
    scale = scale_of(points)
    low, high = points.min(axis=0) / scale, points.max(axis=0) / scale
    span = np.where(high > low, high - low, 1.0 / scale)
    signs = np.sign(runs[0].weights)
    with np.errstate(over="ignore"):  # beyond the largest floats it would be infinite
        worst = (np.where(signs > 0, low, high) - signs * 0.1 * span) * scale
    return tuple(
        map(float, worst)
    ), "reference point: worst of all final fronts plus 10 % of the range"
