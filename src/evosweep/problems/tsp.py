"""The travelling salesman problem on instances of TSPLIB.

Reinelt: TSPLIB, a traveling salesman problem library, ORSA Journal on Computing 3(4), 1991. The
coordinates lie in `tsplib/`, and the lengths of the shortest tours are those that TSPLIB proves.
"""

import math
from importlib.resources import files
from operator import getitem

import numpy as np
from deap import base, tools

from evosweep.plugins.parameters import choice
from evosweep.problems.toolboxes import permutations_toolbox
from evosweep.problems.traits import Traits

OPTIMA = {"berlin52": 7542, "eil51": 426}


def tsp(
    instance: str = "berlin52",
    shuffle: float = 0.05,
    tournament: int = 3,
    mutation: str = "shuffle",
) -> base.Toolbox:
    """Tours through all cities of an instance of TSPLIB; the length is minimised.

    Parameters
    ----------
    instance
        `berlin52` or `eil51`.
    shuffle
        Probability that a mutation swaps a city with another, for each city.
    tournament
        Individuals in a selection tournament.
    mutation
        `shuffle`, or `inversion`: a random part of the tour is reversed.
    """
    choice("instance", instance, tuple(OPTIMA))
    choice("mutation", mutation, ("shuffle", "inversion"))
    distances = distance_matrix(coordinates(instance))

    row = distances.__getitem__

    def length(tour: list[int]) -> tuple[float]:
        return (float(sum(map(getitem, map(row, tour), tour[1:] + tour[:1]))),)

    table = np.array(distances)

    def lengths(tours: np.ndarray) -> np.ndarray:
        legs = tours * len(table) + np.roll(tours, -1, axis=1)
        sums: np.ndarray = table.take(legs).sum(axis=1)[:, None]
        return sums

    toolbox = permutations_toolbox(
        "TSP", length, size=len(distances), shuffle=shuffle, tournament=tournament
    )
    if mutation == "inversion":
        toolbox.register("mutate", tools.mutInversion)
    toolbox.register("evaluate_batch", lengths)
    optimum = float(OPTIMA[instance])
    toolbox.traits = Traits(
        genome="permutation",
        optimum=optimum,
        target=optimum,
        dataset=lambda: coordinates(instance),
    )
    return toolbox


def coordinates(instance: str) -> list[tuple[float, float]]:
    """Return the cities' coordinates."""
    text = files("evosweep.problems").joinpath("tsplib", f"{instance}.tsp").read_text("utf-8")
    section = text.partition("NODE_COORD_SECTION\n")[2].partition("EOF")[0]
    return [(float(x), float(y)) for _, x, y in map(str.split, section.splitlines())]


def distance_matrix(cities: list[tuple[float, float]]) -> list[list[int]]:
    """Euclidean distances rounded to whole numbers, as TSPLIB's EUC_2D prescribes."""
    return [[int(math.dist(one, other) + 0.5) for other in cities] for one in cities]
