"""Programs of DEAP's documentation, written once for DEAP's parts and for those of evosweep.fast.

Each takes `Parts`: the fast one differs from the stock one by two imports and one call of
`accelerate`, the way a program of anyone's own would.
"""

import array
import math
import operator
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from deap import algorithms, base, benchmarks, cma, gp, tools

from evosweep import fast
from evosweep.fast import algorithms as fast_algorithms
from evosweep.plugins.loading import load_problem
from evosweep.problems.classes import individual_class

Population = list[Any]


@dataclass(frozen=True)
class Parts:
    """What a program takes from DEAP, or from evosweep.fast instead."""

    algorithms: Any
    Statistics: Any
    HallOfFame: Any
    accelerate: Callable[[Any], Any]
    var_pairs: Callable[[Population, Any, float], Population]

    @property
    def fast(self) -> bool:
        """Whether they are evosweep's."""
        return self.algorithms is fast_algorithms


def _var_pairs(parents: Population, toolbox: Any, cxpb: float) -> Population:
    """The loop of DEAP's `ga/nsga2.py`."""
    offspring = [toolbox.clone(ind) for ind in parents]
    for one, two in zip(offspring[::2], offspring[1::2], strict=True):
        if random.random() <= cxpb:
            toolbox.mate(one, two)
        toolbox.mutate(one)
        toolbox.mutate(two)
        del one.fitness.values, two.fitness.values
    return offspring


STOCK = Parts(algorithms, tools.Statistics, tools.HallOfFame, lambda toolbox: toolbox, _var_pairs)
FAST = Parts(
    fast_algorithms, fast.Statistics, fast.HallOfFame, fast.accelerate, fast_algorithms.varPairs
)


def _statistics(parts: Parts, axis: int | None = None) -> Any:
    stats = parts.Statistics(lambda ind: ind.fitness.values)
    for name, function in (("avg", np.mean), ("std", np.std), ("min", np.min), ("max", np.max)):
        stats.register(name, function, axis=axis)
    return stats


def onemax(parts: Parts) -> Population:
    """The tutorial's: 300 individuals of 100 bits, 40 generations of eaSimple."""
    kind = individual_class("BenchBits", list, (1.0,))
    toolbox = base.Toolbox()
    toolbox.register("attr_bool", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, kind, toolbox.attr_bool, 100)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", lambda individual: (sum(individual),))
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    parts.accelerate(toolbox)
    population = toolbox.population(n=300)
    hall, stats = parts.HallOfFame(1), _statistics(parts)
    parts.algorithms.eaSimple(population, toolbox, 0.5, 0.2, 40, stats, hall, verbose=False)
    return population


