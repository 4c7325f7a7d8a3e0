"""CMA-ES's strategy moves as DEAP's does, to the last bit."""

from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, benchmarks, cma, tools

from evosweep.fast import HallOfFame, accelerate
from evosweep.problems.classes import individual_class


def _evolve(fast: bool, kind: Any, dimension: int, generations: int = 60) -> Any:
    np.random.seed(3)
    strategy = cma.Strategy(centroid=[2.0] * dimension, sigma=1.5, lambda_=12)
    toolbox = base.Toolbox()
    toolbox.register("evaluate", benchmarks.rosenbrock)
    toolbox.register("generate", strategy.generate, kind)
    toolbox.register("update", strategy.update)
    if fast:
        accelerate(toolbox)
    hall = (HallOfFame if fast else tools.HallOfFame)(2, similar=np.array_equal)
    population, _ = algorithms.eaGenerateUpdate(toolbox, generations, hall, verbose=False)
    state = {name: np.asarray(value).tolist() for name, value in vars(strategy).items()
             if name != "params"}  # fmt: skip
    return [
        ([type(gene) for gene in ind], [*ind], ind.fitness.values) for ind in [*population, *hall]
    ], state


@pytest.mark.parametrize("dimension", [2, 7])
@pytest.mark.parametrize("genome", [list, np.ndarray])
def test_update_is_deaps(genome: type, dimension: int) -> None:
    kind = individual_class("TwinStrategy", genome, (-1.0,))
    assert _evolve(True, kind, dimension) == _evolve(False, kind, dimension)
