"""The DTLZ functions for any number of objectives.

Deb, Thiele, Laumanns and Zitzler: Scalable test problems for evolutionary multiobjective
optimization, 2005. The functions are DEAP's.
"""

from collections.abc import Sequence

import numpy as np
from deap import base, benchmarks, tools

from evosweep.plugins.parameters import integer
from evosweep.problems.bounds import penalised
from evosweep.problems.toolboxes import reals_toolbox
from evosweep.problems.traits import Traits

DISTANCE_GENES = {1: 5, 7: 20}  # k of the paper; 10 for the others


def dtlz(function: int = 2, objectives: int = 3, dimension: int | None = None) -> base.Toolbox:
    """A DTLZ function of reals in [0, 1], with `objectives` to be minimised.

    Parameters
    ----------
    function
        Number of the function, 1 to 7.
    objectives
        Objectives, 2 or more.
    dimension
        Genes; by default objectives + k - 1, with k of the paper: 5 (DTLZ1), 20 (DTLZ7), 10
        (others).
    """
    integer("function", function, 1, 7)
    integer("objectives", objectives, 2)
    usual = objectives + DISTANCE_GENES.get(function, 10) - 1
    size = integer("dimension", dimension or usual, objectives)
    formula, extra = getattr(benchmarks, f"dtlz{function}"), (100,) if function == 4 else ()

    def evaluate(genome: Sequence[float]) -> tuple[float, ...]:
        return tuple(formula(genome, objectives, *extra))

    toolbox = reals_toolbox(
        f"DTLZ{function}",
        penalised(evaluate, 0.0, 1.0),
        dimension=size,
        bounds=(0.0, 1.0),
        weights=(-1.0,) * objectives,
    )
    worst = 2.0 * objectives + 1 if function == 7 else 1.1 if function == 2 else 2.0
    has_front = function in (1, 2, 3, 4)
    toolbox.traits = Traits(
        genome="reals",
        reference_point=(worst,) * objectives,
        bounds=(0.0, 1.0),
        front=(lambda: front(function, objectives)) if has_front else None,
    )
    return toolbox


def front(function: int, objectives: int, divisions: int = 12) -> np.ndarray:
    """Points of the true Pareto front of DTLZ1 to 4: an array (points, objectives)."""
    plane: np.ndarray = tools.uniform_reference_points(objectives, divisions)
    if function == 1:
        return plane / 2
    sphere: np.ndarray = plane / np.linalg.norm(plane, axis=1, keepdims=True)
    return sphere
