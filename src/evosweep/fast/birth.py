"""New individuals of a creator's class without its `__init__`, where that only sets the fitness."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from deap import base, creator


@lru_cache(maxsize=256)
def maker(kind: Any) -> Callable[[Iterable[Any]], Any]:
    """A function that makes individuals of `kind` from genes; `kind` itself where it may do more.

    DEAP's `__init__` of a class with a fitness takes 6 us, most of them to check the weights.
    """
    fitness = _fitness_class(kind)
    if fitness is None:
        return kind  # type: ignore[no-any-return]

    def make(genes: Iterable[Any]) -> Any:
        individual = kind.__new__(kind)
        list.extend(individual, genes)
        individual.fitness = fitness.__new__(fitness)
        return individual

    return make


def _fitness_class(kind: Any) -> Any:
    """The class of the fitness, where that is all that `kind` adds to a list; else None."""
    if type(kind) is not creator.MetaCreator or kind.__bases__ != (list,):
        return None
    made = {name: value for name, value in kind.reduce_args[2].items() if isinstance(value, type)}
    fitness: Any = made.pop("fitness", None)
    if made or type(fitness) is not creator.MetaCreator or fitness.__bases__ != (base.Fitness,):
        return None
    attributes = fitness.reduce_args[2]
    plain = not any(isinstance(value, type) for value in attributes.values())
    return fitness if plain and isinstance(attributes.get("weights"), tuple) else None
