"""The 24 noiseless functions of BBOB, through COCO's own `coco-experiment`.

Hansen, Auger, Ros, Mersmann, Tusar, Brockhoff: COCO: a platform for comparing continuous optimizers
in a black-box setting, Optimization Methods and Software 36(1), 2021.
"""

from collections.abc import Callable, Sequence

from deap import base

from evosweep.errors import InputError
from evosweep.plugins.parameters import integer
from evosweep.problems.toolboxes import reals_toolbox
from evosweep.problems.traits import Traits

BOUNDS = (-5.0, 5.0)
DIMENSIONS = (2, 3, 5, 10, 20, 40)  # those of the suite


def coco(
    function: int = 1, instance: int = 1, dimension: int = 5, tournament: int = 3
) -> base.Toolbox:
    """A function of COCO's suite `bbob` in reals of [-5, 5], to be minimised.

    Parameters
    ----------
    function
        Number of the function, 1 to 24.
    instance
        Number of the instance, 1 to 15.
    dimension
        Genes: 2, 3, 5, 10, 20 or 40.
    tournament
        Individuals in a selection tournament.
    """
    integer("function", function, 1, 24)
    integer("instance", instance, 1, 15)
    if dimension not in DIMENSIONS:
        raise InputError(f"dimension must be one of {DIMENSIONS}, not {dimension!r}")
    objective = _objective(function, instance, dimension)

    def evaluate(genome: list[float]) -> tuple[float]:
        return (float(objective(genome)),)

    toolbox = reals_toolbox(
        "COCO", evaluate, dimension=dimension, bounds=BOUNDS, tournament=tournament
    )
    toolbox.traits = Traits(genome="reals", bounds=BOUNDS)
    return toolbox


def _objective(function: int, instance: int, dimension: int) -> Callable[[Sequence[float]], float]:
    try:
        import cocoex
    except ImportError as error:
        raise InputError(
            "the problem coco needs the package coco-experiment: pip install 'evosweep[coco]'"
        ) from error
    suite = cocoex.Suite("bbob", "", "")
    objective: Callable[[Sequence[float]], float] = (
        suite.get_problem_by_function_dimension_instance(function, dimension, instance)
    )
    return objective
