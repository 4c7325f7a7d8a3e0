"""Stock DEAP and `evosweep.fast` side by side: same seed, same population, how many times faster.

    python tests/benchmarks/bench_fast.py [--rounds N] [--only NAME] [--markdown]

Each pair runs in turn, `--rounds` times in one process; the table has medians and, for both, the
first digits of the population's digest, which must be equal (exit code 1 where they are not).
"""

import argparse
import math
import operator
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # as in every run; before NumPy is imported

import deap
import numpy as np
from deap import algorithms, base, benchmarks, cma, gp, tools

from evosweep import problems
from evosweep.fast import HallOfFame, Statistics, accelerate
from evosweep.fast.generations import var_and
from evosweep.genome import population_digest
from evosweep.problems.classes import individual_class

Population = list[Any]


def onemax(fast: bool, size: int = 300, generations: int = 40) -> Population:
    """DEAP's tutorial: 100 bits, eaSimple with statistics and a hall of fame."""
    toolbox = problems.load("onemax")(bits=100)
    stats = (Statistics if fast else tools.Statistics)(lambda ind: ind.fitness.values)
    for function in (np.mean, np.std, np.min, np.max):
        stats.register(function.__name__, function)
    hall = (HallOfFame if fast else tools.HallOfFame)(1)
    if not fast:
        population = toolbox.population(n=size)
        algorithms.eaSimple(population, toolbox, 0.5, 0.2, generations, stats, hall, verbose=False)
        return population
    from evosweep.algorithms.ea_simple import ea_simple

    return ea_simple(
        accelerate(toolbox), statistics=stats, hall_of_fame=hall, population=size,
        generations=generations,
    )[0]  # fmt: skip


def nsga2(fast: bool, size: int = 1000, generations: int = 5) -> Population:
    """ZDT1, 30 reals, DEAP's example of NSGA-II."""
    toolbox = _zdt1()
    if fast:
        from evosweep.algorithms.nsga2 import nsga2 as ours

        return ours(
            accelerate(toolbox), statistics=None, hall_of_fame=None, population=size,
            generations=generations,
        )[0]  # fmt: skip
    population = toolbox.population(n=size)
    _evaluate(toolbox, population)
    population = toolbox.select(population, size)
    for _ in range(generations):
        offspring = [toolbox.clone(i) for i in tools.selTournamentDCD(population, size)]
        for one, two in zip(offspring[::2], offspring[1::2], strict=True):
            if random.random() <= 0.9:
                toolbox.mate(one, two)
            toolbox.mutate(one)
            toolbox.mutate(two)
            del one.fitness.values, two.fitness.values
        _evaluate(toolbox, offspring)
        population = toolbox.select(population + offspring, size)
    return population


def nsga3(fast: bool, size: int, generations: int, nd: str = "log") -> Population:
    """DTLZ2 with 3 objectives, DEAP's example of NSGA-III with 91 reference points.

    nd   DEAP's sorting: log is its default for NSGA-III, standard that of Deb et al.
    """
    toolbox = problems.load("dtlz")(function=2, objectives=3)
    points = tools.uniform_reference_points(3, 12)
    toolbox.register("select", tools.selNSGA3, ref_points=points, nd=nd)
    vary = var_and if fast else algorithms.varAnd
    if fast:
        accelerate(toolbox)
    population = toolbox.population(n=size)
    _evaluate(toolbox, population)
    for _ in range(generations):
        offspring = vary(population, toolbox, 1.0, 1.0)
        _evaluate(toolbox, offspring)
        population = toolbox.select(population + offspring, size)
    return population


def spea2(fast: bool, size: int = 100, generations: int = 5) -> Population:
    """ZDT1, a (mu + lambda) loop with SPEA2's selection."""
    toolbox = _zdt1()
    toolbox.register("select", tools.selSPEA2)
    if fast:
        accelerate(toolbox)
    population = toolbox.population(n=size)
    algorithms.eaMuPlusLambda(population, toolbox, size, size, 0.7, 0.3, generations, verbose=False)
    return population


def symbolic_regression(fast: bool, size: int = 200, generations: int = 15) -> Population:
    """Genetic programming on 1,000 rows: DEAP's example, row by row, and whole columns."""
    toolbox = problems.load("symbolic_regression")(data="rational_polynomial", rows=1000)
    if not fast:
        _by_rows(toolbox)
    else:
        accelerate(toolbox)
    population = toolbox.population(n=size)
    algorithms.eaSimple(population, toolbox, 0.7, 0.2, generations, verbose=False)
    return population


