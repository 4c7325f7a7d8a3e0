"""Facts about a problem's genomes, for algorithms that create individuals themselves."""

import copy
import random
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from evosweep.errors import InputError
from evosweep.genomes.deap_types import Individual, Reals, Toolbox
from evosweep.problems.traits import Traits


def example(toolbox: Toolbox) -> Any:
    """Return one individual of the problem, drawn without moving the run's generators."""
    python, numpy = random.getstate(), np.random.get_state()
    try:
        return toolbox.individual()
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


def real_example(toolbox: Toolbox, algorithm: str) -> Reals:
    """Return an individual that is a sequence of reals; InputError for any other kind of genome."""
    individual: Reals = example(toolbox)
    if not hasattr(individual, "__len__") or not all(
        isinstance(gene, float) for gene in individual
    ):
        raise InputError(f"{algorithm} needs a problem whose genomes are lists of reals")
    return individual


def class_of(individual: Individual) -> Callable[..., Any]:
    """Return the class of an individual, called with genes to create another one."""
    return type(individual)


def bounds_of(toolbox: Toolbox, individuals: Iterable[Iterable[float]] = ()) -> tuple[float, float]:
    """Return the bounds that the problem declares, or the range of some individuals' genes."""
    declared = Traits.of(toolbox).bounds
    if declared is not None:
        return declared
    genes = [gene for individual in individuals for gene in individual]
    return (min(genes), max(genes)) if genes else (-1.0, 1.0)


def several_objectives(toolbox: Toolbox, algorithm: str) -> int:
    """Return the number of objectives; InputError if there is only one."""
    objectives = len(example(toolbox).fitness.weights)
    if objectives < 2:
        raise InputError(f"{algorithm} needs a problem of two objectives or more, not of one")
    return objectives


def one_objective(toolbox: Toolbox, algorithm: str) -> None:
    """Raise InputError if the problem has several objectives."""
    objectives = len(example(toolbox).fitness.weights)
    if objectives > 1:
        raise InputError(f"{algorithm} needs a problem of one objective, not of {objectives}")


def with_parts(toolbox: Toolbox, **parts: Callable[..., object]) -> Toolbox:
    """Return a copy of the toolbox with some of its parts replaced."""
    other = copy.copy(toolbox)
    for alias, part in parts.items():
        setattr(other, alias, part)
    return other
