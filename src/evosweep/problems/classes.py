"""Classes of individuals, created once per process.

`deap.creator.create` warns when a name is created again, and makes a second class that is no
longer the first. A problem may be built many times in a process (a job of several seeds), so
its classes are made here: one for each name, base and weights.
"""

from typing import Any

from deap import base, creator


def individual_class(
    name: str, genome: type, weights: tuple[float, ...], **attributes: object
) -> type[Any]:
    """Return a class of individuals on `genome` (list, array, PrimitiveTree), with a fitness of
    `weights`.

    `attributes` are those of `deap.creator.create`. The same arguments return the same class.
    """
    fitness = fitness_class(weights)
    extra = "".join(f"_{key}{_word(value)}" for key, value in attributes.items())
    full = f"{name}_{_word(genome)}_{fitness.__name__}{extra}"
    if not hasattr(creator, full):
        creator.create(full, genome, fitness=fitness, **attributes)
    kind: type[Any] = getattr(creator, full)
    return kind


def fitness_class(weights: tuple[float, ...]) -> type[Any]:
    """Return the class of fitnesses with these weights (1.0 maximises, -1.0 minimises)."""
    name = "Fitness_" + "_".join(_word(weight) for weight in weights)
    if not hasattr(creator, name):
        creator.create(name, base.Fitness, weights=weights)
    kind: type[Any] = getattr(creator, name)
    return kind


def _word(value: object) -> str:
    if isinstance(value, type):
        return value.__name__
    return repr(value).replace("-", "m").replace(".", "p").replace("+", "")
