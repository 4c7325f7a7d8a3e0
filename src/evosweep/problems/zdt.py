"""The two-objective ZDT functions.

Zitzler, Deb and Thiele: Comparison of multiobjective evolutionary algorithms: empirical results,
Evolutionary Computation 8(2), 2000. The functions are DEAP's.
"""

import math

import numpy as np
from deap import base, benchmarks

from evosweep.errors import InputError
from evosweep.plugins.parameters import integer
from evosweep.problems.bounds import Evaluate, penalised
from evosweep.problems.toolboxes import reals_toolbox
from evosweep.problems.traits import Traits

DIMENSIONS = {1: 30, 2: 30, 3: 30, 4: 10, 6: 10}  # those of the paper


def zdt(function: int = 1, dimension: int | None = None) -> base.Toolbox:
    """A ZDT function of `dimension` reals in [0, 1]; both objectives are minimised.

    The problem scales the genes of ZDT4 behind the first to [-5, 5]. A genome outside [0, 1] is
    evaluated at the nearest genome inside, and a penalty for the distance is added.

    Parameters
    ----------
    function
        1, 2, 3, 4 or 6.
    dimension
        Genes, 2 or more; by default 30, and 10 for ZDT4 and ZDT6.
    """
    if function not in DIMENSIONS:
        raise InputError(f"function must be one of 1, 2, 3, 4, 6 (ZDT5 is binary), not {function}")
    size = integer("dimension", dimension or DIMENSIONS[function], 2)
    evaluate = penalised(_function(function), 0.0, 1.0)
    toolbox = reals_toolbox(
        f"ZDT{function}", evaluate, dimension=size, bounds=(0.0, 1.0), weights=(-1.0, -1.0)
    )
    toolbox.traits = Traits(
        genome="reals",
        reference_point=(11.0, 11.0),
        bounds=(0.0, 1.0),
        front=lambda: front(function),
    )
    return toolbox


def _function(function: int) -> Evaluate:
    if function == 4:
        return lambda x: benchmarks.zdt4([x[0], *(10.0 * gene - 5.0 for gene in x[1:])])
    formula: Evaluate = getattr(benchmarks, f"zdt{function}")
    return formula


def front(function: int, points: int = 500) -> np.ndarray:
    """Return the true Pareto front: an array (points, 2)."""
    first = np.linspace(0.0, 1.0, points)
    if function == 6:
        first = np.linspace(0.2807753191, 1.0, points)
    shape = {1: 1 - np.sqrt(first), 2: 1 - first**2, 4: 1 - np.sqrt(first), 6: 1 - first**2}
    if function in shape:
        return np.column_stack([first, shape[function]])
    second = 1 - np.sqrt(first) - first * np.sin(10 * math.pi * first)
    best_so_far = np.minimum.accumulate(second)  # ZDT3's front: the falling parts of the curve
    return np.column_stack([first, second])[second <= best_so_far]
