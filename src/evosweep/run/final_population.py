"""Describe the final population for the receipt and for its table."""

from collections.abc import Iterable, Mapping, Sequence

from deap import tools

from evosweep.evaluation.best import Best
from evosweep.genomes.deap_types import Individual, Population
from evosweep.genomes.readable import Lists, readable_column
from evosweep.problems.traits import Traits


def best_of(
    population: Population, hall_of_fame: Iterable[Individual], evaluated: Best
) -> tuple[float | list[float] | None, object, list[float]]:
    """Return (best fitness, its genome as JSON, weights).

    With one objective, the best value of all evaluations. With several, the best value of each, and
    no genome. If the program evaluated by itself, only its population and hall of fame count.
    """
    if evaluated.values:
        values: tuple[float, ...] = evaluated.values
        best = values[0] if len(values) == 1 else list(values)
        return best, evaluated.genome, list(evaluated.weights)
    seen = Best()
    for individual in (*hall_of_fame, *population):
        if individual.fitness.valid:
            seen.note([individual], [tuple(individual.fitness.values)])
    return best_of((), (), seen) if seen.values else (None, None, [])


def population_columns(population: Population) -> dict[str, list[object] | Lists]:
    """Return the columns of `population.parquet`: genome, fitness_0, ..., rank."""
    objectives = len(population[0].fitness.weights) if population else 0
    columns: dict[str, list[object] | Lists] = {"genome": readable_column(population)}
    values = [ind.fitness.values if ind.fitness.valid else None for ind in population]
    for number in range(objectives):
        columns[f"fitness_{number}"] = [each and each[number] for each in values]
    columns["rank"] = [*_ranks(population, objectives)]
    return columns


def _ranks(population: Population, objectives: int) -> list[int | None]:
    """Return ranks: 0 for the best fitness; with several objectives, the number of the front."""
    ranks: list[int | None] = [None] * len(population)
    valid = [i for i, ind in enumerate(population) if ind.fitness.valid]
    if objectives > 1:
        for rank, members in _fronts(population, valid):
            for index in members:
                ranks[index] = rank
        return ranks
    order = dict.fromkeys((population[i].fitness.wvalues for i in valid), 0)
    places = {w: rank for rank, w in enumerate(sorted(order, reverse=True))}
    for index in valid:
        ranks[index] = places[population[index].fitness.wvalues]
    return ranks


def _fronts(population: Population, valid: Sequence[int]) -> list[tuple[int, list[int]]]:
    chosen = [population[i] for i in valid]
    place = {id(individual): index for index, individual in zip(valid, chosen, strict=True)}
    fronts = tools.sortNondominated(chosen, len(chosen)) if chosen else []
    return [(rank, [place[id(ind)] for ind in front]) for rank, front in enumerate(fronts)]


def traits_of(traits: Traits, *, sets: bool = False) -> Mapping[str, object]:
    """Return the declared traits that a comparison needs.

    `sets` says that genomes hold sets, whose order in an evaluation may differ.
    """
    declared = {
        "genome": traits.genome or None,
        "sets": "rebuilt" if sets else None,
        "optimum": traits.optimum,
        "target": traits.target,
        "reference_point": list(traits.reference_point) if traits.reference_point else None,
    }
    return {name: value for name, value in declared.items() if value is not None}
