"""Differential evolution and particle swarms, on functions and on moving peaks that stand still."""

import math
import operator
import random
from typing import Any

import numpy as np
from deap import base, benchmarks, tools
from deap.benchmarks import movingpeaks
from steps import Log, created, evaluate, fill

DIMENSION = 3


def vectors(function: str = "griewank") -> base.Toolbox:
    """A function of reals, as differential evolution varies them."""
    toolbox = base.Toolbox()
    toolbox.register("gene", random.uniform, -3.0, 3.0)
    fill(toolbox, created("DeVector", list, (-1.0,)), toolbox.gene, DIMENSION)
    toolbox.register("evaluate", getattr(benchmarks, function))
    return toolbox


def peaks(kind: str = "list") -> base.Toolbox:
    """Peaks of Branke's benchmark, whose landscape is drawn once and then stays."""
    landscape = movingpeaks.MovingPeaks(
        dim=DIMENSION, random=random.Random(3), **(movingpeaks.SCENARIO_1 | {"period": 0})
    )
    return _particles(lambda particle: landscape(particle, count=False), 1.0, kind, low=0, up=100)


def particles(function: str = "h1", kind: str = "list") -> base.Toolbox:
    """A function of two reals and of particles that have a speed, as a list or a NumPy array."""
    weight = 1.0 if function == "h1" else -1.0
    return _particles(getattr(benchmarks, function), weight, kind, low=-6, up=6)


def _particles(function: Any, weight: float, kind: str, *, low: float, up: float) -> base.Toolbox:
    toolbox, size = base.Toolbox(), DIMENSION if up > 6 else 2
    container = np.ndarray if kind == "ndarray" else list
    name = f"Particle{kind}{'Max' if weight > 0 else 'Min'}"
    made = created(name, container, (weight,), speed=list, best=None)

    def particle() -> Any:
        one = made([random.uniform(low, up) for _ in range(size)])
        speed = [random.uniform(-1.0, 1.0) for _ in range(size)]
        one.speed = np.array(speed) if kind == "ndarray" else speed
        return one

    toolbox.register("individual", particle)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", function)
    return toolbox


def differential(
    toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 12, binomial: bool = True
) -> Any:
    """Trials of three others' differences; a better one takes its agent's place."""
    log, population = Log(statistics, hall_of_fame), toolbox.population(n=size)
    toolbox.register("three", tools.selRandom, k=3)
    log.add(0, evaluate(toolbox, population), population)
    for gen in range(1, 4):
        trials = []
        for agent in population:
            a, b, c = toolbox.three(population)
            trial, at = toolbox.clone(agent), random.randrange(len(agent))
            for i in range(len(agent)):
                if i == at or random.random() < (0.25 if binomial else 0.9):
                    trial[i] = a[i] + 0.8 * (b[i] - c[i])
            del trial.fitness.values
            trials.append(trial)
        nevals = evaluate(toolbox, trials)
        pairs = zip(trials, population, strict=True)
        population = [t if t.fitness > agent.fitness else agent for t, agent in pairs]
        log.add(gen, nevals, population)
    return population, log.book


