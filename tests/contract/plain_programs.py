"""DEAP programs by hand, as its documentation writes them: nothing of evosweep is in here.

Each function is the program of one algorithm on the problem named in `test_identity`, and returns
the final population. Generators are seeded by the caller.
"""

import math
import operator
import random
from itertools import chain
from typing import Any

import numpy
from deap import algorithms, base, benchmarks, cma, creator, gp, tools

creator.create("PlainMax", base.Fitness, weights=(1.0,))
creator.create("PlainMin", base.Fitness, weights=(-1.0,))
creator.create("PlainTwo", base.Fitness, weights=(-1.0, -1.0))
creator.create("PlainBits", list, fitness=creator.PlainMax)
creator.create("PlainReals", list, fitness=creator.PlainMin)
creator.create("PlainFront", list, fitness=creator.PlainTwo)
creator.create("PlainES", list, fitness=creator.PlainMin, strategy=None)
creator.create(
    "PlainParticle", list, fitness=creator.PlainMin, speed=list, smin=None, smax=None, best=None
)
creator.create("PlainTree", gp.PrimitiveTree, fitness=creator.PlainMin)

LOW, UP = -5.0, 5.0  # of sphere
DIMENSION = 4


def onemax() -> base.Toolbox:
    toolbox = base.Toolbox()
    toolbox.register("attr_bool", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.PlainBits, toolbox.attr_bool, 20)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", lambda individual: (sum(individual),))
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def sphere(kind: Any = None) -> base.Toolbox:
    toolbox = base.Toolbox()
    toolbox.register("attr_float", random.uniform, LOW, UP)
    toolbox.register(
        "individual", tools.initRepeat, kind or creator.PlainReals, toolbox.attr_float, DIMENSION
    )
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", benchmarks.sphere)
    toolbox.register("mate", tools.cxSimulatedBinaryBounded, eta=20.0, low=LOW, up=UP)
    toolbox.register(
        "mutate", tools.mutPolynomialBounded, eta=20.0, low=LOW, up=UP, indpb=1.0 / DIMENSION
    )
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def zdt1() -> base.Toolbox:
    toolbox = base.Toolbox()
    toolbox.register("attr_float", random.uniform, 0.0, 1.0)
    toolbox.register("individual", tools.initRepeat, creator.PlainFront, toolbox.attr_float, 5)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", benchmarks.zdt1)
    toolbox.register("mate", tools.cxSimulatedBinaryBounded, eta=20.0, low=0.0, up=1.0)
    toolbox.register("mutate", tools.mutPolynomialBounded, eta=20.0, low=0.0, up=1.0, indpb=0.2)
    toolbox.register("select", tools.selNSGA2)
    return toolbox


def evaluate(toolbox: Any, individuals: Any) -> None:
    invalid = [ind for ind in individuals if not ind.fitness.valid]
    for ind, fit in zip(invalid, toolbox.map(toolbox.evaluate, invalid), strict=True):
        ind.fitness.values = fit


def ea_simple(population: int, generations: int) -> Any:
    toolbox = onemax()
    pop = toolbox.population(n=population)
    algorithms.eaSimple(pop, toolbox, 0.5, 0.2, generations, verbose=False)
    return pop


def ea_mu_plus_lambda(population: int, generations: int) -> Any:
    toolbox = onemax()
    pop = toolbox.population(n=population)
    algorithms.eaMuPlusLambda(
        pop, toolbox, population, population, 0.5, 0.2, generations, verbose=False
    )
    return pop


def ea_mu_comma_lambda(population: int, generations: int) -> Any:
    toolbox = onemax()
    pop = toolbox.population(n=population)
    algorithms.eaMuCommaLambda(
        pop, toolbox, population, 2 * population, 0.5, 0.2, generations, verbose=False
    )
    return pop


def one_plus_one(generations: int) -> Any:
    toolbox = onemax()
    (parent,) = toolbox.population(n=1)
    evaluate(toolbox, [parent])
    for _ in range(generations):
        (child,) = toolbox.mutate(toolbox.clone(parent))
        del child.fitness.values
        evaluate(toolbox, [child])
        if child.fitness >= parent.fitness:
            parent = child
    return [parent]


