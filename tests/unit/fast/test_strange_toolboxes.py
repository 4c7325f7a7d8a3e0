"""Toolboxes as strangers fill, keep and change them: as DEAP's own, before and after."""

import copy
import itertools
import operator
import pickle
import random
from array import array
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, benchmarks, cma, gp, tools
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strange import created, fitness_class, outcome, told

from evosweep.fast import accelerate
from evosweep.fast import algorithms as fast_algorithms

quick = settings(max_examples=60, deadline=None, phases=[Phase.generate])
MIN = fitness_class(base.Fitness, (-1.0,))


def _both(program: Callable[[Any], Any]) -> None:
    """What a program makes of a plain toolbox, and of an accelerated one."""

    def faster(toolbox: base.Toolbox) -> base.Toolbox:
        return accelerate(toolbox)

    results = [outcome(lambda _, how=how: program(how), list) for how in (lambda t: t, faster)]
    assert results[1] == results[0]


FUNCTIONS: list[tuple[Any, dict[str, Any]]] = [
    (benchmarks.sphere, {}),
    (benchmarks.rastrigin, {}),
    (benchmarks.rosenbrock, {}),
    (benchmarks.ackley, {}),
    (benchmarks.dtlz2, {"obj": 3}),
    (benchmarks.dtlz2, {"obj": 0}),
    (benchmarks.dtlz2, {"obj": 30}),
    (benchmarks.dtlz2, {}),
    (benchmarks.sphere, {"obj": 3}),
]
GENOMES: dict[str, Callable[[list[float]], Any]] = {
    "list": list,
    "tuple": tuple,
    "array": partial(array, "d"),
    "ndarray": np.array,
    "numpy floats": lambda genes: list(np.array(genes)),
    "mixed": lambda genes: [*genes[:1], *map(int, genes[1:])],
    "float32": lambda genes: np.array(genes, dtype=np.float32),
    "ragged": lambda genes: genes[: 1 + int(abs(genes[0])) % 4],
    "short": lambda genes: genes[:1],
}
CHANGES: dict[str, Callable[[list[Any]], Any]] = {
    "nothing": lambda pop: None,  # noqa: ARG005
    "a gene": lambda pop: pop[-1].__setitem__(0, 7.0),
    "an individual": lambda pop: pop.__setitem__(-1, pop[0]),
    "one more": lambda pop: pop.append(pop[0]),
    "one less": lambda pop: pop.pop(),
}


@quick
@given(
    function=st.sampled_from(FUNCTIONS),
    kind=st.sampled_from([*GENOMES]),
    rows=st.lists(st.lists(st.floats(-9, 9), min_size=4, max_size=4), min_size=0, max_size=24),
    contain=st.sampled_from([list, list, tuple, iter]),
    change=st.sampled_from([*CHANGES]),
    at=st.integers(0, 20),
)
def test_maps(function: Any, kind: str, rows: Any, contain: Any, change: str, at: int) -> None:
    def program(faster: Any) -> Any:
        toolbox = base.Toolbox()
        toolbox.register("evaluate", function[0], **function[1])
        faster(toolbox)
        individuals = contain([GENOMES[kind](row) for row in rows])
        values = toolbox.map(toolbox.evaluate, individuals)
        first = list(itertools.islice(values, at))
        try:
            CHANGES[change](individuals)
        except (TypeError, AttributeError, IndexError):  # no list, or none left
            return first
        return first, list(values)

    _both(program)


@pytest.mark.parametrize("obj", [2, 3])
def test_an_option_that_is_changed_later(obj: int) -> None:
    def program(faster: Any) -> Any:
        toolbox = base.Toolbox()
        toolbox.register("evaluate", benchmarks.dtlz2, obj=4)
        faster(toolbox)
        toolbox.evaluate.keywords["obj"] = obj
        return list(toolbox.map(toolbox.evaluate, [[0.1, 0.2, 0.3, 0.4, 0.5]] * 30))

    _both(program)


def test_what_a_program_keeps_of_its_toolbox() -> None:
    def program(faster: Any) -> Any:
        toolbox = base.Toolbox()
        toolbox.register("mutate", tools.mutGaussian, mu=0, sigma=1, indpb=1.0)
        toolbox.register("select", tools.selBest)
        toolbox.register("migrate", tools.migRing, k=1, selection=toolbox.select)
        kept, keywords = toolbox.mutate, toolbox.mutate.keywords
        toolbox.mutate.note = "kept"
        faster(toolbox)
        keywords["sigma"] = 100
        same = kept is toolbox.mutate, toolbox.mutate.note, toolbox.mutate.func.__name__
        return same, kept([0.0]), toolbox.mutate([0.0]), toolbox.migrate.keywords["k"]

    _both(program)