def tsp(parts: Parts) -> Population:
    """DEAP's `ga/tsp.py` on TSPLIB's berlin52: PMX, shuffled indices, 40 generations."""
    toolbox, table = base.Toolbox(), distances()
    size, matrix = len(table), np.array(table)

    def tour_length(individual: Any) -> tuple[int]:
        distance = table[individual[-1]][individual[0]]
        for gene1, gene2 in zip(individual[0:-1], individual[1:], strict=True):  # noqa: RUF007
            distance += table[gene1][gene2]
        return (distance,)

    def tour_lengths(tours: Any) -> Any:
        return matrix.take(tours * size + np.roll(tours, -1, axis=1)).sum(axis=1)[:, None]

    kind = individual_class("BenchTour", array.array, (-1.0,), typecode="i")
    toolbox.register("indices", random.sample, range(size), size)
    toolbox.register("individual", tools.initIterate, kind, toolbox.indices)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("mate", tools.cxPartialyMatched)
    toolbox.register("mutate", tools.mutShuffleIndexes, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("evaluate", tour_length)
    if parts.fast:
        toolbox.register("evaluate_batch", tour_lengths)
    parts.accelerate(toolbox)
    population = toolbox.population(n=300)
    hall, stats = parts.HallOfFame(1), _statistics(parts)
    parts.algorithms.eaSimple(population, toolbox, 0.7, 0.2, 40, stats, hall, verbose=False)
    return population


def distances() -> list[list[int]]:
    """Those between the cities of berlin52."""
    from evosweep.problems.tsp import coordinates, distance_matrix

    return distance_matrix(coordinates("berlin52"))


def nsga2(parts: Parts, size: int = 1000, generations: int = 5) -> Population:
    """DEAP's `ga/nsga2.py`: ZDT1 with 30 genes."""
    toolbox = _reals("BenchZDT", benchmarks.zdt1, 30, (-1.0, -1.0), eta=20.0)
    toolbox.register("parents", tools.selTournamentDCD)
    toolbox.register("select", tools.selNSGA2)
    parts.accelerate(toolbox)
    stats = _statistics(parts, axis=0)
    population = toolbox.population(n=size)
    _evaluate(toolbox, population)
    population = toolbox.select(population, size)
    stats.compile(population)
    for _ in range(generations):
        offspring = parts.var_pairs(toolbox.parents(population, size), toolbox, 0.9)
        _evaluate(toolbox, offspring)
        population = toolbox.select(population + offspring, size)
        stats.compile(population)
    return population


def nsga3(parts: Parts, size: int = 92, generations: int = 40, nd: str = "log") -> Population:
    """DEAP's `ga/nsga3.py`: DTLZ2 with 3 objectives, 12 genes and 91 reference points.

    nd   the sorting: log is DEAP's default for NSGA-III, standard that of Deb et al.
    """
    toolbox = _reals("BenchDTLZ", benchmarks.dtlz2, 12, (-1.0,) * 3, eta=30.0, obj=3)
    points = tools.uniform_reference_points(3, 12)
    toolbox.register("select", tools.selNSGA3, ref_points=points, nd=nd)
    parts.accelerate(toolbox)
    stats = _statistics(parts, axis=0)
    population = toolbox.population(n=size)
    _evaluate(toolbox, population)
    stats.compile(population)
    for _ in range(generations):
        offspring = parts.algorithms.varAnd(population, toolbox, 1.0, 1.0)
        _evaluate(toolbox, offspring)
        population = toolbox.select(population + offspring, size)
        stats.compile(population)
    return population


def spea2(parts: Parts, size: int = 100, generations: int = 5) -> Population:
    """ZDT1, a (mu + lambda) loop with SPEA2's selection."""
    toolbox = _reals("BenchZDT", benchmarks.zdt1, 30, (-1.0, -1.0), eta=20.0)
    toolbox.register("select", tools.selSPEA2)
    parts.accelerate(toolbox)
    population = toolbox.population(n=size)
    parts.algorithms.eaMuPlusLambda(
        population, toolbox, size, size, 0.7, 0.3, generations, verbose=False
    )
    return population


def symbolic_regression(parts: Parts, size: int = 200, generations: int = 15) -> Population:
    """Genetic programming on 1,000 rows: DEAP's example, row by row; evosweep's, in columns."""
    toolbox = load_problem("symbolic_regression")(data="rational_polynomial", rows=1000)
    if not parts.fast:
        _by_rows(toolbox)
    parts.accelerate(toolbox)
    population = toolbox.population(n=size)
    parts.algorithms.eaSimple(population, toolbox, 0.7, 0.2, generations, verbose=False)
    return population


def cma_es(
    parts: Parts, function: Any, dimension: int, lambda_: int, generations: int
) -> Population:
    """DEAP's `es/cma_minfct.py`: there rastrigin in 30 dimensions, 600 samples a generation."""
    kind = individual_class("BenchCMA", list, (-1.0,))
    strategy = cma.Strategy(centroid=[5.0] * dimension, sigma=5.0, lambda_=lambda_)
    toolbox = base.Toolbox()
    toolbox.register("evaluate", function)
    toolbox.register("generate", strategy.generate, kind)
    toolbox.register("update", strategy.update)
    parts.accelerate(toolbox)
    hall, stats = parts.HallOfFame(1), _statistics(parts)
    return parts.algorithms.eaGenerateUpdate(  # type: ignore[no-any-return]
        toolbox, ngen=generations, stats=stats, halloffame=hall, verbose=False
    )[0]


def _reals(
    name: str, function: Any, size: int, weights: tuple[float, ...], eta: float, **options: Any
) -> base.Toolbox:
    """Genes in [0, 1], as DEAP's multi-objective examples vary them."""
    toolbox = base.Toolbox()
    toolbox.register("attr_float", random.uniform, 0.0, 1.0)
    kind = individual_class(name, list, weights)
    toolbox.register("individual", tools.initRepeat, kind, toolbox.attr_float, size)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", function, **options)
    toolbox.register("mate", tools.cxSimulatedBinaryBounded, low=0.0, up=1.0, eta=eta)
    toolbox.register(
        "mutate", tools.mutPolynomialBounded, low=0.0, up=1.0, eta=20.0, indpb=1.0 / size
    )
    return toolbox


def _evaluate(toolbox: Any, individuals: Population) -> None:
    invalid = [ind for ind in individuals if not ind.fitness.valid]
    for ind, fit in zip(invalid, toolbox.map(toolbox.evaluate, invalid), strict=True):
        ind.fitness.values = fit


def _by_rows(toolbox: Any) -> None:
    """Evaluation as DEAP's example of symbolic regression has it."""
    pset = toolbox.evaluate.keywords["pset"]
    rows = np.array(toolbox.evaluate.keywords["columns"]).T.tolist()
    target = toolbox.evaluate.keywords["target"].tolist()
    pset.context["protected_div"] = lambda a, b: a / b if b != 0 else 1.0
    pset.context["protected_sqrt"] = lambda a: math.sqrt(abs(a))

    def error(tree: Any) -> tuple[float]:
        function = gp.compile(tree, pset)
        try:
            differences = [function(*row) - y for row, y in zip(rows, target, strict=True)]
            total = math.fsum(d * d for d in differences) / len(target)
        except OverflowError:
            return (1e12,)
        return (min(total, 1e12) if math.isfinite(total) else 1e12,)

    toolbox.register("evaluate", error)
    toolbox.register("mate", gp.cxOnePoint)
    toolbox.register("mutate", gp.mutUniform, expr=toolbox.expr_mut, pset=pset)
    limit = gp.staticLimit(operator.attrgetter("height"), 10)
    toolbox.decorate("mate", limit)
    toolbox.decorate("mutate", limit)
