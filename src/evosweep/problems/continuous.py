"""DEAP's continuous benchmark functions, by name.

Their definitions and sources are in `deap.benchmarks`.
"""

from typing import Any

from deap import base, benchmarks

from evosweep.plugins.parameters import choice, integer
from evosweep.problems.toolboxes import reals_toolbox
from evosweep.problems.traits import Traits

# Usual bounds and value at the optimum.
FUNCTIONS: dict[str, tuple[tuple[float, float], float]] = {
    "ackley": ((-15.0, 30.0), 0.0),
    "bohachevsky": ((-100.0, 100.0), 0.0),
    "cigar": ((-5.0, 5.0), 0.0),
    "griewank": ((-600.0, 600.0), 0.0),
    "rastrigin": ((-5.12, 5.12), 0.0),
    "rosenbrock": ((-5.0, 10.0), 0.0),
    "schaffer": ((-100.0, 100.0), 0.0),
    "sphere": ((-5.0, 5.0), 0.0),
}


def continuous(
    function: str = "rastrigin", dimension: int = 10, tournament: int = 3
) -> base.Toolbox:
    """A function of `deap.benchmarks` in `dimension` reals, to be minimised.

    Parameters
    ----------
    function
        `ackley`, `bohachevsky`, `cigar`, `griewank`, `rastrigin`, `rosenbrock`, `schaffer` or
        `sphere`, within its usual bounds.
    dimension
        Genes, 2 or more.
    tournament
        Individuals in a selection tournament.
    """
    choice("function", function, tuple(FUNCTIONS))
    integer("dimension", dimension, 2)
    bounds, optimum = FUNCTIONS[function]
    objective: Any = getattr(benchmarks, function)
    toolbox = reals_toolbox(
        f"Continuous_{function}",
        objective,
        dimension=dimension,
        bounds=bounds,
        tournament=tournament,
    )
    toolbox.traits = Traits(genome="reals", optimum=optimum, target=optimum + 1e-8, bounds=bounds)
    return toolbox