def test_a_pickled_toolbox() -> None:
    def program(faster: Any) -> Any:
        toolbox = base.Toolbox()
        toolbox.register("gene", random.uniform, 0, 1)
        toolbox.register("individual", tools.initRepeat, list, toolbox.gene, 3)
        toolbox.register("evaluate", benchmarks.sphere)
        toolbox.register("evaluate_batch", _batch)
        toolbox.register("select", tools.selTournament, tournsize=2)
        toolbox.register("mate", tools.cxTwoPoint)
        toolbox.register("nsga3", tools.selNSGA3WithMemory(tools.uniform_reference_points(2, 2)))
        faster(toolbox)
        again = pickle.loads(pickle.dumps(toolbox))
        return again.individual(), again.mate([1, 2, 3], [4, 5, 6]), again.evaluate([1.0, 2.0])

    _both(program)


def _batch(genomes: Any) -> Any:
    return (genomes**2).sum(axis=1)[:, None]


def test_calls_by_keyword() -> None:
    def program(faster: Any) -> Any:
        toolbox = base.Toolbox()
        toolbox.register("mate", tools.cxTwoPoint)
        toolbox.register("mutate", tools.mutFlipBit)
        toolbox.register("select", tools.selBest)
        toolbox.register("blend", tools.cxBlend, alpha=0.5)
        faster(toolbox)
        return (
            toolbox.mate(ind1=[1, 2, 3], ind2=[4, 5, 6]),
            toolbox.mutate(individual=[0, 1], indpb=1.0),
            toolbox.select(individuals=[], k=0),
            toolbox.blend(ind1=[1.0], ind2=[2.0]),
            toolbox.clone(x=[1]),
        )

    _both(program)


class _Flat(gp.PrimitiveTree):  # type: ignore[misc]
    """A tree that says it has no height."""

    @property
    def height(self) -> int:
        return 0


class _Loud(gp.PrimitiveTree):  # type: ignore[misc]
    """A tree with an expression of its own."""

    def __str__(self) -> str:
        return "1"


def _set() -> Any:
    pset = gp.PrimitiveSet("STRANGE", 2)
    pset.addPrimitive(operator.add, 2)
    pset.addPrimitive(operator.neg, 1)
    pset.addTerminal(1)
    pset.addEphemeralConstant(f"strange{next(_numbers)}", partial(random.randint, -2, 2))
    return pset


_numbers = itertools.count()
TREES = [gp.PrimitiveTree, _Flat, _Loud]


@quick
@given(
    kind=st.sampled_from(TREES),
    seed=st.integers(0, 99),
    cut=st.integers(-1, 5),
    change=st.sampled_from(["nothing", "rename", "context", "primitive", "nothing"]),
)
def test_compiled_trees(kind: Any, seed: int, cut: int, change: str) -> None:
    def program(faster: Any) -> Any:
        pset, toolbox = _set(), base.Toolbox()
        toolbox.register("compile", gp.compile, pset=pset)
        faster(toolbox)
        random.seed(seed)
        tree = kind(gp.genHalfAndHalf(pset, 1, 3))
        if cut >= 0:
            list.__delitem__(tree, slice(cut, cut + 1))
        results = []
        for _ in range(2):
            try:
                results.append(repr(toolbox.compile(expr=tree)(3, 4)))
            except Exception as error:
                results.append(type(error).__name__)
            if change == "rename":
                pset.renameArguments(ARG0="x")
            elif change == "context":
                pset.context = pset.context | {"add": operator.sub}
            elif change == "primitive":
                pset.context["add"] = operator.mul
        return results

    _both(program)


@quick
@given(
    kind=st.sampled_from(TREES),
    seed=st.integers(0, 99),
    key=st.sampled_from([operator.attrgetter("height"), len, lambda tree: tree.height]),
    most=st.integers(0, 4),
    twice=st.booleans(),
)
def test_limits(kind: Any, seed: int, key: Any, most: int, twice: bool) -> None:
    def program(faster: Any) -> Any:
        pset, toolbox = _set(), base.Toolbox()
        toolbox.register("grow", gp.genFull, min_=0, max_=3)
        toolbox.register("mutate", gp.mutUniform, expr=toolbox.grow, pset=pset)
        toolbox.decorate("mutate", gp.staticLimit(key, most))
        if twice:
            toolbox.decorate("mutate", gp.staticLimit(len, 9))
        faster(toolbox)
        random.seed(seed)
        tree = created(f"StrangeLimited{kind.__name__}", kind, fitness=MIN)(gp.genFull(pset, 1, 3))
        return toolbox.mutate.func.__name__, toolbox.mutate(tree)

    _both(program)


