"""Several objectives: hypervolume over time, indicators, attainment surfaces, the joint front.

Hypervolume, IGD+ and additive epsilon are moocore's (Lopez-Ibanez, Stuetzle and Paquete: Graphical
Tools for the Analysis of Bi-objective Optimization Algorithms, 2010). The reference of IGD+ and
epsilon is the true front if the problem declares one, else the joint front of all runs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import moocore
import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.quality import Quality, non_dominated
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.read.run import Run
from evosweep.compare.read.traces import Trace, evaluations_in_order
from evosweep.run.hypervolume import hypervolume

Floats = NDArray[np.float64]
CHECKPOINTS = 40  # points of the hypervolume over time, log-spaced


@dataclass(frozen=True)
class Fronts:
    """The final fronts of one problem by algorithm and run, and their reference front."""

    problem: str
    weights: tuple[float, ...]
    by_algorithm: Mapping[str, Sequence[Floats]]
    joint: Floats
    reference: Floats
    origin: str


def read_fronts(
    problem: str,
    groups: Mapping[str, Sequence[Run]],
    finals: Mapping[str, Floats],
    true_front: Callable[[Run], Floats | None],
) -> Fronts:
    """Return the fronts of one problem; `true_front` returns the true front of a run's problem."""
    first = next(iter(groups.values()))[0]
    fronts = {name: [finals[run.run_id] for run in runs] for name, runs in groups.items()}
    stacked = np.vstack([front for group in fronts.values() for front in group])
    joint = non_dominated(stacked, first.weights)
    true = true_front(first)
    origin = "the joint front of all runs" if true is None else "the problem's true front"
    return Fronts(
        problem,
        first.weights,
        fronts,
        joint,
        reference=joint if true is None else true,
        origin=origin,
    )


def hypervolume_trace(run: Run, reference: Sequence[float], common: int = 0) -> Trace:
    """Return the hypervolume of all points so far, at log-spaced numbers of evaluations.

    If the problem's runs have a `common` budget, it is among these numbers.
    """
    fitness, seconds = evaluations_in_order(run)
    total = len(fitness)
    marks = np.unique(np.geomspace(1, max(total, 1), CHECKPOINTS).round().astype(np.int64))
    marks = np.union1d(marks, [common]) if 0 < common < total else marks
    archive, values, start = np.empty((0, run.objectives)), [], 0
    for mark in marks if total else []:
        fresh = fitness[start:mark]
        fresh = fresh[np.isfinite(fresh).all(axis=1)]
        archive, start = non_dominated(np.vstack([archive, fresh]), run.weights), int(mark)
        values.append(hypervolume(archive, run.weights, reference))
    moments = np.maximum.accumulate(seconds)[marks - 1] if total else np.empty(0)
    best = np.array(values, dtype=np.float64)
    counts = marks.astype(np.float64) if total else np.empty(0)
    last = float(moments[-1]) if total else 0.0
    return Trace(
        counts,
        best,
        seconds=moments,
        seconds_best=best,
        total=total,
        duration=last,
        source="journal",
    )


INDICATOR_COLUMNS = (
    Column("problem", "problem"),
    Column("algorithm", "algorithm"),
    Column("runs", "runs"),
    Column("hypervolume", "hypervolume, median"),
    Column("igd_plus", "IGD+, median"),
    Column("epsilon", "additive epsilon, median"),
    Column("points", "points of a front, median"),
    Column("share", "share of the joint front", digits=3),
)


def indicators_table(problems: Sequence[Fronts], qualities: Mapping[str, Quality]) -> Table:
    """Return the medians over runs of hypervolume, IGD+ and additive epsilon of final fronts."""
    rows = [_row(f, name, qualities[f.problem]) for f in problems for name in f.by_algorithm]
    origins = "; ".join(f"{f.problem}: {f.origin}, {qualities[f.problem].note}" for f in problems)
    note = f"IGD+ and epsilon: smaller is better. Held to, by problem: {origins}."
    return Table("fronts", "Indicators of the final fronts", INDICATOR_COLUMNS, rows, note=note)


