"""Convergence of a configuration: median and quartiles over its seeds, generation by generation."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

from evosweep.track.content.history import History
from evosweep.track.content.quantiles import QUANTILES, quantile

MOST = 128
"""Most generations that a curve keeps, in addition to its last one."""
Curve = Sequence[tuple[int, float]]
"""(generation, value), in order."""


def thinned_curve(history: History) -> list[tuple[int, float]]:
    """Return the best so far of a run, or its hypervolume, at generations that many runs have in
    common.

    They are the multiples of the least power of two that leaves `MOST` of them, and the last one.
    """
    values = history.columns.get("best_so_far") or history.columns.get("hypervolume") or []
    points = zip(history.generations, values, strict=False)
    finite = [(step, value) for step, value in points if value is not None and isfinite(value)]
    if not finite:
        return []
    stride = _stride(finite[-1][0])
    kept = [point for point in finite if point[0] % stride == 0]
    return kept if kept[-1:] == finite[-1:] else [*kept, finite[-1]]


def by_generation(curves: Sequence[Curve]) -> dict[str, list[tuple[int, float]]]:
    """Return the values of each quantile over the runs at each generation, by its name.

    A run that has ended counts with its last value; a run that has not begun does not count.
    """
    curves = [curve for curve in curves if curve]
    if not curves:
        return {}
    last = max(curve[-1][0] for curve in curves)
    stride = _stride(last)
    steps = sorted({step for curve in curves for step, _ in curve if step % stride == 0} | {last})
    columns = zip(*(_values_at(curve, steps) for curve in curves), strict=True)
    present = ([value for value in row if value is not None] for row in columns)
    rows = [(step, sorted(values)) for step, values in zip(steps, present, strict=True)]
    return {
        name: [(step, quantile(values, level)) for step, values in rows if values]
        for name, level in QUANTILES.items()
    }


def is_log_worthy(values: Sequence[float]) -> bool:
    """Return True if values are positive and fall by so much that a logarithmic axis is better."""
    falls = all(after <= before for before, after in pairwise(values))
    return falls and min(values, default=0.0) > 0 and values[0] > 50 * values[-1]


def _stride(last: int) -> int:
    stride = 1
    while last // stride > MOST:
        stride *= 2
    return stride


def _values_at(curve: Curve, steps: Sequence[int]) -> list[float | None]:
    """Return a curve's last value up to each step; None before its first one."""
    values: list[float | None] = []
    place, last = 0, None
    for step in steps:
        while place < len(curve) and curve[place][0] <= step:
            last = curve[place][1]
            place += 1
        values.append(last)
    return values
