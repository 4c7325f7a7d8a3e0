"""Populations as strangers' programs have them, and DEAP's functions on them beside their twins.

A strategy gives a function that makes the same objects anew at every call: one call for DEAP's
function, one for the twin, which may change them or use them up.
"""

import itertools
import random
import warnings
from array import array
from collections import deque
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np
from deap import base, creator, gp
from hypothesis import strategies as st

Make = Callable[[], Any]


class Backwards(base.Fitness):  # type: ignore[misc]
    """A fitness with an order of its own."""

    def __le__(self, other: Any) -> bool:
        return bool(self.wvalues >= other.wvalues)

    def __lt__(self, other: Any) -> bool:
        return bool(self.wvalues > other.wvalues)

    def dominates(self, other: Any, obj: Any = slice(None)) -> bool:
        return bool(base.Fitness.dominates(other, self, obj))


class Subclass(base.Fitness):  # type: ignore[misc]
    """A fitness that adds nothing."""


class Reversed(list):  # type: ignore[type-arg]
    """A population that is read backwards."""

    def __getitem__(self, index: Any) -> Any:
        return list.__getitem__(self, -1 - index if isinstance(index, int) else index)

    def __iter__(self) -> Any:
        return list.__reversed__(self)


class Plain(list):  # type: ignore[type-arg]
    """A population with a class of its own that changes nothing."""


def created(name: str, kind: type, **attributes: Any) -> Any:
    """A class of `creator`, made once."""
    if not hasattr(creator, name):
        creator.create(name, kind, **attributes)
    return getattr(creator, name)


def fitness_class(kind: type, weights: tuple[Any, ...]) -> Any:
    """A class of fitness with these weights."""
    signs = "".join(f"{type(w).__name__}{w}" for w in weights)
    return created(f"Strange{kind.__name__}{signs}", kind, weights=weights)


few = st.integers(-2, 3)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "few floats": few.map(float),
    "floats": st.floats(-1e6, 1e6),
    "integers": few,
    "booleans": st.booleans(),
    "large": st.sampled_from([2**53, 2**53 + 1, 2**70, -(2**63), 1e308, -1e308, 1e-300]),
    "not finite": st.sampled_from([float("nan"), float("inf"), -float("inf"), 0.0, -0.0]),
    "float64": st.integers(0, 9).map(lambda i: np.float64(i / 10)),
    "float32": st.integers(0, 9).map(lambda i: np.float32(i / 10)),
    "float16": st.integers(0, 9).map(lambda i: np.float16(i / 10)),
    "int64": few.map(np.int64),
    "arrays of size 1": few.map(lambda i: np.array([float(i)])),
    "arrays of size 2": few.map(lambda i: np.array([float(i), 0.0])),
    "fractions": few.map(lambda i: Fraction(i, 3)),
    "decimals": few.map(Decimal),
    "strings": st.just("a"),
}
WEIGHTS: list[tuple[Any, ...]] = [
    (1.0,), (-1.0,), (1,), (1.0, -1.0), (-1.0, -1.0), (1, -2), (0.0, 1.0), (-1.0, 1.0, 0.5),
    (np.float32(1.0), -1.0), (np.float64(-1.0), 1.0), (1e-30, 1.0),
]  # fmt: skip


def _object_array(population: list[Any]) -> Any:
    made = np.empty(len(population), dtype=object)
    made[:] = population
    return made


CONTAINERS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "generator": iter,
    "chain": lambda pop: itertools.chain(pop[:2], pop[2:]),
    "deque": deque,
    "dict values": lambda pop: dict(enumerate(pop)).values(),
    "object array": _object_array,
    "class of its own": Plain,
    "backwards": Reversed,
}
COUNTS: list[Any] = [-1, -2, 0, True, np.int64(3), 2.5, None, "2"]


@st.composite
def populations(draw: Any, least: int = 0, most: int = 44) -> Callable[[], list[Any]]:
    """Makes a list of evaluated individuals: mostly usual ones, some strange in one way."""
    weights = draw(st.sampled_from(WEIGHTS))
    usual = draw(st.booleans())
    names = draw(st.lists(st.sampled_from([*VALUES]), min_size=1, max_size=1 if usual else 2))
    value = VALUES["few floats" if usual else names[0]]
    mixed = st.one_of(value, *(VALUES[name] for name in names[1:]))
    size = draw(st.one_of(st.integers(least, most), st.integers(min(30, most), most)))
    rows = draw(st.lists(st.tuples(*[mixed] * len(weights)), min_size=size, max_size=size))
    kinds = draw(
        st.sampled_from(
            [[base.Fitness]] * 5
            + [[Backwards], [Subclass], [base.ConstrainedFitness], [base.Fitness, Backwards],
               [base.Fitness, Subclass]]
        )
    )  # fmt: skip
    oddity = draw(st.sampled_from([None] * 6 + ["none", "list", "twice", "shared", "missing"]))
    at = draw(st.integers(0, max(0, size - 1)))
    lengths = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    return partial(_population, rows, weights, kinds, (oddity, at), lengths)


