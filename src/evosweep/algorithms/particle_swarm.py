"""Particle swarm optimisation.

Kennedy and Eberhart: Particle swarm optimization, IEEE Conference on Neural Networks 1995; the
rules are those of DEAP's example (after Poli, Kennedy and Blackwell, Swarm Intelligence 1, 2007).
"""

import math
import random
from typing import Protocol

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import bounds_of, class_of, one_objective, real_example
from evosweep.fast.selection import sel_best
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Reals, Statistics, Toolbox
from evosweep.plugins.parameters import integer, number


def particle_swarm(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 30,
    generations: int = 100,
    own: float = 2.0,
    swarm: float = 2.0,
    slowest: float | None = None,
    fastest: float | None = None,
) -> PopulationAndLogbook:
    """Move `population` particles towards their best positions and the swarm's.

    Parameters
    ----------
    population
        Particles.
    generations
        Generations, 1 or more.
    own
        Largest pull to the particle's own best position, 0 or more.
    swarm
        Largest pull to the swarm's best position, 0 or more.
    slowest, fastest
        Limits of the speed in each gene; by default 0.005 and 0.05 of the width of the bounds.
    """
    one_objective(toolbox, "particle_swarm")
    low, up = bounds_of(toolbox, [real_example(toolbox, "particle_swarm")])
    smallest = number("slowest", 0.005 * (up - low) if slowest is None else slowest, 0)
    largest = number("fastest", 0.05 * (up - low) if fastest is None else fastest, smallest)
    pulls = (number("own", own, 0), number("swarm", swarm, 0))
    integer("generations", generations)
    particles = [_particle(toolbox, largest) for _ in range(integer("population", population))]
    run = Generations(toolbox, statistics, hall_of_fame)
    best: Reals | None = None
    for _ in range(generations):
        for particle in particles:
            del particle.fitness.values
        run.record(particles)
        best = _remember(particles, best)
        if len(run.logbook) < generations:
            for particle in particles:
                _move(particle, best, pulls, slowest=smallest, fastest=largest)
    return particles, run.logbook


class _Particle(Reals, Protocol):
    """A position that moves and remembers its best one."""

    speed: list[float]
    best: Reals | None


def _particle(toolbox: Toolbox, fastest: float) -> _Particle:
    particle: _Particle = toolbox.individual()
    particle.speed = [random.uniform(-fastest, fastest) for _ in particle]
    particle.best = None
    return particle


def _remember(particles: list[_Particle], best: Reals | None) -> Reals:
    """Set each particle's best position; returns the swarm's."""
    for particle in particles:
        if particle.best is None or particle.best.fitness < particle.fitness:
            particle.best = _position(particle)
    leader = sel_best(particles, 1)[0]
    return _position(leader) if best is None or best.fitness < leader.fitness else best


def _position(particle: Reals) -> Reals:
    """Return a particle with the genes and the fitness of another, and no more."""
    position: Reals = class_of(particle)(particle)
    position.fitness.values = particle.fitness.values
    return position


def _move(
    particle: _Particle,
    best: Reals,
    pulls: tuple[float, float],
    *,
    slowest: float,
    fastest: float,
) -> None:
    assert particle.best is not None
    for i, gene in enumerate(particle):
        own = random.uniform(0, pulls[0]) * (particle.best[i] - gene)
        swarm = random.uniform(0, pulls[1]) * (best[i] - gene)
        speed = particle.speed[i] + (own + swarm)
        if abs(speed) < slowest:
            speed = math.copysign(slowest, speed)
        elif abs(speed) > fastest:
            speed = math.copysign(fastest, speed)
        particle.speed[i] = speed
    particle[:] = [gene + speed for gene, speed in zip(particle, particle.speed, strict=True)]
