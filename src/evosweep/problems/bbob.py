"""The 24 noiseless functions of BBOB, through the package `ioh` (COCO's own where it has none).

Hansen, Finck, Ros, Auger: Real-Parameter Black-Box Optimization Benchmarking 2009: Noiseless
Functions Definitions, INRIA RR-6829; de Nobel et al.: IOHexperimenter, Evolutionary
Computation 32(3), 2024.
"""

from typing import Any

import numpy as np
from deap import base

from evosweep.errors import InputError
from evosweep.plugins.parameters import integer
from evosweep.problems.toolboxes import reals_toolbox
from evosweep.problems.traits import Traits

BOUNDS = (-5.0, 5.0)  # the region of interest that BBOB prescribes
PRECISION = 1e-8  # BBOB counts a function as solved this near to its optimum


def bbob(
    function: int = 1, instance: int = 1, dimension: int = 5, tournament: int = 3
) -> base.Toolbox:
    """A BBOB function of `dimension` reals in [-5, 5], to be minimised.

    Parameters
    ----------
    function
        Number of the function, 1 to 24.
    instance
        Number of the instance, 1 or more.
    dimension
        Genes, 2 or more.
    tournament
        Individuals in a selection tournament.
    """
    integer("function", function, 1, 24)
    integer("instance", instance)
    integer("dimension", dimension, 2)
    objective = _objective(function, instance, dimension)
    # ioh's object does not pickle; nobody has to, since each worker builds its own toolbox.
    toolbox = reals_toolbox(
        "BBOB",
        lambda genome: (objective(genome),),
        dimension=dimension,
        bounds=BOUNDS,
        tournament=tournament,
    )
    if hasattr(objective, "meta_data"):  # ioh's evaluates many genomes in one call
        toolbox.register("evaluate_batch", lambda genomes: np.array(objective(genomes))[:, None])
    optimum = _optimum(objective)
    toolbox.traits = Traits(
        genome="reals", optimum=optimum, target=optimum + PRECISION, bounds=BOUNDS
    )
    return toolbox


def _objective(function: int, instance: int, dimension: int) -> Any:
    try:
        import ioh
    except ImportError:
        return _without_ioh(function, instance, dimension)
    return ioh.get_problem(function, instance, dimension, ioh.ProblemClass.BBOB)


def _without_ioh(function: int, instance: int, dimension: int) -> Any:
    from evosweep.problems.bbob_coco import CocoFunction

    try:
        return CocoFunction(function, instance, dimension)
    except ImportError as error:
        raise InputError(
            "the problem bbob needs the package ioh: pip install 'evosweep[problems]'"
        ) from error


def _optimum(objective: Any) -> float:
    value = objective.optimum
    return float(value if isinstance(value, float) else value.y)
