"""Clones, halls of fame and statistics of individuals of any kind: as DEAP's."""

import operator
import random
from array import array
from collections import namedtuple
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
import pytest
from deap import base, gp, tools
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strange import CONTAINERS, created, fitness_class, outcome, populations, told

from evosweep import fast
from evosweep.fast.clone import clones

quick = settings(max_examples=60, deadline=None, phases=[Phase.generate])
MAX = fitness_class(base.Fitness, (1.0,))


class Slotted(list):  # type: ignore[type-arg]
    """A genome that keeps something beside its attributes."""

    __slots__ = ("age",)


class Growing(list):  # type: ignore[type-arg]
    """A genome that appends its own way."""

    def append(self, gene: Any) -> None:
        list.append(self, [gene])


class Extending(list):  # type: ignore[type-arg]
    """A genome that extends its own way."""

    def extend(self, genes: Any) -> None:
        list.extend(self, [*genes, "more"])


class Described(list):  # type: ignore[type-arg]
    """A genome whose fitness is a property."""

    @property
    def fitness(self) -> Any:
        return self.kept

    @fitness.setter
    def fitness(self, value: Any) -> None:
        self.kept, self.set = value, getattr(self, "set", 0) + 1


class Noticing(list):  # type: ignore[type-arg]
    """A genome that counts what is set."""

    def __setattr__(self, name: str, value: Any) -> None:
        list.__setattr__(self, name, value)
        self.__dict__["sets"] = self.__dict__.get("sets", 0) + 1


class Reduced(list):  # type: ignore[type-arg]
    """A genome with a way of its own to be copied."""

    def __reduce__(self) -> Any:
        return type(self), (), {"reduced": True}


class Stated(list):  # type: ignore[type-arg]
    """A genome that restores its state its own way."""

    def __setstate__(self, state: Any) -> None:
        self.__dict__.update(state, stated=True)


class Named(list):  # type: ignore[type-arg]
    """A genome that needs an argument to be made."""

    def __new__(cls, *_: Any) -> Any:
        made = super().__new__(cls)
        made.new = True
        return made


class Backward(list):  # type: ignore[type-arg]
    """A genome that is iterated from its end."""

    def __iter__(self) -> Any:
        return list.__reversed__(self)


class Telling(tuple):  # type: ignore[type-arg]
    """A genome that says by itself what it is made of."""

    def __getnewargs__(self) -> Any:
        return ((*self, "more"),)


class Making(tuple):  # type: ignore[type-arg]
    """A genome that is made its own way."""

    def __new__(cls, genes: Any = ()) -> Any:
        return tuple.__new__(cls, [*genes, "made"])


class StatedTuple(tuple):  # type: ignore[type-arg]
    """A genome that restores its state its own way."""

    def __setstate__(self, state: Any) -> None:
        self.__dict__.update(state, stated=True)


class BackwardTuple(tuple):  # type: ignore[type-arg]
    """A genome that is iterated from its end."""

    def __iter__(self) -> Any:
        return iter(list(tuple.__iter__(self))[::-1])


class NoticingTuple(tuple):  # type: ignore[type-arg]
    """A genome that counts what is set."""

    def __setattr__(self, name: str, value: Any) -> None:
        tuple.__setattr__(self, name, value)
        self.__dict__["sets"] = self.__dict__.get("sets", 0) + 1


Pair = namedtuple("Pair", "one two", defaults=(2,))


class Initial(gp.PrimitiveTree):  # type: ignore[misc]
    """A tree that draws when it is made."""

    def __init__(self, content: Any) -> None:
        super().__init__(content)
        self.drawn = random.random()


PSET = gp.PrimitiveSet("STRANGE", 1)
PSET.addPrimitive(operator.add, 2)
PSET.addTerminal(1)
LISTS: list[type] = [
    Slotted, Growing, Extending, Described, Noticing, Reduced, Stated, Named, Backward,
    Telling, Making, StatedTuple, BackwardTuple, NoticingTuple,
]  # fmt: skip


def _created(kind: type) -> Any:
    return created(f"Strange{kind.__name__}Copied", kind, fitness=MAX)([1, 2])


def _nothing(*_: Any) -> None:
    """Changes nothing."""