def one_fifth(generations: int) -> Any:
    toolbox, width = sphere(), 0.3 * (UP - LOW)
    (parent,) = toolbox.population(n=1)
    evaluate(toolbox, [parent])
    for _ in range(generations):
        child = creator.PlainReals(gene + width * random.gauss(0, 1) for gene in parent)
        evaluate(toolbox, [child])
        better = child.fitness >= parent.fitness
        width *= 1.5 if better else 1.5**-0.25
        parent = child if better else parent
    return [parent]


def nsga2(population: int, generations: int) -> Any:
    toolbox = zdt1()
    pop = toolbox.population(n=population)
    evaluate(toolbox, pop)
    pop = toolbox.select(pop, len(pop))
    for _ in range(generations):
        offspring = tools.selTournamentDCD(pop, len(pop))
        offspring = [toolbox.clone(ind) for ind in offspring]
        for ind1, ind2 in zip(offspring[::2], offspring[1::2], strict=True):
            if random.random() <= 0.9:
                toolbox.mate(ind1, ind2)
            toolbox.mutate(ind1)
            toolbox.mutate(ind2)
            del ind1.fitness.values, ind2.fitness.values
        evaluate(toolbox, offspring)
        pop = toolbox.select(pop + offspring, population)
    return pop


def nsga3(population: int, generations: int) -> Any:
    toolbox = zdt1()
    points = tools.uniform_reference_points(nobj=2, p=12)
    toolbox.register("select", tools.selNSGA3, ref_points=points)
    pop = toolbox.population(n=population)
    evaluate(toolbox, pop)
    for _ in range(generations):
        offspring = algorithms.varAnd(pop, toolbox, 1.0, 1.0)
        evaluate(toolbox, offspring)
        pop = toolbox.select(pop + offspring, population)
    return pop


def spea2(population: int, generations: int) -> Any:
    toolbox = zdt1()
    toolbox.register("select", tools.selSPEA2)
    pop = toolbox.population(n=population)
    algorithms.eaMuPlusLambda(
        pop, toolbox, population, population, 0.7, 0.3, generations, verbose=False
    )
    return pop


def _generate_update(strategy: Any, toolbox: Any, kind: Any, generations: int) -> Any:
    toolbox.register("generate", strategy.generate, kind)
    toolbox.register("update", strategy.update)
    pop, _ = algorithms.eaGenerateUpdate(toolbox, ngen=generations, verbose=False)
    return pop


def cma_es(generations: int) -> Any:
    strategy = cma.Strategy(centroid=[0.0] * DIMENSION, sigma=3.0)
    return _generate_update(strategy, sphere(), creator.PlainReals, generations)


def cma_one_plus_lambda(generations: int) -> Any:
    toolbox = sphere()
    parent = toolbox.individual()
    parent.fitness.values = toolbox.evaluate(parent)
    strategy = cma.StrategyOnePlusLambda(parent, sigma=3.0, lambda_=8)
    return _generate_update(strategy, toolbox, creator.PlainReals, generations)


def mo_cma_es(population: int, generations: int) -> Any:
    toolbox = zdt1()

    def valid(individual: Any) -> bool:
        return all(0 <= gene <= 1 for gene in individual)

    def inside(individual: Any) -> Any:
        return [min(max(float(gene), 0.0), 1.0) for gene in individual]

    def distance(one: Any, other: Any) -> float:
        return float(sum((float(a) - float(b)) ** 2 for a, b in zip(one, other, strict=True)))

    toolbox.decorate("evaluate", tools.ClosestValidPenalty(valid, inside, 1e6, distance))
    pop = toolbox.population(n=population)
    evaluate(toolbox, pop)
    strategy = cma.StrategyMultiObjective(pop, sigma=0.3, mu=population, lambda_=population)
    toolbox.register("generate", strategy.generate, creator.PlainFront)
    toolbox.register("update", strategy.update)
    for _ in range(generations):
        pop = toolbox.generate()
        evaluate(toolbox, pop)
        toolbox.update(pop)
    return strategy.parents


