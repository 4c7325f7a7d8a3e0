"""The faster loops leave the populations, logbooks and halls of fame of DEAP's."""

import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, benchmarks, cma, tools

from evosweep import fast
from evosweep.fast import algorithms as fast_algorithms
from evosweep.fast.evaluations import evaluate
from evosweep.problems.classes import individual_class

STOCK = SimpleNamespace(
    algorithms=algorithms, Statistics=tools.Statistics, HallOfFame=tools.HallOfFame,
    accelerate=lambda toolbox: toolbox,
)  # fmt: skip
FAST = SimpleNamespace(
    algorithms=fast_algorithms, Statistics=fast.Statistics, HallOfFame=fast.HallOfFame,
    accelerate=fast.accelerate,
)  # fmt: skip


def _reals() -> base.Toolbox:
    toolbox = base.Toolbox()
    kind = individual_class("LoopReals", list, (-1.0,))
    toolbox.register("attr", random.uniform, -5.0, 5.0)
    toolbox.register("individual", tools.initRepeat, kind, toolbox.attr, 4)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", benchmarks.rastrigin)
    toolbox.register("mate", tools.cxSimulatedBinaryBounded, low=-5.0, up=5.0, eta=20.0)
    toolbox.register("mutate", tools.mutPolynomialBounded, low=-5.0, up=5.0, eta=20.0, indpb=0.3)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def _run(parts: Any, name: str, verbose: bool) -> Any:
    random.seed(2)
    np.random.seed(2)
    toolbox = _reals()
    strategy = cma.Strategy(centroid=[2.0] * 4, sigma=1.5, lambda_=20)
    toolbox.register("generate", strategy.generate, individual_class("LoopReals", list, (-1.0,)))
    toolbox.register("update", strategy.update)
    parts.accelerate(toolbox)
    stats = parts.Statistics(lambda ind: ind.fitness.values)
    for function in (np.mean, np.std, np.min, np.max, len):
        stats.register(function.__name__, function)
    hall = parts.HallOfFame(3)
    shared = {"stats": stats, "halloffame": hall, "verbose": verbose}
    loop = getattr(parts.algorithms, name)
    if name == "eaGenerateUpdate":
        population, logbook = loop(toolbox, ngen=8, **shared)
    else:
        rates = (0.5, 0.4, 8) if name == "eaSimple" else (20, 30, 0.5, 0.4, 8)
        population, logbook = loop(toolbox.population(n=20), toolbox, *rates, **shared)
    individuals = [(list(ind), ind.fitness.values) for ind in [*population, *hall]]
    return individuals, list(logbook), logbook.header, random.getstate()


@pytest.mark.parametrize(
    "name", ["eaSimple", "eaMuPlusLambda", "eaMuCommaLambda", "eaGenerateUpdate"]
)
@pytest.mark.parametrize("verbose", [False, True])
def test_loops_are_deaps(name: str, verbose: bool, capsys: Any) -> None:
    stock = _run(STOCK, name, verbose)
    printed = capsys.readouterr().out
    assert _run(FAST, name, verbose) == stock
    assert capsys.readouterr().out == printed


def test_a_key_of_ones_own_is_called() -> None:
    kind = individual_class("LoopReals", list, (-1.0,))
    individuals = [kind([1.0]), kind([2.0])]
    for number, individual in enumerate(individuals):
        individual.fitness.values = (number + 1.0,)
    for key in (
        lambda ind: ind.fitness.values,
        lambda ind: ind.fitness.wvalues,
        lambda ind: ind.fitness.values[0],
        lambda other: other.fitness.values,
        len,
    ):
        compiled = []
        for kind_of in (tools.Statistics, fast.Statistics):
            stats = kind_of(key)
            for function in (np.mean, np.min, sum if key is len else list):
                stats.register(function.__name__, function)
            compiled.append(stats.compile(individuals))
        assert compiled[0] == compiled[1]


def test_fitnesses_are_assigned_with_deaps_errors() -> None:
    kind = individual_class("LoopReals", list, (-1.0,))

    def assign(individuals: list[Any], found: Any) -> None:
        toolbox = base.Toolbox()
        toolbox.register("evaluate", lambda _: None)
        toolbox.register("map", lambda *_: found)
        assert evaluate(toolbox, individuals) == len(individuals)

    for wrong, error in (
        ((1.0, 2.0), AssertionError),
        (("one",), TypeError),
        ((), AssertionError),
    ):
        with pytest.raises(error):
            assign([kind([1.0])], [wrong])
    for found in (iter([[3.0], (4,)]), [[3.0], (4,)], [(3.0,), (4,)], iter([(3.0,), (4,)])):
        one, two = kind([1.0]), kind([2.0])
        assign([one, two], found)
        assert (one.fitness.values, two.fitness.values) == ((3.0,), (4.0,))