MAKERS: dict[str, Callable[[], Any]] = {
    "list": lambda: created("StrangeCopied", list, fitness=MAX)([1, 2.5, "a", None]),
    "tuple": lambda: created("StrangeTuple", tuple, fitness=MAX)([1, 2.5, "a", None]),
    "lists in a tuple": lambda: created("StrangeTuple", tuple, fitness=MAX)([[1], [2]]),
    "named tuple": lambda: created("StrangePair", Pair, fitness=MAX)(1, 2),
    "tuple with parts": lambda: created("StrangeTupleParts", tuple, fitness=MAX, speed=list)([1]),
    "lists in a list": lambda: created("StrangeCopied", list, fitness=MAX)([[1], [2]]),
    "float32": lambda: created("StrangeCopied", list, fitness=MAX)([np.float32(1)]),
    "array": lambda: created("StrangeCopiedArray", array, fitness=MAX, typecode="d")([1.0]),
    "ndarray": lambda: created("StrangeCopiedNumbers", np.ndarray, fitness=MAX)([1.0, 2.0]),
    "objects": lambda: created("StrangeCopiedNumbers", np.ndarray, fitness=MAX)([None, "a"]),
    "tree": lambda: created("StrangeTree", gp.PrimitiveTree, fitness=MAX)(
        gp.PrimitiveTree.from_string("add(ARG0, 1)", PSET)
    ),
    "drawing tree": lambda: created("StrangeInitial", Initial, fitness=MAX)([]),
    "tree with parts": lambda: created("StrangeTreeParts", gp.PrimitiveTree, fitness=MAX, l=list)(
        gp.PrimitiveTree.from_string("1", PSET)
    ),
    "dict": lambda: created("StrangeDict", dict, fitness=MAX)(a=[1]),
    "set": lambda: created("StrangeSet", set, fitness=MAX)([1, 2]),
    "constrained": lambda: created(
        "StrangeConstrained", list, fitness=fitness_class(base.ConstrainedFitness, (1.0,))
    )([1]),
    **{kind.__name__: partial(_created, kind) for kind in LISTS},
    **{f"bare {kind.__name__}": partial(kind, [1, 2]) for kind in LISTS},
}
ATTRIBUTES: dict[str, Callable[[Any], Any]] = {
    "nothing": _nothing,
    "age": lambda one: setattr(one, "age", 3),
    "speed": lambda one: setattr(one, "speed", [1.0, 2.0]),
    "speed twice": lambda one: (setattr(one, "speed", [1.0]), setattr(one, "also", one.speed)),
    "nested": lambda one: setattr(one, "nested", [[1]]),
    "itself": lambda one: setattr(one, "me", one),
    "best": lambda one: setattr(one, "best", deepcopy(one)),
    "fitness twice": lambda one: setattr(one, "best", getattr(one, "fitness", None)),
    "another fitness": lambda one: setattr(one, "best", MAX((2.0,))),
    "no fitness": lambda one: one.__dict__.pop("fitness", None),
    "valued": lambda one: setattr(one.fitness, "values", (4.0,)),
    "array": lambda one: setattr(one, "position", np.array([1.0])),
}


def _individual(kind: str, attributes: list[str]) -> list[Any]:
    one = MAKERS[kind]()
    for attribute in attributes:
        try:
            ATTRIBUTES[attribute](one)
        except AttributeError:  # not every kind has a fitness
            continue
    return [one]


def _shape(one: Any, copy: Any) -> Any:
    """Which parts of a copy are one object, and which are still the original's."""
    parts = vars(copy)
    return {
        name: (
            [other for other in parts if parts[other] is part],
            part is vars(one).get(name) and not isinstance(part, int | float | None),
            part is copy,
        )
        for name, part in parts.items()
    }, getattr(copy, "age", None)


@quick
@given(
    kind=st.sampled_from([*MAKERS]),
    attributes=st.lists(st.sampled_from([*ATTRIBUTES]), max_size=3),
    again=st.booleans(),
)
def test_clones(kind: str, attributes: list[str], again: bool) -> None:
    def copied(copy: Any) -> Any:
        def call(individuals: list[Any]) -> Any:
            (one,) = individuals
            made = copy(one)
            shape = _shape(one, made)
            return [type(made) is type(one), made, shape]

        return outcome(call, partial(_individual, kind, attributes))

    if again:
        assert copied(lambda one: clones([one, one])[1]) == copied(
            lambda one: [deepcopy(one), deepcopy(one)][1]
        )
    else:
        assert copied(fast.clone) == copied(deepcopy)


