"""Individuals of many kinds, and functions that tell what they were given."""

import collections
import enum
import fractions
from typing import Any

import numpy
from deap import base, creator

creator.create("KindsMax", base.Fitness, weights=(1.0,))
creator.create("KindsList", list, fitness=creator.KindsMax)
creator.create("KindsOther", list, fitness=creator.KindsMax)
creator.create("KindsAged", list, fitness=creator.KindsMax, age=0)
creator.create("KindsGene", list, cost=None)
creator.create("KindsArray", numpy.ndarray, fitness=creator.KindsMax)
creator.create("KindsDict", collections.OrderedDict, fitness=creator.KindsMax)

Task = collections.namedtuple("Task", "job machine")


class Shift(enum.IntEnum):
    DAY, NIGHT = 0, 1


class Celsius(float):
    pass


class Own(list[int]):
    def __init__(self, genes: Any, size: int) -> None:
        super().__init__(genes)
        self.size = size
        self.fitness = creator.KindsMax()


def described(individual: Any) -> list[str]:
    """Classes of an individual and of its genes, its attributes, and their values."""
    attributes = {key: value for key, value in vars(individual).items() if key != "fitness"}
    genes = [(type(gene).__name__, repr(gene)) for gene in individual]
    return [type(individual).__name__, str(genes), str(attributes), str(individual.fitness.values)]


def costs(individual: Any) -> list[Any]:
    return [gene.cost for gene in individual]


def is_own_class(individual: Any) -> bool:
    """By a class that the program holds on to, not by its name."""
    return isinstance(individual, creator.KindsList) and type(individual) is _LIST


def difference(one: Any, other: Any) -> list[Any]:
    return [type(one).__name__, type(other).__name__, sum(one) - sum(other)]


_LIST = creator.KindsList


def _with_fitness(value: float) -> Any:
    individual = creator.KindsList([1, 2])
    individual.fitness.values = (value,)
    return individual


def _aged(age: int) -> Any:
    individual = creator.KindsAged([1, 2])
    individual.age = age
    return individual


def _costly(cost: int) -> Any:
    gene = creator.KindsGene([1])
    gene.cost = cost
    return creator.KindsList([gene])


def individuals() -> dict[str, list[Any]]:
    """Batches by what is special about them."""
    make = creator.KindsList
    return {
        "plain": [make([1, 2]), make([3, 4])],
        "floats and none": [make([1.5, None]), make([float("inf"), "text"])],
        "members of an enumeration": [make([Shift.DAY, Shift.NIGHT])] * 2,
        "named tuples": [make([Task(1, 2)])] * 2,
        "a subclass of float": [make([Celsius(1.0)])] * 2,
        "fractions": [make([fractions.Fraction(1, 3)])] * 2,
        "NumPy scalars": [make([numpy.float32(0.1), numpy.bool_(True)])] * 2,
        "functions": [make([len, sum])] * 2,
        "earlier fitnesses": [_with_fitness(3.0), _with_fitness(4.0)],
        "ages": [_aged(3), _aged(4)],
        "an age from the second one on": [creator.KindsAged([1]), _aged(4)],
        "two classes": [make([1]), creator.KindsOther([1])],
        "a class with arguments": [Own([1], 5), Own([2], 6)],
        "arrays": [creator.KindsArray([[1, 2], [3, 4]])] * 2,
        "ordered dicts": [creator.KindsDict([("b", 1), ("a", 2)])] * 2,
    }