def cma_es(fast: bool, function: Any, dimension: int, lambda_: int, generations: int) -> Population:
    """DEAP's example of CMA-ES: rastrigin in 30 dimensions, 600 samples a generation."""
    kind = individual_class("BenchCMA", list, (-1.0,))
    strategy = cma.Strategy(centroid=[5.0] * dimension, sigma=5.0, lambda_=lambda_)
    toolbox = base.Toolbox()
    toolbox.register("evaluate", function)
    toolbox.register("generate", strategy.generate, kind)
    toolbox.register("update", strategy.update)
    hall = (HallOfFame if fast else tools.HallOfFame)(1)
    if fast:
        accelerate(toolbox)
    return algorithms.eaGenerateUpdate(  # type: ignore[no-any-return]
        toolbox, generations, halloffame=hall, verbose=False
    )[0]


def tsp(fast: bool, size: int = 300, generations: int = 40) -> Population:
    """berlin52: partially matched crossover, swaps, tournaments, eaSimple."""
    toolbox = problems.load("tsp")(instance="berlin52")
    if fast:
        accelerate(toolbox)
    population = toolbox.population(n=size)
    vary, algorithms.varAnd = algorithms.varAnd, var_and if fast else algorithms.varAnd
    try:
        algorithms.eaSimple(population, toolbox, 0.7, 0.2, generations, verbose=False)
    finally:
        algorithms.varAnd = vary
    return population


def _zdt1() -> base.Toolbox:
    return problems.load("zdt")(function=1, dimension=30)


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


CASES: dict[str, tuple[Callable[..., Population], float]] = {
    "OneMax, 300 x 40": (onemax, 4.0),
    "NSGA-II, ZDT1, population 1000": (nsga2, 20.0),
    "NSGA-III, DTLZ2, 500, nd=standard": (
        partial(nsga3, size=500, generations=5, nd="standard"),
        10.0,
    ),
    "NSGA-III, DTLZ2, 500, nd=log": (partial(nsga3, size=500, generations=5), 10.0),
    "NSGA-III, DTLZ2, 92, nd=log": (partial(nsga3, size=92, generations=20), 10.0),
    "SPEA2, ZDT1, population 100": (spea2, 0.0),
    "GP, symbolic regression, 1,000 rows": (symbolic_regression, 5.0),
    "CMA-ES, rastrigin, 30 x 600": (
        partial(cma_es, function=benchmarks.rastrigin, dimension=30, lambda_=600, generations=20),
        1.5,
    ),
    "CMA-ES, sphere, 30 x 600": (
        partial(cma_es, function=benchmarks.sphere, dimension=30, lambda_=600, generations=20),
        1.5,
    ),
    "CMA-ES, sphere, 10 x 10": (
        partial(cma_es, function=benchmarks.sphere, dimension=10, lambda_=10, generations=300),
        1.5,
    ),
    "TSP, berlin52, 300 x 40": (tsp, 3.0),
}


def timed(case: Callable[..., Population], fast: bool) -> tuple[float, str]:
    """Seconds of one run, building the problem included, and the digest of its population."""
    random.seed(42)
    np.random.seed(42)
    started = time.perf_counter()
    population = case(fast)
    return time.perf_counter() - started, population_digest(population)[:12]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="part of a row's name")
    options = parser.parse_args()
    versions = (
        f"Python {platform.python_version()}, DEAP {deap.__version__}, NumPy {np.__version__}"
    )
    print(f"{versions}, {platform.machine()}; medians of {options.rounds} rounds\n")
    print("| run | stock DEAP | evosweep.fast | times faster | wanted | digests |")
    print("|---|---|---|---|---|---|")
    differs = False
    for name, (case, wanted) in CASES.items():
        if options.only.lower() not in name.lower():
            continue
        rounds = [(timed(case, False), timed(case, True)) for _ in range(options.rounds)]
        stock, ours = (statistics.median(r[i][0] for r in rounds) for i in (0, 1))
        ratio = statistics.median(one[0] / two[0] for one, two in rounds)
        digests = {digest for pair in rounds for _, digest in pair}
        differs |= len(digests) > 1
        said = f"= {digests.pop()}" if len(digests) == 1 else f"DIFFER {sorted(digests)}"
        goal = f"{wanted:g}" if wanted else "-"
        print(
            f"| {name} | {stock:.3f} s | {ours:.3f} s | {ratio:.1f} | {goal} | {said} |", flush=True
        )
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