@quick
@given(
    contain=st.sampled_from([list, list, tuple, iter]),
    kind=st.sampled_from(["list", "array", "ndarray", "numpy", "tuple"]),
    value=st.sampled_from([float, np.float32, int, lambda x: np.array([x])]),
    weights=st.sampled_from([(-1.0,), (1.0, -1.0)]),
    keep=st.integers(0, 8),
)
def test_covariance_matrix_adaptation(
    contain: Any, kind: str, value: Any, weights: Any, keep: int
) -> None:
    fitness = fitness_class(base.Fitness, weights)
    kinds: dict[str, Any] = {
        "list": created(f"StrangeList{len(weights)}", list, fitness=fitness),
        "array": created(f"StrangeDoubles{len(weights)}", array, fitness=fitness, typecode="d"),
        "ndarray": created(f"StrangeNdarray{len(weights)}", np.ndarray, fitness=fitness),
        "numpy": lambda genes: _with_fitness(np.array(genes), fitness),
        "tuple": lambda genes: _with_fitness(tuple(genes), fitness),
    }

    def program(faster: Any) -> Any:
        strategy, toolbox = cma.Strategy([1.0, 2.0, 3.0], 0.5, lambda_=8), base.Toolbox()
        toolbox.register("generate", strategy.generate, kinds[kind])
        toolbox.register("update", strategy.update)
        faster(toolbox)
        held = toolbox.update.func.__self__ is strategy
        for _ in range(3):
            population = toolbox.generate()
            for individual in population:
                individual.fitness.values = [value(sum(individual))] * len(weights)
            population = contain(population[: keep or None])
            toolbox.update(population)
        return held, strategy.centroid, strategy.sigma, strategy.C, strategy.B, strategy.ps

    _both(program)


class _Kept(tuple):  # type: ignore[type-arg]
    """Genes that cannot change, with a fitness."""


def _with_fitness(genes: Any, fitness: Any) -> Any:
    made = _Kept(genes)
    made.fitness = fitness()
    return made


class _Own(cma.Strategy):  # type: ignore[misc]
    def update(self, population: Any) -> None:
        super().update(population)
        self.sigma = 1.0


def test_a_strategy_with_a_method_of_its_own() -> None:
    def program(faster: Any) -> Any:
        toolbox, strategy = base.Toolbox(), _Own([1.0, 2.0], 0.5)
        toolbox.register("generate", strategy.generate, created("StrangeOwn", list, fitness=MIN))
        toolbox.register("update", strategy.update)
        faster(toolbox)
        algorithms.eaGenerateUpdate(_evaluating(toolbox), 3, verbose=False)
        return strategy.sigma, strategy.centroid

    _both(program)


def _evaluating(toolbox: Any) -> Any:
    toolbox.register("evaluate", benchmarks.sphere)
    return toolbox


@quick
@given(
    contain=st.sampled_from([list, tuple, iter, copy.copy]),
    values=st.sampled_from([lambda s: (s,), lambda s: [s], lambda s: np.array([s]), lambda s: s]),
    ngen=st.sampled_from([0, 2, True, -1, None]),
    hall=st.sampled_from([None, tools.HallOfFame, tools.ParetoFront]),
    multi=st.booleans(),
)
def test_algorithms(contain: Any, values: Any, ngen: Any, hall: Any, multi: bool) -> None:
    def program(parts: Any, faster: Any) -> Any:
        toolbox = base.Toolbox()
        kind = created("StrangeBits", list, fitness=MIN)
        toolbox.register("gene", random.randint, 0, 1)
        toolbox.register("individual", tools.initRepeat, kind, toolbox.gene, 6)
        toolbox.register("evaluate", lambda bits: values(float(sum(bits))))
        toolbox.register("mate", tools.cxTwoPoint)
        toolbox.register("mutate", tools.mutFlipBit, indpb=0.2)
        toolbox.register("select", tools.selTournament, tournsize=3)
        faster(toolbox)
        population = contain([toolbox.individual() for _ in range(12)])
        statistics: Any = tools.Statistics(lambda ind: ind.fitness.values)
        if multi:
            statistics = tools.MultiStatistics(fitness=statistics, size=tools.Statistics(len))
        statistics.register("mean", np.mean)
        kept = hall and (hall() if hall is tools.ParetoFront else hall(2))
        final, logbook = parts.eaSimple(
            population, toolbox, 0.5, 0.2, ngen, stats=statistics, halloffame=kept, verbose=False
        )
        return [*map(told, final)], str(logbook), [*map(told, kept or [])]

    ours = outcome(lambda _: program(fast_algorithms, accelerate), list)
    assert ours == outcome(lambda _: program(algorithms, lambda toolbox: toolbox), list)