def _population(
    rows: list[Any], weights: Any, kinds: list[type], strange: Any, lengths: list[int]
) -> list[Any]:
    oddity, at = strange
    individuals = []
    for number, (row, kind, length) in enumerate(
        zip(rows, itertools.cycle(kinds), itertools.cycle(lengths), strict=False)
    ):
        individual = created("StrangeOne", list)([number] * length)
        individual.fitness = fitness_class(kind, weights)()
        individual.fitness.crowding_dist = float(number % 3)
        try:
            individual.fitness.values = row
        except (
            TypeError,
            OverflowError,
        ):  # such values have no weighted ones: set as a program may
            individual.fitness.wvalues = row
        individuals.append(individual)
    if individuals:
        _make_strange(individuals, oddity, at)
    return individuals


def _make_strange(individuals: list[Any], oddity: str | None, at: int) -> None:
    one = individuals[at]
    if oddity == "none":
        one.fitness.wvalues = ()
    elif oddity == "list":
        one.fitness.wvalues = list(one.fitness.wvalues)
    elif oddity == "twice":
        individuals[0] = one
    elif oddity == "shared":
        individuals[0].fitness = one.fitness
    elif oddity == "missing":
        del one.fitness


def dominate_in_circles(make: Make) -> bool:
    """Whether A dominates B dominates A, so that `tools.sortNondominated` never ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _dominate_in_circles(make())


def _dominate_in_circles(individuals: list[Any]) -> bool:
    try:
        fits = list({individual.fitness: None for individual in individuals})
        TopologicalSorter(
            {id(one): [id(other) for other in fits if other.dominates(one)] for one in fits}
        ).prepare()
    except CycleError:
        return True
    except Exception:  # DEAP's function raises the same
        return False
    return False


def counts(most: int = 50) -> st.SearchStrategy[Any]:
    """How many to select: mostly as many as programs do."""
    return st.one_of(st.integers(0, most), st.integers(1, 4), st.sampled_from(COUNTS))


def outcome(call: Callable[[list[Any]], Any], make: Callable[[], list[Any]]) -> Any:
    """What a call makes of a population, all that it changed, and both generators after it."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        random.seed(4)
        individuals = make()
        seen.clear()
        random.seed(5)
        np.random.seed(5)
        try:
            result = told(call(individuals), individuals)
        except Exception as error:
            result = type(error)
    state = np.random.get_state()
    return {
        "result": result,
        "individuals": told_all(individuals),
        "warnings": sorted({warning.category.__name__ for warning in seen}),
        "random": random.getstate(),
        "numpy": (state[1].tolist(), state[2]),
    }


def told(item: Any, individuals: Iterable[Any] = ()) -> Any:
    """An object in words: whole, with types, an individual of the population by its number."""
    numbers = {id(individual): number for number, individual in enumerate(individuals)}
    if id(item) in numbers:
        return f"individual {numbers[id(item)]}"
    return _told(item, numbers)


def told_all(individuals: Iterable[Any]) -> list[Any]:
    """What individuals are, each in words."""
    return [_told(individual, {}) for individual in individuals]


def _told(item: Any, numbers: dict[int, int]) -> Any:
    if id(item) in numbers:
        return f"individual {numbers[id(item)]}"
    kind = type(item).__name__
    if isinstance(item, base.Fitness):
        return kind, _told(item.wvalues, {}), _told(getattr(item, "crowding_dist", None), {})
    words: Any = repr(item)
    if isinstance(item, np.ndarray):
        words = str(item.dtype), _told(item.tolist(), numbers)
    elif isinstance(item, gp.PrimitiveTree):
        words = str(item)
    elif isinstance(item, list | tuple | array | deque):
        words = [_told(part, numbers) for part in item]
    elif isinstance(item, dict):
        words = [(key, _told(value, numbers)) for key, value in item.items()]
    return kind, words, _attributes(item)


def _attributes(item: Any) -> list[Any]:
    named = [(name, value) for name, value in getattr(item, "__dict__", {}).items() if name != "me"]
    return [(name, _told(value, {})) for name, value in named]
