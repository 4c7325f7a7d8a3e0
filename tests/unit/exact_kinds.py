"""Genes of every kind that is rebuilt exactly: classes, strategies, and a comparison of types."""

import array
import datetime as dt
import enum
import math
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy
from deap import base, creator
from hypothesis import strategies as st

if not hasattr(creator, "ExactIndividual"):
    creator.create("ExactFitness", base.Fitness, weights=(1.0,))
    creator.create("ExactIndividual", list, fitness=creator.ExactFitness)
    creator.create("ExactGene", list, cost=None)
    creator.create("ExactBranch", list, fitness=creator.ExactFitness)


class Shift(enum.IntEnum):
    DAY = 0
    NIGHT = 1


class Base(enum.StrEnum):
    A = "a"
    C = "c"


class Old(str, enum.Enum):  # noqa: UP042 - as many programs have it
    X = "x"


class Colour(enum.Enum):
    RED = (1, 0, 0)
    GREEN = (0, 1, 0)


class Move(enum.Flag):
    LEFT = 1
    RIGHT = 2
    UP = 4


Task = namedtuple("Task", "job machine")


class Visit(NamedTuple):
    customer: int
    window: Any


@dataclass(frozen=True)
class Point:
    x: float
    y: Any = None


@dataclass
class Op:
    job: int
    notes: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slotted:
    value: Any


class Celsius(float):
    pass


class Word(str):
    pass


class Tagged(list[Any]):
    def __init__(self, items: Any, tag: str) -> None:
        super().__init__(items)
        self.tag = tag


class Stack(deque[Any]):
    pass


def _gene(items: list[Any], cost: Any) -> Any:
    gene = creator.ExactGene(items)
    gene.cost = cost
    return gene


def _branch(items: list[Any], value: float) -> Any:
    branch = creator.ExactBranch(items)
    branch.fitness.values = (value,)
    return branch


def _word(text: str, note: int) -> Word:
    word = Word(text)
    word.note = note  # type: ignore[attr-defined]
    return word


finite = st.floats(allow_nan=False)
times = st.datetimes(timezones=st.none() | st.just(dt.UTC) | st.just(ZoneInfo("Europe/Rome")))
native = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text()
    | st.binary()
)  # fmt: skip
constants = (
    st.sampled_from([*Shift, *Base, *Colour, *Old, Move.LEFT, Move.LEFT | Move.UP, Move(0)])
    | st.decimals() | st.fractions() | st.dates() | times | st.times() | st.timedeltas()
    | st.uuids() | st.builds(range, st.integers(-5, 5), st.integers(-5, 5))
    | st.builds(dt.timezone, st.integers(-9, 9).map(lambda h: dt.timedelta(hours=h)))
    | st.builds(Celsius, st.floats()) | st.builds(_word, st.text(), st.integers())
    | st.sampled_from([len, math.sin, numpy.add, int, Task, Shift])
)  # fmt: skip
numpy_scalars = (
    st.builds(numpy.float64, st.floats()) | st.builds(numpy.float32, st.floats(width=32))
    | st.builds(numpy.float16, st.floats(width=16)) | st.builds(numpy.int8, st.integers(-9, 9))
    | st.builds(numpy.uint64, st.integers(0, 2**64 - 1)) | st.builds(numpy.bool_, st.booleans())
    | st.builds(numpy.complex64, st.integers(-9, 9)) | st.builds(numpy.bytes_, st.binary())
    | st.builds(numpy.str_, st.text())
    | st.builds(lambda n: numpy.datetime64(n, "D"), st.integers(-9999, 9999))
    | st.builds(lambda n: numpy.timedelta64(n, "ms"), st.integers(-9999, 9999))
)  # fmt: skip
dtypes = st.sampled_from(
    ["<f8", ">f8", "<f4", "<i2", "?", "<c16", "<M8[s]", [("a", "<i4"), ("b", "<f8", (2,))]]
)
arrays = st.builds(
    lambda dtype, shape, order: numpy.zeros(shape, dtype=dtype, order=order), dtypes,
    st.lists(st.integers(0, 3), max_size=3), st.sampled_from("CF"),
) | st.lists(st.floats(), max_size=4).map(numpy.array)  # fmt: skip
leaves = native | constants | numpy_scalars | arrays
hashable = st.recursive(
    st.none() | st.integers() | st.text() | st.binary() | st.sampled_from([*Shift, *Colour])
    | st.builds(numpy.int8, st.integers(-9, 9)) | st.fractions(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3)
    | st.builds(Task, inner, inner) | st.builds(Point, st.integers(), inner),
    max_leaves=4,
)  # fmt: skip