def _row(fronts: Fronts, name: str, quality: Quality) -> Row:
    fronts_of_runs = fronts.by_algorithm[name]
    igd, epsilon, volume = zip(
        *(indicators(f, fronts, quality) for f in fronts_of_runs), strict=True
    )
    return {
        "problem": fronts.problem,
        "algorithm": name,
        "runs": len(fronts_of_runs),
        "hypervolume": float(np.median(volume)),
        "igd_plus": float(np.median(igd)),
        "epsilon": float(np.median(epsilon)),
        "points": float(np.median([len(front) for front in fronts_of_runs])),
        "share": joint_share(np.vstack(fronts_of_runs), fronts.joint),
    }


def indicators(front: Floats, fronts: Fronts, quality: Quality) -> tuple[float, float, float]:
    """Return IGD+, additive epsilon and hypervolume of a front; infinite or zero if it is empty."""
    if not len(front):
        return float("inf"), float("inf"), 0.0
    maximise = [weight > 0 for weight in fronts.weights]
    return (
        float(moocore.igd_plus(front, ref=fronts.reference, maximise=maximise)),
        float(moocore.epsilon_additive(front, ref=fronts.reference, maximise=maximise)),
        hypervolume(front, fronts.weights, quality.reference),
    )


def founders(fronts: Fronts) -> dict[str, Floats]:
    """Return the points of the joint front that each algorithm has found."""
    contributions = {}
    for name, group in fronts.by_algorithm.items():
        own = {tuple(point) for front in group for point in front.tolist()}
        kept = [tuple(point) in own for point in fronts.joint.tolist()]
        contributions[name] = fronts.joint[np.array(kept, dtype=bool)]
    return contributions


def joint_share(points: Floats, joint: Floats) -> float:
    """Return the share of the joint front's points that are among `points`."""
    own = set(map(tuple, points.tolist()))
    return sum(tuple(point) in own for point in joint.tolist()) / max(len(joint), 1)


def joint_table(problems: Sequence[Fronts]) -> Table:
    """Return the points of the joint front of each problem, and which algorithms found them."""
    width = max((len(fronts.weights) for fronts in problems), default=0)
    rows = [row for fronts in problems for row in _joint_rows(fronts)]
    columns = (
        Column("problem", "problem"),
        *(Column(f"objective_{i}", f"objective {i}", digits=6) for i in range(width)),
        Column("algorithms", "found by"),
    )
    return Table(
        "joint_front", "Joint Pareto front", columns, rows, note="Non-dominated over all runs."
    )


def _joint_rows(fronts: Fronts) -> list[Row]:
    own = {
        name: {tuple(point) for front in group for point in front.tolist()}
        for name, group in fronts.by_algorithm.items()
    }
    return [
        {
            "problem": fronts.problem,
            **{f"objective_{i}": value for i, value in enumerate(point)},
            "algorithms": ", ".join(name for name, points in own.items() if tuple(point) in points),
        }
        for point in fronts.joint.tolist()
    ]


def attainment(fronts: Sequence[Floats], weights: Sequence[float], percent: float) -> Floats:
    """Return the surface that this percentage of the fronts attains, (points, 2), in raw units.

    For two objectives: moocore's empirical attainment function.
    """
    sets = np.repeat(np.arange(1, len(fronts) + 1), [len(front) for front in fronts])
    signs = -np.sign(np.asarray(weights))
    surface = moocore.eaf(np.vstack(fronts) * signs, sets=sets, percentiles=[percent])
    points: Floats = surface[:, :2] * signs
    return points[np.lexsort((points[:, 1], points[:, 0]))]


def attainment_difference(
    one: Sequence[Floats], other: Sequence[Floats], weights: Sequence[float]
) -> Floats:
    """Return rectangles (x0, y0, x1, y1, difference) in which one group attains more often.

    The difference is in shares of the runs, positive if the first group is better. All objectives
    are minimised: those to be maximised are negated.
    """
    signs = -np.sign(np.asarray(weights))
    sides = [_with_sets(fronts, signs) for fronts in (one, other)]
    try:
        rectangles: Floats = moocore.eafdiff(*sides, rectangles=True)
    except (ValueError, IndexError):  # moocore fails if the fronts are equal
        return np.empty((0, 5))
    rectangles[:, 4] /= (len(one) + len(other)) // 2  # moocore's unit is half the runs
    return rectangles


def _with_sets(fronts: Sequence[Floats], signs: Floats) -> Floats:
    sets = np.repeat(np.arange(1, len(fronts) + 1), [len(front) for front in fronts])
    return np.column_stack([np.vstack(fronts) * signs, sets])