def subpopulations(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """Two populations under differential evolution; whose best are close, the worse starts anew."""
    log, groups = Log(statistics, hall_of_fame), [toolbox.population(n=6) for _ in range(2)]
    for gen in range(4):
        everybody = [particle for group in groups for particle in group]
        nevals = evaluate(toolbox, everybody)
        log.add(gen, nevals, everybody)
        if gen == 3:
            return everybody, log.book
        first, second = (tools.selBest(group, 1)[0] for group in groups)
        if math.dist(first, second) < 10.0:
            worse = 0 if first.fitness < second.fitness else 1
            groups[worse] = toolbox.population(n=6)
            continue
        for group, best in zip(groups, (first, second), strict=True):
            for place, agent in enumerate(group):
                if agent is not best:
                    group[place] = _differing(toolbox, agent, group, best)
    return None


def _differing(toolbox: Any, agent: Any, group: Any, best: Any) -> Any:
    a, b = random.sample(group, 2)
    trial = toolbox.clone(agent)
    for i in range(len(trial)):
        if random.random() < 0.6:
            trial[i] = min(max(best[i] + 0.4 * (a[i] - b[i]), 0.0), 100.0)
    del trial.fitness.values
    return trial


def swarm(toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 8) -> Any:
    """Particles that are drawn to their own best place and to that of all."""
    log, population, best = Log(statistics, hall_of_fame), toolbox.population(n=size), None
    for gen in range(5):
        nevals = _look(toolbox, population)
        for particle in population:
            if best is None or best.fitness < particle.fitness:
                best = toolbox.clone(particle)
        log.add(gen, nevals, population)
        if gen < 4:
            for particle in population:
                _fly(particle, best, most=3.0)
    return population, log.book


def _look(toolbox: Any, population: Any) -> int:
    """Evaluates everybody, and keeps each one's best place with its values."""
    for particle in population:
        del particle.fitness.values
    nevals = evaluate(toolbox, population)
    for particle in population:
        if particle.best is None or particle.best[1] < particle.fitness.wvalues:
            particle.best = ([*particle], particle.fitness.wvalues)
    return nevals


def _fly(particle: Any, best: Any, most: float) -> None:
    if isinstance(particle, np.ndarray):
        own, others = (np.random.uniform(0, 2, len(particle)) for _ in range(2))
        pull = own * (np.array(particle.best[0]) - particle) + others * (best - particle)
        particle.speed = np.clip(np.asarray(particle.speed + pull), -most, most)
        particle += particle.speed
        return
    draws = [(random.uniform(0, 2), random.uniform(0, 2)) for _ in particle]
    pulls = [
        own * (mine - gene) + other * (theirs - gene)
        for (own, other), mine, theirs, gene in zip(
            draws, particle.best[0], best, particle, strict=True
        )
    ]
    particle.speed = [
        math.copysign(min(abs(s + p), most), s + p)
        for s, p in zip(particle.speed, pulls, strict=True)
    ]
    particle[:] = map(operator.add, particle, particle.speed)


def swarms(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """Swarms that exclude each other, and scatter around their best when they have converged."""
    log, groups = Log(statistics, hall_of_fame), [toolbox.population(n=4) for _ in range(3)]
    for gen in range(4):
        everybody = [particle for group in groups for particle in group]
        log.add(gen, _look(toolbox, everybody), everybody)
        if gen == 3:
            return everybody, log.book
        bests = [max(group, key=lambda one: one.best[1]) for group in groups]
        for group, best in zip(groups, bests, strict=True):
            near = any(o is not best and math.dist(o.best[0], best.best[0]) < 15.0 for o in bests)
            for particle in group:
                if near:
                    particle[:] = [random.gauss(gene, 5.0) for gene in best.best[0]]
                else:
                    _fly(particle, best.best[0], most=20.0)
    return None


def species(toolbox: Any, *, statistics: Any, hall_of_fame: Any, radius: float = 40.0) -> Any:
    """Particles follow the best one within a radius; a crowd's last ones start anew."""
    log, population = Log(statistics, hall_of_fame), toolbox.population(n=10)
    for gen in range(4):
        log.add(gen, _look(toolbox, population), population)
        if gen == 3:
            return population, log.book
        seeds: list[tuple[Any, list[Any]]] = []
        for particle in sorted(population, key=lambda one: one.best[1], reverse=True):
            for seed, members in seeds:
                if math.dist(seed.best[0], particle.best[0]) <= radius:
                    members.append(particle)
                    break
            else:
                seeds.append((particle, [particle]))
        population = []
        for seed, members in seeds:
            for particle in members[:4]:
                _fly(particle, seed.best[0], most=20.0)
            population += members[:4] + toolbox.population(n=len(members[4:]))
    return None
