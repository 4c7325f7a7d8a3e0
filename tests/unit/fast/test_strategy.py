"""CMA-ES's strategy moves as DEAP's does, to the last bit."""

from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, benchmarks, cma, tools

from evosweep.fast import HallOfFame, accelerate
from evosweep.fast.birth import maker
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


@pytest.mark.parametrize(
    "genes",
    [
        np.array([[0.5, -0.0], [np.nan, 1e300]])[1],
        np.arange(6.0).reshape(2, 3)[:, 1],
        np.arange(4.0)[::-1],
        np.array([]),
        np.ones(2, "f4"), np.ones(2, ">f8"), np.arange(3), np.ones((2, 2)),
        np.ma.masked_array([1.0, 2.0]),
        [0.5, 1], (2, 3),
    ],
    ids=lambda genes: f"{type(genes).__name__} {getattr(genes, 'dtype', '')}",
)  # fmt: skip
def test_arrays_are_made_as_by_their_class(genes: Any) -> None:
    kind = individual_class("TwinStrategy", np.ndarray, (-1.0,))
    make = maker(kind)
    assert make is not None
    ours, deaps = make(genes), kind(genes)
    assert type(ours) is kind
    assert (ours.dtype.str, ours.shape) == (deaps.dtype.str, deaps.shape)
    assert ours.tobytes() == deaps.tobytes()
    assert (ours.strides, ours.flags.writeable) == (deaps.strides, deaps.flags.writeable)
    assert not np.shares_memory(ours, genes)
    assert vars(ours).keys() == vars(deaps).keys()
