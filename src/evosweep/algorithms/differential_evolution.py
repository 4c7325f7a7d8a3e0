"""Differential evolution, DE/rand/1/bin.

Storn and Price: Differential evolution, a simple and efficient heuristic for global optimization
over continuous spaces, Journal of Global Optimization 11, 1997; the trial vectors are those of
DEAP's example.
"""

import random

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import one_objective, real_example
from evosweep.fast.selection import sel_random
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Reals, Statistics, Toolbox
from evosweep.plugins.parameters import choice, integer, number, probability


def differential_evolution(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 100,
    generations: int = 100,
    crossover: float = 0.25,
    scale: float = 1.0,
    updating: str = "deferred",
) -> PopulationAndLogbook:
    """Evolve `population` agents; each competes with one trial vector per generation.

    Parameters
    ----------
    population
        Agents, 4 or more.
    generations
        Generations after the initial population, 0 or more.
    crossover
        Probability that a gene is taken from the mutant (CR).
    scale
        Factor of the difference (F).
    updating
        `deferred`: all trials of a generation are evaluated together (Storn and Price).
        `immediate`: trials are evaluated one after the other and a better one replaces its agent at
        once, as in DEAP's example; nothing is then evaluated in parallel.
    """
    real_example(toolbox, "differential_evolution")
    one_objective(toolbox, "differential_evolution")
    integer("generations", generations, 0)
    probability("crossover", crossover)
    number("scale", scale)
    choice("updating", updating, ("deferred", "immediate"))
    run = Generations(toolbox, statistics, hall_of_fame)
    agents = toolbox.population(n=integer("population", population, 4))
    run.record(agents)
    step = _deferred if updating == "deferred" else _immediate
    for _ in range(generations):
        trials = step(run, toolbox, agents, crossover=crossover, scale=scale)
        run.log(agents, agents, trials)
    return agents, run.logbook


def _deferred(
    run: Generations, toolbox: Toolbox, agents: list[Reals], *, crossover: float, scale: float
) -> int:
    trials = [_trial(toolbox, agents, agent, crossover=crossover, scale=scale) for agent in agents]
    evaluations = run.evaluate(trials)
    agents[:] = [
        trial if trial.fitness > agent.fitness else agent
        for agent, trial in zip(agents, trials, strict=True)
    ]
    return evaluations


def _immediate(
    run: Generations, toolbox: Toolbox, agents: list[Reals], *, crossover: float, scale: float
) -> int:
    evaluations = 0
    for index, agent in enumerate(agents):
        trial = _trial(toolbox, agents, agent, crossover=crossover, scale=scale)
        evaluations += run.evaluate([trial])
        if trial.fitness > agent.fitness:
            agents[index] = trial
    return evaluations


def _trial(
    toolbox: Toolbox, agents: list[Reals], agent: Reals, *, crossover: float, scale: float
) -> Reals:
    """Return a clone of the agent, crossed with the sum of one agent and the difference of two
    others."""
    a, b, c = sel_random(agents, 3)
    trial: Reals = toolbox.clone(agent)
    index = random.randrange(len(agent))
    for i in range(len(agent)):
        if i == index or random.random() < crossover:
            trial[i] = a[i] + scale * (b[i] - c[i])
    del trial.fitness.values
    return trial