def _nest(inner: Any) -> Any:
    lists = st.lists(inner, max_size=4)
    dicts = st.dictionaries(hashable, inner, max_size=3)
    return (
        lists | lists.map(tuple) | dicts | st.sets(hashable, max_size=4)
        | st.frozensets(hashable, max_size=4) | st.builds(deque, lists, st.none() | st.just(9))
        | dicts.map(OrderedDict) | st.builds(defaultdict, st.sampled_from([int, list, None]), dicts)
        | st.lists(hashable, max_size=5).map(Counter) | st.builds(bytearray, st.binary())
        | st.builds(array.array, st.just("d"), st.lists(st.floats(), max_size=3))
        | st.builds(Task, inner, inner) | st.builds(Visit, st.integers(), inner)
        | st.builds(Point, st.floats(), inner) | st.builds(Op, st.integers(), lists)
        | st.builds(Slotted, inner) | st.builds(Tagged, lists, st.text())
        | st.builds(Stack, lists) | st.builds(_gene, lists, inner)
        | st.builds(_branch, lists, finite)
    )  # fmt: skip


values = st.recursive(leaves, _nest, max_leaves=6)
alike = st.sampled_from([native, constants, numpy_scalars, arrays, hashable])
genomes = st.lists(values, max_size=5) | alike.flatmap(lambda gene: st.lists(gene, max_size=6))


def shape(value: Any) -> Any:  # noqa: PLR0911 - one line for each kind
    """What two values must have in common to be called the same: types, bits, order, attributes."""
    kind = type(value)
    if isinstance(value, enum.Enum | type | UUID | ZoneInfo) or callable(value):
        return kind, repr(value)
    state = {name: shape(part) for name, part in getattr(value, "__dict__", {}).items()}
    if isinstance(value, numpy.ndarray | numpy.generic):
        order = value.flags.c_contiguous, value.flags.f_contiguous
        return kind, value.dtype, value.shape, order, value.tobytes(), state
    if isinstance(value, float):
        return kind, float.hex(float(value)), state
    if isinstance(value, complex):
        return kind, value.real.hex(), value.imag.hex()
    if isinstance(value, set | frozenset):
        return kind, len(value), sorted(shape_of_element(item) for item in value), state
    if isinstance(value, dict):
        factory = getattr(value, "default_factory", None)
        return kind, factory, [(shape(key), shape(item)) for key, item in value.items()], state
    if isinstance(value, list | tuple | deque):
        return kind, getattr(value, "maxlen", None), [shape(item) for item in value], state
    if isinstance(value, array.array):
        return kind, value.typecode, value.tobytes()
    if isinstance(value, Slotted):
        return kind, shape(value.value)
    if isinstance(value, dt.datetime | dt.time):
        return kind, value.isoformat(), value.fold, repr(value.tzinfo)
    if isinstance(value, int | str | bytes | bytearray | Decimal | Fraction | range | type(None)):
        return kind, repr(value), state
    return kind, repr(value) if isinstance(value, dt.date | dt.timedelta | dt.tzinfo) else state


def shape_of_element(value: Any) -> str:
    """The shape of an element of a set, which sorts; a set inside has one text in every order."""
    return repr(shape(value))
