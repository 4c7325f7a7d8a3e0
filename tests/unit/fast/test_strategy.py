"""CMA-ES's strategy moves as DEAP's does, to the last bit."""

from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, benchmarks, cma, tools
from twins import with_and_without_core

from evosweep.fast import HallOfFame, accelerate, core, strategy
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
    deaps = _evolve(False, kind, dimension)
    assert with_and_without_core(lambda: _evolve(True, kind, dimension)) == [deaps, deaps]


@pytest.mark.parametrize("lambda_", [4, 12])
def test_equal_axes_and_others_are_deaps(lambda_: int) -> None:
    kind = individual_class("TwinStrategy", list, (-1.0,))
    states = []
    for update, core_there in ((cma.Strategy.update, True), (strategy.update, True),
                               (strategy.update, False)):  # fmt: skip
        np.random.seed(1)
        ours = cma.Strategy([0.5] * 20, 0.4, lambda_=lambda_, cmatrix=np.identity(20) * 2)
        individuals = ours.generate(kind)
        for number, individual in enumerate(individuals):
            individual.fitness.values = (float(number),)
        with pytest.MonkeyPatch.context() as patch:
            if not core_there:
                patch.setattr(core, "core", None)
            for _ in range(3):
                update(ours, individuals)
        arrays = {name: value for name, value in vars(ours).items() if name != "params"}
        states.append({name: np.asarray(value).tobytes() for name, value in arrays.items()})
        # A product's order of additions depends on how its factors lie in memory.
        states[-1]["strides"] = [getattr(ours, name).strides for name in ("B", "BD", "C", "diagD")]
        assert all(getattr(ours, name).flags.writeable for name in ("ps", "pc", "C", "centroid"))
    assert states[0] == states[1] == states[2]


@pytest.mark.parametrize(
    "change",
    [
        {"sigma": 1e200}, {"sigma": np.float32(0.5)}, {"sigma": 1}, {"ps": np.full(3, 1e308)},
        {"C": np.asfortranarray(np.identity(3))}, {"C": np.identity(3, dtype=np.float32)},
        {"C": np.full((3, 3), np.nan)}, {"C": np.identity(3) * 1e200},
        {"pc": np.zeros(3, dtype=int)}, {"ccovmu": 0},
    ],
    ids=" ".join,
)  # fmt: skip
def test_unusual_strategies_are_deaps(change: dict[str, Any]) -> None:
    kind = individual_class("TwinStrategy", list, (-1.0,))

    def updated(update: Any) -> Any:
        np.random.seed(1)
        ours = cma.Strategy([0.5] * 3, 0.4, lambda_=8)
        individuals = ours.generate(kind)
        for individual in individuals:
            individual.fitness.values = benchmarks.sphere(individual)
        vars(ours).update(change)
        with np.errstate(all="ignore"):
            try:
                update(ours, individuals)
            except (np.linalg.LinAlgError, OverflowError) as error:
                return type(error)
        arrays = {name: np.asarray(value) for name, value in vars(ours).items() if name != "params"}
        return {name: (array.dtype, array.tobytes()) for name, array in arrays.items()}

    deaps = updated(cma.Strategy.update)
    assert with_and_without_core(lambda: updated(strategy.update)) == [deaps, deaps]


def test_eigenvectors_are_numpys_without_what_it_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    square = np.random.default_rng(1).normal(size=(6, 6))
    matrix = square @ square.T
    assert strategy._EIGH is not None
    called = strategy._eigen(matrix)
    monkeypatch.setattr(strategy, "_EIGH", None)
    for one, other in zip(called, strategy._eigen(matrix), strict=True):
        assert one.tobytes() == other.tobytes()
        assert one.strides == other.strides


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