def pbil(generations: int) -> Any:
    toolbox, vector = onemax(), [0.5] * 20
    for _ in range(generations):
        pop = [creator.PlainBits([int(random.random() < p) for p in vector]) for _ in range(20)]
        evaluate(toolbox, pop)
        best = max(pop, key=operator.attrgetter("fitness"))
        for i, value in enumerate(best):
            vector[i] *= 1.0 - 0.3
            vector[i] += value * 0.3
            if random.random() < 0.1:
                vector[i] *= 1.0 - 0.05
                vector[i] += random.randint(0, 1) * 0.05
    return pop


def emna(generations: int) -> Any:
    toolbox = sphere()
    centroid, sigma, mu = numpy.array([0.0] * DIMENSION), 3.0, 25
    for _ in range(generations):
        pop = [
            creator.PlainReals(genes.tolist())
            for genes in centroid + sigma * numpy.random.randn(100, DIMENSION)
        ]
        evaluate(toolbox, pop)
        best = sorted(pop, key=operator.attrgetter("fitness"), reverse=True)[:mu]
        z = numpy.array(best) - centroid
        avg = numpy.mean(z, axis=0)
        sigma = numpy.sqrt(numpy.sum((z - avg) ** 2) / (mu * DIMENSION))
        centroid = centroid + avg
    return pop


def differential_evolution(population: int, generations: int) -> Any:
    toolbox = sphere()
    toolbox.register("select", tools.selRandom, k=3)
    pop = toolbox.population(n=population)
    evaluate(toolbox, pop)
    for _ in range(generations):
        trials = []
        for agent in pop:
            a, b, c = toolbox.select(pop)
            y = toolbox.clone(agent)
            index = random.randrange(DIMENSION)
            for i, _value in enumerate(agent):
                if i == index or random.random() < 0.25:
                    y[i] = a[i] + 1.0 * (b[i] - c[i])
            del y.fitness.values
            trials.append(y)
        evaluate(toolbox, trials)
        pop = [y if y.fitness > x.fitness else x for x, y in zip(pop, trials, strict=True)]
    return pop


def differential_evolution_immediate(population: int, generations: int) -> Any:
    toolbox = sphere()
    toolbox.register("select", tools.selRandom, k=3)
    pop = toolbox.population(n=population)
    evaluate(toolbox, pop)
    for _ in range(generations):
        for k, agent in enumerate(pop):
            a, b, c = toolbox.select(pop)
            y = toolbox.clone(agent)
            index = random.randrange(DIMENSION)
            for i, _value in enumerate(agent):
                if i == index or random.random() < 0.25:
                    y[i] = a[i] + 1.0 * (b[i] - c[i])
            y.fitness.values = toolbox.evaluate(y)
            if y.fitness > agent.fitness:
                pop[k] = y
    return pop


def particle_swarm(population: int, generations: int) -> Any:
    toolbox = sphere(creator.PlainParticle)
    swarm, smin, smax = [], 0.005 * (UP - LOW), 0.05 * (UP - LOW)
    for _ in range(population):
        part = toolbox.individual()
        part.speed = [random.uniform(-smax, smax) for _ in range(DIMENSION)]
        part.smin, part.smax = smin, smax
        swarm.append(part)
    best = None
    for generation in range(generations):
        for part in swarm:
            part.fitness.values = toolbox.evaluate(part)
            if not part.best or part.best.fitness < part.fitness:
                part.best = creator.PlainParticle(part)
                part.best.fitness.values = part.fitness.values
            if not best or best.fitness < part.fitness:
                best = creator.PlainParticle(part)
                best.fitness.values = part.fitness.values
        if generation < generations - 1:
            for part in swarm:
                _update_particle(part, best)
    return swarm


