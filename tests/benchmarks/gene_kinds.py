"""Plain DEAP programs with cheap evaluations, one for each kind of genome: problems and algorithms.

Each problem builds a toolbox as a program of DEAP's documentation does; each algorithm is called
with it, by hand or by a run.
"""

import operator
import random
from typing import Any

import numpy
from deap import algorithms, base, benchmarks, cma, creator, gp, tools

if not hasattr(creator, "KindFitness"):
    creator.create("KindFitness", base.Fitness, weights=(-1.0,))
    creator.create("KindList", list, fitness=creator.KindFitness)
    creator.create("KindTuple", tuple, fitness=creator.KindFitness)
    creator.create("KindArray", numpy.ndarray, fitness=creator.KindFitness)
    creator.create("KindTree", gp.PrimitiveTree, fitness=creator.KindFitness)
    creator.create("KindParticle", list, fitness=creator.KindFitness, speed=list, best=None)

GENES = 30


def sum_of_genes(individual: Any) -> tuple[float]:
    """About the cheapest evaluation that there is."""
    return (sum(individual),)


# One generation at a time: CMA-ES as in DEAP's es/cma_minfct.py.


def _sampled(individual: Any) -> base.Toolbox:
    strategy = cma.Strategy(centroid=[5.0] * GENES, sigma=5.0, lambda_=600)
    toolbox = base.Toolbox()
    toolbox.register("generate", strategy.generate, individual)
    toolbox.register("update", strategy.update)
    toolbox.register("evaluate", benchmarks.rastrigin)
    return toolbox


def sampled_scalars() -> base.Toolbox:
    """Lists of NumPy's floats, which is what DEAP's CMA-ES makes."""
    return _sampled(creator.KindList)


def sampled_floats() -> base.Toolbox:
    """Lists of Python's floats."""
    return _sampled(lambda row: creator.KindList(row.tolist()))


def sampled_arrays() -> base.Toolbox:
    """NumPy's arrays."""
    toolbox = _sampled(creator.KindArray)
    toolbox.register("evaluate", lambda individual: (float((individual * individual).sum()),))
    return toolbox


def sample(
    toolbox: Any, *, statistics: Any = None, hall_of_fame: Any = None, generations: int
) -> tuple[Any, Any]:
    """DEAP's ask and tell."""
    found: tuple[Any, Any] = algorithms.eaGenerateUpdate(
        toolbox, generations, hall_of_fame, statistics, verbose=False
    )
    return found


# One generation at a time: DEAP's simple genetic algorithm.


def bits() -> base.Toolbox:
    """OneMax of 100 bits."""
    toolbox = base.Toolbox()
    toolbox.register("bit", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.KindList, toolbox.bit, 100)
    toolbox.register("evaluate", sum_of_genes)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    return _selecting(toolbox)


def floats() -> base.Toolbox:
    """Lists of 30 floats."""
    toolbox = base.Toolbox()
    toolbox.register("gene", random.uniform, -5.0, 5.0)
    toolbox.register("individual", tools.initRepeat, creator.KindList, toolbox.gene, GENES)
    toolbox.register("evaluate", benchmarks.sphere)
    toolbox.register("mate", tools.cxBlend, alpha=0.1)
    toolbox.register("mutate", tools.mutGaussian, mu=0.0, sigma=0.5, indpb=0.05)
    return _selecting(toolbox)


def tuples() -> base.Toolbox:
    """Tuples of 30 ints, which an operator makes anew."""
    toolbox = base.Toolbox()
    toolbox.register("gene", random.randrange, 100)
    toolbox.register("individual", tools.initRepeat, creator.KindTuple, toolbox.gene, GENES)
    toolbox.register("evaluate", sum_of_genes)
    toolbox.register("mate", _mated_tuples)
    toolbox.register("mutate", _mutated_tuple)
    return _selecting(toolbox)


def _mated_tuples(one: Any, two: Any) -> tuple[Any, Any]:
    cut = random.randrange(1, GENES)
    return type(one)(one[:cut] + two[cut:]), type(two)(two[:cut] + one[cut:])


def _mutated_tuple(one: Any) -> tuple[Any]:
    place = random.randrange(GENES)
    return (type(one)((*one[:place], random.randrange(100), *one[place + 1 :])),)


