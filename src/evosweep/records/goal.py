"""Decide if a run has solved its problem: one rule for every reader of receipts."""

import math
from collections.abc import Mapping

PRECISION = 1e-8  # COCO's distance to the optimum at which a problem counts as solved


def goal(traits: Mapping[str, object], weight: float) -> float | None:
    """Return the objective value at which a problem counts as solved, or None.

    It is the declared target, else the declared optimum within 1e-8. `traits` are those of a
    receipt; a negative weight says that smaller is better.
    """
    target, optimum = traits.get("target"), traits.get("optimum")
    if isinstance(target, int | float):
        return float(target)
    if isinstance(optimum, int | float):
        return float(optimum) - math.copysign(PRECISION, weight)
    return None


def reaches(value: float, goal: float, weight: float) -> bool:
    """Return True if a result is as good as the goal."""
    return value >= goal if weight > 0 else value <= goal