def _update_particle(part: Any, best: Any) -> None:
    u1 = (random.uniform(0, 2.0) for _ in range(len(part)))
    u2 = (random.uniform(0, 2.0) for _ in range(len(part)))
    v_u1 = map(operator.mul, u1, map(operator.sub, part.best, part))
    v_u2 = map(operator.mul, u2, map(operator.sub, best, part))
    part.speed = list(map(operator.add, part.speed, map(operator.add, v_u1, v_u2)))
    for i, speed in enumerate(part.speed):
        if abs(speed) < part.smin:
            part.speed[i] = math.copysign(part.smin, speed)
        elif abs(speed) > part.smax:
            part.speed[i] = math.copysign(part.smax, speed)
    part[:] = list(map(operator.add, part, part.speed))


def evolution_strategy(generations: int) -> Any:
    least, most = 0.5, 3.0
    toolbox = sphere()

    def generate() -> Any:
        ind = creator.PlainES(random.uniform(LOW, UP) for _ in range(DIMENSION))
        ind.strategy = [random.uniform(least, most) for _ in range(DIMENSION)]
        return ind

    def check_strategy(function: Any) -> Any:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            children = function(*args, **kwargs)
            for child in children:
                for i, s in enumerate(child.strategy):
                    if s < least:
                        child.strategy[i] = least
            return children

        return wrapper

    toolbox.register("individual", generate)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("mate", tools.cxESBlend, alpha=0.1)
    toolbox.register("mutate", tools.mutESLogNormal, c=1.0, indpb=0.03)
    toolbox.decorate("mate", check_strategy)
    toolbox.decorate("mutate", check_strategy)
    pop = toolbox.population(n=10)
    algorithms.eaMuCommaLambda(pop, toolbox, 10, 100, 0.6, 0.3, generations, verbose=False)
    return pop


def quartic() -> base.Toolbox:
    """Symbolic regression of x^4 + x^3 + x^2 + x at 20 points, expressions called row by row."""
    pset = gp.PrimitiveSet("MAIN", 1, prefix="x")
    pset.addPrimitive(operator.add, 2)
    pset.addPrimitive(operator.sub, 2)
    pset.addPrimitive(operator.mul, 2)
    pset.addPrimitive(lambda a, b: a / b if b != 0 else 1.0, 2, name="protected_div")
    pset.addPrimitive(lambda a: math.sqrt(abs(a)), 1, name="protected_sqrt")
    pset.addPrimitive(operator.neg, 1)
    pset.addTerminal(1.0)
    pset.addTerminal(3.0)
    points = numpy.random.default_rng(0).uniform(-1.0, 1.0, (20, 1))[:, 0]
    target = (points**4 + points**3 + points**2 + points).tolist()
    toolbox = base.Toolbox()
    toolbox.register("expr", gp.genHalfAndHalf, pset=pset, min_=1, max_=2)
    toolbox.register("individual", tools.initIterate, creator.PlainTree, toolbox.expr)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("compile", gp.compile, pset=pset)

    def error(individual: Any) -> Any:
        function = toolbox.compile(expr=individual)
        differences = [function(x) - y for x, y in zip(points.tolist(), target, strict=True)]
        return (math.fsum(d * d for d in differences) / 20,)

    toolbox.register("evaluate", error)
    toolbox.register(
        "select", tools.selDoubleTournament, fitness_size=3, parsimony_size=1.4, fitness_first=True
    )
    toolbox.register("mate", gp.cxOnePoint)
    toolbox.register("expr_mut", gp.genFull, min_=0, max_=2)
    toolbox.register("mutate", gp.mutUniform, expr=toolbox.expr_mut, pset=pset)
    limit = gp.staticLimit(key=operator.attrgetter("height"), max_value=10)
    toolbox.decorate("mate", limit)
    toolbox.decorate("mutate", limit)
    return toolbox


def genetic_programming(population: int, generations: int) -> Any:
    toolbox = quartic()
    pop = toolbox.population(n=population)
    algorithms.eaSimple(pop, toolbox, 0.5, 0.2, generations, verbose=False)
    return pop