def trees() -> base.Toolbox:
    """Genetic programming, each tree evaluated at 20 points."""
    pset = gp.PrimitiveSet("KINDS", 1)
    for function in (operator.add, operator.sub, operator.mul):
        pset.addPrimitive(function, 2)
    toolbox = base.Toolbox()
    toolbox.register("expr", gp.genHalfAndHalf, pset=pset, min_=1, max_=2)
    toolbox.register("individual", tools.initIterate, creator.KindTree, toolbox.expr)
    toolbox.register("evaluate", _distance, pset=pset)
    toolbox.register("mate", gp.cxOnePoint)
    toolbox.register("more", gp.genFull, min_=0, max_=2)
    toolbox.register("mutate", gp.mutUniform, expr=toolbox.more, pset=pset)
    limit = gp.staticLimit(key=operator.attrgetter("height"), max_value=6)
    toolbox.decorate("mate", limit)
    toolbox.decorate("mutate", limit)
    return _selecting(toolbox)


def _distance(individual: Any, pset: gp.PrimitiveSet) -> tuple[float]:
    function = gp.compile(individual, pset)
    return (sum(abs(function(x / 10) - x**4 / 1e4) for x in range(-10, 10)),)


def _selecting(toolbox: base.Toolbox) -> base.Toolbox:
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def evolve(
    toolbox: Any, *, statistics: Any = None, hall_of_fame: Any = None, size: int, generations: int
) -> tuple[Any, Any]:
    """DEAP's eaSimple."""
    found: tuple[Any, Any] = algorithms.eaSimple(
        toolbox.population(n=size), toolbox, 0.5, 0.2, generations, statistics, hall_of_fame,
        verbose=False,
    )  # fmt: skip
    return found


# One evaluation at a time; DEAP's example of a swarm has no hall of fame.


def swarm() -> base.Toolbox:
    """Particles of 30 floats with a speed and a best position, as in DEAP's pso/basic.py."""
    toolbox = base.Toolbox()
    toolbox.register("particle", _particle)
    toolbox.register("population", tools.initRepeat, list, toolbox.particle)
    toolbox.register("evaluate", benchmarks.sphere)
    return toolbox


def _particle() -> Any:
    particle = creator.KindParticle([random.uniform(-6, 6) for _ in range(GENES)])
    particle.speed = [random.uniform(-3, 3) for _ in range(GENES)]
    return particle


def fly(
    toolbox: Any,
    *,
    statistics: Any = None,
    hall_of_fame: Any = None,  # noqa: ARG001
    size: int,
    generations: int,
) -> Any:
    """DEAP's particle swarm: each particle is evaluated when it has moved."""
    population, best = toolbox.population(n=size), None
    for _ in range(generations):
        for particle in population:
            particle.fitness.values = toolbox.evaluate(particle)
            if particle.best is None or particle.best.fitness < particle.fitness:
                particle.best = _remembered(particle)
            if best is None or best.fitness < particle.fitness:
                best = _remembered(particle)
        for particle in population:
            _move(particle, best)
        if statistics is not None:
            statistics.compile(population)
    return population


def _remembered(particle: Any) -> Any:
    copy = creator.KindParticle(particle)
    copy.fitness.values = particle.fitness.values
    return copy


def _move(particle: Any, best: Any) -> None:
    for gene, (own, common) in enumerate(zip(particle.best, best, strict=True)):
        towards = 2 * random.random() * (own - particle[gene])
        together = 2 * random.random() * (common - particle[gene])
        particle.speed[gene] = min(max(particle.speed[gene] + towards + together, -3), 3)
        particle[gene] += particle.speed[gene]


def climb(
    toolbox: Any,
    *,
    statistics: Any = None,
    hall_of_fame: Any = None,  # noqa: ARG001
    generations: int,
) -> Any:
    """The (1+1) evolutionary algorithm."""
    (parent,) = toolbox.population(n=1)
    parent.fitness.values = toolbox.evaluate(parent)
    for _ in range(generations):
        (child,) = toolbox.mutate(toolbox.clone(parent))
        del child.fitness.values
        child.fitness.values = toolbox.evaluate(child)
        parent = max(child, parent, key=lambda individual: individual.fitness)
    if statistics is not None:
        statistics.compile([parent])
    return [parent]