def _similar(one: Any, other: Any) -> bool:
    return bool(one[0] // 2 == other[0] // 2)


def _fussy(*_: Any) -> bool:
    raise ValueError("not to be compared")


SIMILAR: list[Any] = [operator.eq, operator.eq, np.array_equal, _similar, _fussy]
CHANGES: dict[str, Callable[[Any, list[Any]], Any]] = {
    "nothing": _nothing,
    "insert": lambda hall, pop: hall.insert(pop[-1]),
    "clear": lambda hall, _: hall.clear(),
    "remove": lambda hall, _: hall.remove(0),
    "values": lambda hall, pop: setattr(hall[0].fitness, "values", pop[-1].fitness.values),
    "fitness": lambda hall, pop: setattr(hall[0], "fitness", pop[-1].fitness),
    "swap": lambda hall, _: hall.items.reverse(),
}


class _Open(fast.HallOfFame):
    """A hall that removes its own way."""

    def remove(self, index: int) -> None:
        super().remove(0 if index == -1 else index)


class _OpenStock(tools.HallOfFame):  # type: ignore[misc]
    def remove(self, index: int) -> None:
        super().remove(0 if index == -1 else index)


HALLS: dict[str, tuple[Any, Any]] = {
    "hall": (fast.HallOfFame, tools.HallOfFame),
    "own hall": (_Open, _OpenStock),
    "front": (fast.ParetoFront, tools.ParetoFront),
}


@pytest.mark.parametrize("hall", HALLS)
@settings(quick, max_examples=120)
@given(
    makes=st.lists(populations(most=12), min_size=1, max_size=3),
    container=st.sampled_from(["list", *CONTAINERS]),
    size=st.sampled_from([1, 2, 5, 20, 0, -1, True, None]),
    similar=st.sampled_from(SIMILAR),
    change=st.sampled_from([*CHANGES]),
)
def test_halls_of_fame(
    hall: str, makes: list[Any], container: str, size: Any, similar: Any, change: str
) -> None:
    def shown(kind: Any) -> Any:
        made = kind(similar) if hall == "front" else kind(size, similar)
        results = []
        for make in makes:
            result = outcome(lambda pop: made.update(CONTAINERS[container](pop)), make)
            results.append(result)
            if isinstance(result["result"], type):
                return results  # what is in it after an exception depends on its place
            with suppress(Exception):  # there may be nothing to change
                CHANGES[change](made, make())
            results.append([[told(item) for item in part] for part in (made.items, made.keys)])
        return results

    ours, stock = HALLS[hall]
    assert shown(ours) == shown(stock)


def _values(ind: Any) -> Any:
    return ind.fitness.values


KEYS: list[Any] = [
    lambda ind: ind.fitness.values,
    lambda individual: individual.fitness.values,
    lambda ind: ind.fitness.values[0],
    lambda *ind: ind[0].fitness.values,
    lambda ind, *, _=None: ind.fitness.values,
    operator.attrgetter("fitness.values"),
    _values,
    len,
]
FUNCTIONS: list[tuple[Any, dict[str, Any]]] = [
    (np.mean, {}), (np.std, {"axis": 0}), (np.min, {"axis": 0}), (np.max, {}), (np.median, {}),
    (np.median, {"axis": 0, "overwrite_input": True}), (np.sum, {"dtype": np.float32}),
    (np.var, {"ddof": 1}), (np.percentile, {"q": 50}), (len, {}), (max, {}), (type, {}),
    (np.mean, {"axis": 7}), (lambda values: values[0], {}),
]  # fmt: skip


@settings(quick, max_examples=120)
@given(
    make=populations(most=12),
    container=st.sampled_from(["list", *CONTAINERS]),
    key=st.sampled_from(KEYS),
    functions=st.lists(st.sampled_from(FUNCTIONS), max_size=4),
)
def test_statistics(make: Any, container: str, key: Any, functions: Any) -> None:
    def compiled(kind: Any) -> Any:
        statistics = kind(key)
        for number, (function, options) in enumerate(functions):
            statistics.register(f"{number}", function, **options)
        result = outcome(lambda pop: statistics.compile(CONTAINERS[container](pop)), make)
        return result["result"], result["random"]

    assert compiled(fast.Statistics) == compiled(tools.Statistics)