def harm_gp(population: int, generations: int) -> Any:
    toolbox = quartic()
    pop = toolbox.population(n=population)
    gp.harm(
        pop, toolbox, 0.5, 0.1, generations, alpha=0.05, beta=10, gamma=0.25, rho=0.9,
        nbrindsmodel=60, verbose=False,
    )  # fmt: skip
    return pop


def island_model(population: int, generations: int) -> Any:
    toolbox = onemax()
    toolbox.register("migrate", tools.migRing, k=5, selection=tools.selBest)
    demes = [toolbox.population(n=population) for _ in range(3)]
    for deme in demes:
        evaluate(toolbox, deme)
    for gen in range(1, generations + 1):
        for deme in demes:
            deme[:] = toolbox.select(deme, len(deme))
            deme[:] = algorithms.varAnd(deme, toolbox, cxpb=0.5, mutpb=0.2)
            evaluate(toolbox, deme)
        if gen % 2 == 0:
            toolbox.migrate(demes)
    return list(chain(*demes))


def islands(population: int, epochs: int) -> Any:
    toolbox = onemax()
    demes = [toolbox.population(n=population) for _ in range(3)]
    for deme in demes:
        evaluate(toolbox, deme)
    for _ in range(epochs):
        seeds = [random.getrandbits(64) for _ in demes]
        state = random.getstate()
        for deme, seed in zip(demes, seeds, strict=True):
            random.seed(seed)
            for _ in range(2):
                deme[:] = algorithms.varAnd(toolbox.select(deme, len(deme)), toolbox, 0.5, 0.2)
                evaluate(toolbox, deme)
        random.setstate(state)
        tools.migRing(demes, 2, tools.selBest)
    return list(chain(*demes))


def asynchronous_steady_state(population: int, generations: int) -> Any:
    toolbox = onemax()
    unevaluated = toolbox.population(n=population)
    queue, unevaluated = unevaluated[:6], unevaluated[6:]
    pop: list[Any] = []
    for count in range(population * (generations + 1)):
        individual = queue.pop(0)
        individual.fitness.values = toolbox.evaluate(individual)
        pop = tools.selBest([*pop, individual], population)
        if unevaluated:
            queue.append(unevaluated.pop(0))
        elif count < population * (generations + 1) - 6:
            child = algorithms.varAnd(toolbox.select(pop, 2), toolbox, 0.9, 0.5)[0]
            del child.fitness.values
            queue.append(child)
    return pop


def cooperative_coevolution(population: int, generations: int) -> Any:
    toolbox = onemax()
    wholes = toolbox.population(n=population)
    evaluate(toolbox, wholes)
    species = [
        [creator.PlainBits(w[:10]) for w in wholes],
        [creator.PlainBits(w[10:]) for w in wholes],
    ]
    for group in species:
        for part, whole in zip(group, wholes, strict=True):
            part.fitness.values = whole.fitness.values
    representatives = [tools.selBest(s, 1)[0] for s in species]
    for _ in range(generations):
        wholes = []
        for i, s in enumerate(species):
            s[:] = algorithms.varAnd(toolbox.select(s, len(s)), toolbox, 0.6, 1.0)
            for ind in s:
                parts = [ind if i == j else r for j, r in enumerate(representatives)]
                whole = creator.PlainBits(chain(*parts))
                ind.fitness.values = whole.fitness.values = toolbox.evaluate(whole)
                wholes.append(whole)
        representatives = [tools.selBest(s, 1)[0] for s in species]
    return wholes


def steady_state(population: int, generations: int) -> Any:
    toolbox = onemax()
    pop = toolbox.population(n=population)
    evaluate(toolbox, pop)
    for _ in range(generations * population // 2):
        children = algorithms.varAnd(toolbox.select(pop, 2), toolbox, 0.9, 0.5)
        evaluate(toolbox, children)
        pop = tools.selBest(pop + children, population)
    return pop


def random_search(population: int, generations: int) -> Any:
    toolbox = onemax()
    pop = toolbox.population(n=population)
    evaluate(toolbox, pop)
    for _ in range(generations):
        sampled = toolbox.population(n=population)
        evaluate(toolbox, sampled)
        pop = tools.selBest(pop + sampled, population)
    return pop
