"""Evolution strategies, CMA-ES in its variants, and distributions that are estimated."""

import random
from array import array
from functools import wraps
from typing import Any

import numpy as np
from deap import algorithms, base, benchmarks, cma, tools
from steps import Log, created, evaluate, fill

DIMENSION = 4


def reals(function: str = "sphere", kind: str = "list") -> base.Toolbox:
    """A function of DEAP's benchmarks on a list, an array or a NumPy array of reals."""
    toolbox = base.Toolbox()
    kinds: dict[str, Any] = {
        "list": created("EsReals", list, (-1.0,)),
        "array": created("EsDoubles", array, (-1.0,), typecode="d"),
        "ndarray": created("EsNumbers", np.ndarray, (-1.0,)),
    }
    toolbox.register("gene", random.uniform, -5.0, 5.0)
    fill(toolbox, kinds[kind], toolbox.gene, DIMENSION)
    toolbox.kind = kinds[kind]
    toolbox.register("evaluate", getattr(benchmarks, function))
    return toolbox


def own_steps(least: float = 0.5, most: float = 3.0) -> base.Toolbox:
    """The sphere, each individual with a step size for every gene, which evolve too."""
    toolbox, kind = (
        base.Toolbox(),
        created("EsOwnSteps", array, (-1.0,), typecode="d", strategy=None),
    )

    def individual() -> Any:
        made = kind(random.uniform(-3, 3) for _ in range(DIMENSION))
        made.strategy = array("d", (random.uniform(least, most) for _ in range(DIMENSION)))
        return made

    def no_smaller(operator: Any) -> Any:
        @wraps(operator)
        def limited(*args: Any, **kwargs: Any) -> Any:
            children = operator(*args, **kwargs)
            for child in children:
                for i, step in enumerate(child.strategy):
                    child.strategy[i] = max(step, least)
            return children

        return limited

    toolbox.register("individual", individual)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", benchmarks.sphere)
    toolbox.register("mate", tools.cxESBlend, alpha=0.1)
    toolbox.register("mutate", tools.mutESLogNormal, c=1.0, indpb=0.3)
    toolbox.decorate("mate", no_smaller)
    toolbox.decorate("mutate", no_smaller)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def comma(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """`eaMuCommaLambda`, in one call."""
    return algorithms.eaMuCommaLambda(
        toolbox.population(n=6), toolbox, 6, 24, 0.6, 0.3, 4, stats=statistics,
        halloffame=hall_of_fame, verbose=False,
    )  # fmt: skip


def one_fifth(toolbox: Any, *, statistics: Any, hall_of_fame: Any, sigma: float = 1.0) -> Any:
    """One parent, one child, and a step that grows with success and shrinks without."""
    log, parent = Log(statistics, hall_of_fame), toolbox.individual()
    log.add(0, evaluate(toolbox, [parent]), [parent])
    for gen in range(1, 13):
        child = toolbox.kind(gene + sigma * random.gauss(0, 1) for gene in parent)
        nevals = evaluate(toolbox, [child])
        if child.fitness >= parent.fitness:
            parent, sigma = child, sigma * 1.5
        else:
            sigma *= 1.5**-0.25
        log.add(gen, nevals, [parent])
    return [parent], log.book


def cma_es(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """`eaGenerateUpdate` with CMA-ES."""
    strategy = cma.Strategy(centroid=[5.0] * DIMENSION, sigma=5.0, lambda_=12)
    return _generate(toolbox, strategy, statistics, hall_of_fame)


def cma_one_plus(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """CMA-ES with a parent that stays until it is bettered."""
    parent = toolbox.individual()
    evaluate(toolbox, [parent])
    strategy = cma.StrategyOnePlusLambda(parent, sigma=5.0, lambda_=6)
    return _generate(toolbox, strategy, statistics, hall_of_fame)


def _generate(toolbox: Any, strategy: Any, statistics: Any, hall_of_fame: Any) -> Any:
    toolbox.register("generate", strategy.generate, toolbox.kind)
    toolbox.register("update", strategy.update)
    return algorithms.eaGenerateUpdate(
        toolbox, ngen=6, stats=statistics, halloffame=hall_of_fame, verbose=False
    )


def cma_observed(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """CMA-ES step by step, where each generation's axes are looked at."""
    strategy = cma.Strategy(centroid=[5.0] * DIMENSION, sigma=5.0, lambda_=12)
    toolbox.register("generate", strategy.generate, toolbox.kind)
    toolbox.register("update", strategy.update)
    log, population, axes = Log(statistics, hall_of_fame), [], []
    for gen in range(6):
        population = toolbox.generate()
        nevals = evaluate(toolbox, population)
        toolbox.update(population)
        axes.append((strategy.sigma, max(strategy.diagD) / min(strategy.diagD)))
        log.add(gen, nevals, population)
    assert len(axes) == 6
    return population, log.book


def cma_restarts(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """CMA-ES again and again: with twice the population, or with a small one and a small step."""
    log, population, gen = Log(statistics, hall_of_fame), [], 0
    for restart in range(3):
        large = restart % 2 == 0
        strategy = cma.Strategy(
            centroid=np.random.uniform(-4, 4, DIMENSION),
            sigma=2.0 if large else 2.0 * 10 ** (-2 * np.random.rand()),
            lambda_=6 * 2 ** (restart // 2) if large else 5,
        )
        toolbox.register("generate", strategy.generate, toolbox.kind)
        toolbox.register("update", strategy.update)
        for _ in range(4):
            population = toolbox.generate()
            nevals = evaluate(toolbox, population)
            toolbox.update(population)
            log.add(gen, nevals, population)
            gen += 1
    return population, log.book


def bounded_front() -> base.Toolbox:
    """ZDT1 with a penalty beyond its bounds."""
    toolbox = base.Toolbox()
    toolbox.kind = created("EsFront", list, (-1.0, -1.0))
    toolbox.register("gene", random.random)
    fill(toolbox, toolbox.kind, toolbox.gene, DIMENSION)
    toolbox.register("evaluate", benchmarks.zdt1)
    toolbox.decorate("evaluate", tools.ClosestValidPenalty(_valid, _nearest, 1.0e6, _distance))
    return toolbox


def _valid(individual: Any) -> bool:
    return all(0.0 <= gene <= 1.0 for gene in individual)


def _nearest(individual: Any) -> Any:
    return [float(min(max(gene, 0.0), 1.0)) for gene in individual]


def _distance(one: Any, two: Any) -> float:
    return float(sum((float(a) - float(b)) ** 2 for a, b in zip(one, two, strict=True)))


def cma_front(toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 8) -> Any:
    """CMA-ES with several objectives; its parents are the population."""
    log, population = Log(statistics, hall_of_fame), toolbox.population(n=size)
    log.add(0, evaluate(toolbox, population), population)
    strategy = cma.StrategyMultiObjective(population, sigma=0.3, mu=size, lambda_=size)
    for gen in range(1, 4):
        offspring = strategy.generate(toolbox.kind)
        nevals = evaluate(toolbox, offspring)
        strategy.update(offspring)
        log.add(gen, nevals, offspring)
    return strategy.parents, log.book


def emna(toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 30) -> Any:
    """A normal distribution around the better half, with one width for all genes."""
    log, centre, width, population = Log(statistics, hall_of_fame), np.full(DIMENSION, 5.0), 5.0, []
    for gen in range(5):
        rows = centre + width * np.random.randn(size, DIMENSION)
        population = [toolbox.kind(row.tolist()) for row in rows]
        nevals = evaluate(toolbox, population)
        best = np.array(tools.selBest(population, size // 2)) - centre
        width = np.sqrt(((best - best.mean(axis=0)) ** 2).sum() / best.size)
        centre = centre + best.mean(axis=0)
        log.add(gen, nevals, population)
    return population, log.book


def pbil(toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 15) -> Any:
    """Bits by their probabilities, which move towards the best."""
    log, population = Log(statistics, hall_of_fame), []
    chances = [0.5] * len(toolbox.individual())
    kind = type(toolbox.individual())
    for gen in range(5):
        population = [kind(int(random.random() < p) for p in chances) for _ in range(size)]
        nevals = evaluate(toolbox, population)
        (best,) = tools.selBest(population, 1)
        for i, bit in enumerate(best):
            chances[i] = chances[i] * 0.7 + bit * 0.3
            if random.random() < 0.2:
                chances[i] = chances[i] * 0.95 + random.randint(0, 1) * 0.05
        log.add(gen, nevals, population)
    return population, log.book
