"""A DEAP function and its faster twin on the same population, with the same random draws."""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from evosweep.fast import core
from evosweep.problems.classes import individual_class

# Few distinct values, so that ties and duplicates are the rule.
values = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e6, 1e6, allow_nan=False, allow_infinity=False),
)


def examples(most: int) -> settings:
    """So many examples; in the fast tier, as few as its profile has."""
    return settings(max_examples=min(most, settings().max_examples))


def fitness_values(objectives: int, max_size: int = 40) -> st.SearchStrategy[list[Any]]:
    """Fitness values of a population."""
    return st.lists(st.tuples(*[values] * objectives), min_size=1, max_size=max_size)


def population(points: list[tuple[float, ...]], weights: tuple[float, ...]) -> list[Any]:
    """Individuals whose only gene is their number, with these fitness values."""
    kind = individual_class("Twin", list, weights)
    made = []
    for number, point in enumerate(points):
        individual = kind([number])
        individual.fitness.values = point
        made.append(individual)
    return made


def outcome(function: Callable[..., Any], individuals: list[Any], *args: Any, **kwargs: Any) -> Any:
    """What a function makes of a copy of some individuals, and the generators' states after it."""
    random.seed(5)
    np.random.seed(5)
    copies = deepcopy(individuals)
    try:
        result: Any = function(copies, *args, **kwargs)
    except (IndexError, ValueError, ZeroDivisionError) as error:
        return type(error)
    state = np.random.get_state()
    return _plain(result), _plain(copies), random.getstate(), (state[1].tolist(), state[2])


def with_and_without_core(call: Callable[[], Any]) -> list[Any]:
    """What a call gives with the compiled core, if it is there, and what without."""
    given = call()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core, "core", None)
        return [given, call()]


def _plain(item: Any) -> Any:
    if isinstance(item, list | tuple) and not hasattr(item, "fitness"):
        return [_plain(part) for part in item]
    if hasattr(item, "fitness"):
        crowding = getattr(item.fitness, "crowding_dist", None)
        return ([*item], item.fitness.wvalues, crowding, getattr(item, "strategy", None))
    return item
