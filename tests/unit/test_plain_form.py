"""The plain form of each type is the documented one, and the value comes back from it."""

import array
import datetime as dt
import io
import math
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy
import pytest
from deap import base, creator

from evosweep.errors import InputError
from evosweep.genomes.class_values import base_of, made_by_class, make_object, state_of
from evosweep.genomes.encoding import encode
from evosweep.genomes.plain_form import PlainForm
from evosweep.genomes.rebuild import Rebuilder

sys.path.insert(0, str(Path(__file__).parent))
import exact_kinds as kinds

creator.create("PlainFitness", base.Fitness, weights=(1.0,))
creator.create("PlainList", list, fitness=creator.PlainFitness)
creator.create("PlainOrdered", OrderedDict, fitness=creator.PlainFitness)
creator.create("PlainCounter", Counter, fitness=creator.PlainFitness)
creator.create("PlainBytes", bytearray, fitness=creator.PlainFitness)
creator.create("PlainArray", array.array, typecode="b", fitness=creator.PlainFitness)


@dataclass
class Slots:
    """A class with one slot, whose name is a text."""

    __slots__ = "held"  # noqa: PLC0205 - as some programs have it
    held: Any


class Unset:
    """A slot without a value, and attributes in no slot."""

    __slots__ = ("__dict__", "missing", "there")


class Numbers(list[Any]):
    """A list with an attribute."""


class Ordered(OrderedDict[Any, Any]):
    """A dict that knows its order."""


class Counted(Counter[Any]):
    """A dict of counts."""


class Defaults(defaultdict[Any, Any]):
    """A dict with a factory."""


class Plainly(dict[Any, Any]):
    """A dict."""


class Some(set[Any]):
    """A set."""


class Frozen(frozenset[Any]):
    """A set that cannot change."""


class Stack(deque[Any]):
    """A deque."""


class Raw(bytearray):
    """Bytes that can change."""


class Data(bytes):
    """Bytes."""


class Wave(complex):
    """A complex number."""


class Whole(int):
    """An int."""


class Typed(array.array):
    """An array of one type."""


class Grid(numpy.ndarray):
    """An array of NumPy."""


class OwnScalar(numpy.float64):
    """A scalar of NumPy."""


class Gene:
    """A class that only hooks of a toolbox can convert."""

    def __init__(self, value: object) -> None:
        self.value = value


class Bare:
    """The same without attributes."""

    __slots__ = ()


HOUR = dt.timedelta(hours=1)
ZONE = b"TZif" + bytes(35) + b"\1\0\0\0\4" + bytes(6) + b"UTC\0"
"""A zone of a file, which has no name by which another process would find it."""
TAGGED = [..., "fraction", 1, 3]
HERE = __name__


def _object(name: str, content: object, **state: object) -> list[object]:
    return [..., "object", f"{HERE}:{name}", content, state]


def _with(value: Any, **state: object) -> Any:
    for name, part in state.items():
        setattr(value, name, part)
    return value


FORMS: list[tuple[Any, Any]] = [
    (numpy.array([[1, 2], [3, 4]], "<i2"),
     [..., "ndarray", "<i2", [2, 2], bytes([1, 0, 2, 0, 3, 0, 4, 0])]),
    (numpy.array([1, 2], ">i2"), [..., "ndarray", ">i2", [2], bytes([0, 1, 0, 2])]),
    (numpy.array([[1, 2, 3], [4, 5, 6]], "|u1", order="F"),
     [..., "fortran", "|u1", [3, 2], bytes([1, 4, 2, 5, 3, 6])]),
    (numpy.zeros(1, [("a", "<i2"), ("b", "|u1", (2,))]),
     [..., "ndarray", [("a", "<i2"), ("b", "|u1", (2,))], [1], bytes(4)]),
    (numpy.float32(0.5), [..., "scalar", "<f4", b"\0\0\0?"]),
    (numpy.bool_(True), [..., "scalar", "|b1", b"\1"]),
    (numpy.str_("ab"), [..., "scalar", "<U2", b"a\0\0\0b\0\0\0"]),
    (numpy.str_("\ud800"), [..., "scalar", "<U1", b"\0\xd8\0\0"]),
    (numpy.str_(""), [..., "scalar", "<U0", bytes(4)]),
    (numpy.bytes_(b"ab\0"[:2]), [..., "scalar", "|S2", b"ab"]),
    (numpy.bytes_(b""), [..., "scalar", "|S0", b"\0"]),
    (numpy.bytes_(b"x" * 12), [..., "scalar", "|S12", b"x" * 12]),
    (numpy.datetime64(5, "D"), [..., "scalar", "<M8[D]", bytes([5, *[0] * 7])]),
    (numpy.zeros(1, [("a", "|u1")])[0], [..., "scalar", [("a", "|u1")], b"\0"]),
    (array.array("h", [1, 2]), [..., "array", "h", bytes([1, 0, 2, 0])]),
    (Decimal("0.10"), [..., "decimal", "0.10"]),
    (Fraction(1, 3), TAGGED),
    (UUID(int=7), [..., "uuid", 7]),
    (dt.date(2026, 2, 3), [..., "date", dt.date(2026, 2, 3).toordinal()]),
    (dt.time(1, 2, 3, 4, fold=1), [..., "time", (1, 2, 3, 4, 1), None]),
    (dt.datetime(2026, 2, 3, 4, 5, 6, 7, fold=1),
     [..., "datetime", (2026, 2, 3, 4, 5, 6, 7, 1), None]),
    (dt.time(1, tzinfo=ZoneInfo("Europe/Rome")),
     [..., "time", (1, 0, 0, 0, 0), [..., "zone", "Europe/Rome"]]),
    (dt.datetime(2026, 2, 3, tzinfo=dt.UTC),
     [..., "datetime", (2026, 2, 3, 0, 0, 0, 0, 0),
      [..., "timezone", [..., "timedelta", 0, 0, 0], None]]),
    (dt.timedelta(-1, 2, 3), [..., "timedelta", -1, 2, 3]),
    (dt.timezone(HOUR), [..., "timezone", [..., "timedelta", 0, 3600, 0], None]),
    (dt.timezone(HOUR, "here"), [..., "timezone", [..., "timedelta", 0, 3600, 0], "here"]),
    (range(1, 9, 2), [..., "range", 1, 9, 2]),
    (slice(1, Fraction(1, 3), 2), [..., "slice", 1, TAGGED, 2]),
    (bytearray(b"ab"), [..., "bytearray", b"ab"]),
    (deque([1, Fraction(1, 3)], 5), [..., "deque", [1, TAGGED], 5]),
    (OrderedDict(b=1, a=2), [..., "OrderedDict", ["b", 1, "a", 2]]),
    (Counter("aab"), [..., "Counter", ["a", 2, "b", 1]]),
    (defaultdict(int, a=1), [..., "defaultdict", [..., "name", "builtins:int"], ["a", 1]]),
    (defaultdict(None, a=1), [..., "defaultdict", None, ["a", 1]]),
    ({"a": Fraction(1, 3)}, {"a": TAGGED}),
    ({Fraction(1, 3): 1, "b": 2}, [..., "dict", [TAGGED, 1, "b", 2]]),
    ({1, "a"}, {1, "a"}),
    ({Fraction(1, 3), 1}, [..., "set", [TAGGED, 1]]),
    (frozenset({1, "a"}), frozenset({1, "a"})),
    (frozenset({Fraction(1, 3), 1}), [..., "frozenset", [TAGGED, 1]]),
    ([1, [2, (3,)]], [1, [2, (3,)]]),
    ([1, (2, Fraction(1, 3))], [1, (2, TAGGED)]),
    (kinds.Shift.NIGHT, [..., "enum", "exact_kinds:Shift", "NIGHT"]),
    (kinds.Old.X, [..., "enum", "exact_kinds:Old", "X"]),
    (kinds.Move.LEFT | kinds.Move.UP, [..., "flag", "exact_kinds:Move", 5]),
    (len, [..., "name", "builtins:len"]),
    (numpy.add, [..., "name", "numpy:add"]),
    (kinds.Shift, [..., "name", "exact_kinds:Shift"]),
    (math.sin, [..., "name", "math:sin"]),
    (kinds.Task(1, 2), [..., "object", "exact_kinds:Task", (1, 2), {}]),
    (kinds.Point(1.0, Fraction(1, 3)),
     [..., "object", "exact_kinds:Point", None, {"x": 1.0, "y": TAGGED}]),
    (Slots(7), _object("Slots", None, held=7)),
    (_with(Numbers([1, Fraction(1, 3)]), note="n"), _object("Numbers", [1, TAGGED], note="n")),
    (Ordered(b=1, a=2), _object("Ordered", [..., "OrderedDict", ["b", 1, "a", 2]])),
    (Counted("aab"), _object("Counted", [..., "Counter", ["a", 2, "b", 1]])),
    (Defaults(list, a=1), _object("Defaults",
     [..., "defaultdict", [..., "name", "builtins:list"], ["a", 1]])),
    (Plainly(a=1), _object("Plainly", {"a": 1})),
    (Some({1}), _object("Some", {1})),
    (Frozen({1}), _object("Frozen", frozenset({1}))),
    (Stack([1], 3), _object("Stack", [..., "deque", [1], 3])),
    (Raw(b"ab"), _object("Raw", [..., "bytearray", b"ab"])),
    (Data(b"ab"), _object("Data", b"ab")),
    (Wave(1, -2), _object("Wave", 1 - 2j)),
    (Whole(7), _object("Whole", 7)),
    (kinds.Celsius(0.5), [..., "object", "exact_kinds:Celsius", 0.5, {}]),
    (kinds.Word("w"), [..., "object", "exact_kinds:Word", "w", {}]),
    (Typed("h", [1]), _object("Typed", [..., "array", "h", b"\1\0"])),
    (numpy.zeros(2, "|u1").view(Grid), _object("Grid", [..., "ndarray", "|u1", [2], b"\0\0"])),
]  # fmt: skip


@pytest.mark.parametrize(("value", "documented"), FORMS)
def test_each_type_has_the_documented_form_and_comes_back(value: Any, documented: Any) -> None:
    form = PlainForm()
    assert kinds.shape(form(value)) == kinds.shape(documented)
    again = Rebuilder().value(documented)
    assert kinds.shape(again) == kinds.shape(value)
    assert kinds.shape(form(again)) == kinds.shape(documented)
    if isinstance(again, numpy.ndarray):
        assert again.flags.writeable


def test_the_individuals_own_class_is_no_part_of_its_form() -> None:
    """Companions name it; the digest counts other dicts as a dict, and a bytearray as bytes."""
    third = Fraction(1, 3)
    ordered, counter = creator.PlainOrdered(b=third, a=2), creator.PlainCounter("aab")
    exact, digest = PlainForm(), PlainForm(exact=False)
    assert exact.genome(creator.PlainList([1, third])) == [1, TAGGED]
    assert exact.genome(ordered) == [..., "OrderedDict", ["b", TAGGED, "a", 2]]
    assert exact.genome(counter) == [..., "Counter", ["a", 2, "b", 1]]
    assert exact.genome(creator.PlainBytes(b"ab")) == [..., "bytearray", b"ab"]
    assert digest.genome(ordered) == {"b": TAGGED, "a": 2}
    assert list(digest.genome(ordered)) == ["b", "a"]
    assert digest.genome(counter) == {"a": 2, "b": 1}
    assert digest.genome(OrderedDict(a=1)) == [..., "OrderedDict", ["a", 1]]
    assert digest.genome(creator.PlainBytes(b"ab")) == b"ab"
    assert digest.genome(creator.PlainList([1, third])) == [1, TAGGED]
    for form in (exact, digest):
        assert form.genome(Whole(7)) == 7
        assert form.genome(7) == 7
        assert form.genome(kinds.Shift.NIGHT) == [..., "enum", "exact_kinds:Shift", "NIGHT"]
        assert form.genome(numpy.float64(0.0)) == [..., "scalar", "<f8", bytes(8)]


def test_the_digest_leaves_out_classes_of_creator_that_add_no_attribute() -> None:
    """Only in the individual's parts, only without attributes, and a fitness is none."""
    digest = PlainForm(exact=False)
    tree = creator.PlainList([1, 2])
    assert digest([tree]) == [[1, 2]]
    assert PlainForm()([creator.ExactGene([1])]) != digest([creator.ExactGene([1])])
    noted = _with(creator.PlainList([1]), note="n")
    assert digest([noted]) == [[..., "object", "deap.creator:PlainList", [1], {"note": "n"}]]
    assert digest([Numbers([1])]) == [_object("Numbers", [1])]
    assert digest([_with(Numbers([1]), fitness=3)]) == [_object("Numbers", [1])]
    assert digest([kinds.Op(1, [])]) == [
        [..., "object", "exact_kinds:Op", None, {"job": 1, "notes": []}]
    ]
    assert digest([creator.PlainFitness()]) == [
        [..., "object", "deap.creator:PlainFitness", None, {}]
    ]


def test_the_digest_has_the_memory_of_no_array() -> None:
    digest = PlainForm(exact=False)
    rows = numpy.array([[1, 2, 3], [4, 5, 6]], "<i2")
    expected = [..., "ndarray", "<i2", [2, 3], rows.tobytes()]
    for same in (rows, numpy.asfortranarray(rows), rows.astype(">i2")):
        assert digest(same) == expected
    every_second = numpy.arange(6, dtype="|u1")[::2]
    for form in (digest, PlainForm()):
        assert form(every_second) == [..., "ndarray", "|u1", [3], bytes([0, 2, 4])]
        assert form(rows.T[:1].T) == [..., "ndarray", "<i2", [2, 1], bytes([1, 0, 4, 0])]
        assert form(rows[:1]) == [..., "ndarray", "<i2", [1, 3], rows[:1].tobytes()]


def test_the_digest_has_a_programs_own_class_by_its_attributes() -> None:
    """Its `encode` is needed for objects without attributes, and for those that must travel."""
    digest, exact = PlainForm(exact=False), PlainForm()
    assert digest(Gene(7)) == _object("Gene", None, value=7)
    assert digest(Gene(Gene(7))) == _object("Gene", None, value=_object("Gene", None, value=7))
    for form, value in ((exact, Gene(7)), (digest, Bare()), (digest, Gene(...)), (exact, ...)):
        with pytest.raises(InputError, match="register toolbox functions encode"):
            form(value)
    encoding = PlainForm(lambda gene: gene.value if isinstance(gene, Gene) else NotImplemented)
    assert encoding(Gene(7)) == [..., "own", 7]
    assert encoding(Gene(Fraction(1, 3))) == [..., "own", TAGGED]
    with pytest.raises(InputError, match="Bare"):
        encoding(Bare())
    seen: list[object] = []

    def hook(value: object) -> object:
        seen.append(value)
        return "own" if isinstance(value, Gene) else NotImplemented

    unknown = Gene(...)
    assert PlainForm(hook, exact=False)(unknown) == [..., "own", "own"]
    assert seen == [..., unknown]


def test_an_object_of_a_local_class_travels_by_the_hook() -> None:
    class Local(float):
        pass

    with pytest.raises(InputError, match="top level"):
        PlainForm()(Local(1.0))
    assert PlainForm(lambda value: [float(value)])(Local(1.0)) == [..., "own", [1.0]]


def test_what_has_no_form_is_refused() -> None:
    form = PlainForm()
    wide = numpy.dtype({"names": ["a"], "formats": ["<i4"], "offsets": [4], "itemsize": 8})
    for value, words in (
        (numpy.array([object()]), "dtype object"),
        (numpy.longdouble(1), "of dtype float"),
        (numpy.zeros(2, numpy.clongdouble), "use float64 or complex128"),
        (numpy.zeros(1, [("a", "f8"), ("b", [("c", numpy.longdouble, 3)])]), "not all defined"),
        (numpy.zeros(1, [("a", numpy.longdouble)])[0], "not all defined"),
        (numpy.zeros(1, wide), "without gaps"),
        (numpy.zeros(1, wide)[0], "without gaps"),
        (numpy.zeros(1, [("a", "O")])[0], "numpy.void"),
        (numpy.ma.masked_array([1.0]), "MaskedArray"),
        (numpy.zeros(1).view(numpy.recarray), "recarray"),
        (numpy.zeros(1).view(numpy.memmap), "memmap"),
        (OwnScalar(1.0), "OwnScalar"),
        (ZoneInfo.from_file(io.BytesIO(ZONE)), "ZoneInfo"),
    ):
        with pytest.raises(InputError, match=words):
            form([1, value])


def test_parts_in_parts_are_refused_from_some_depth_on() -> None:
    form, plain = PlainForm(), list[Any]([7])
    for _ in range(99):
        plain = [plain]
    assert form(plain) == plain
    assert form(plain) == plain  # the depth is counted for each value
    with pytest.raises(InputError, match="more than 100"):
        form([plain])
    assert form(plain) == plain


def test_native_values_are_their_own_form() -> None:
    for value in ([1, 2.5], (1, "text"), [], (), 7, "text"):
        for form in (PlainForm(), PlainForm(exact=False)):
            assert form(value) is value


def test_a_form_knows_that_it_has_met_a_set_with_an_order() -> None:
    form = PlainForm()
    assert form.sets is False
    for value in ([1, 2], {1}, frozenset({1}), set[int]()):
        form([value])
        assert form.sets is False
    form([{1, 2}])
    assert form.sets is True
    form([{1}])
    assert form.sets is True
    form = PlainForm()
    form(frozenset({1, 2}))
    assert form.sets is True


def test_elements_of_sets_are_in_the_order_of_their_bytes() -> None:
    fractions = {Fraction(place, 7) for place in range(1, 7)} | {9, "text", (1, Fraction(1, 3))}
    for kind in (set, frozenset):
        _, tag, items = PlainForm()(kind(fractions))
        assert tag == kind.__name__
        assert items == sorted(items, key=encode)
        assert len(items) == 9


def test_the_attributes_of_an_object() -> None:
    """Those of its `__dict__`, then those in slots that have a value."""
    one = Unset()
    one.there = 1
    one.other = 2
    assert state_of(one) == {"other": 2, "there": 1}
    assert state_of(Slots(7)) == {"held": 7}
    assert state_of(_with(Numbers(), a=1, b=2)) == {"a": 1, "b": 2}
    assert state_of(7) == {}


def test_the_class_that_holds_the_content() -> None:
    assert base_of(creator.PlainOrdered) is OrderedDict
    assert base_of(Counted) is Counter
    assert base_of(Plainly) is dict
    assert base_of(bool) is int
    assert base_of(Gene) is None


def test_the_attributes_that_creator_gives() -> None:
    assert dict(made_by_class(creator.PlainList)) == {"fitness": creator.PlainFitness}
    creator.create("PlainFast", creator.PlainList, speed=list, limit=3)
    assert dict(made_by_class(creator.PlainFast)) == {
        "fitness": creator.PlainFitness, "speed": list,
    }  # fmt: skip
    assert dict(made_by_class(Numbers)) == {}


@pytest.mark.parametrize(
    "value",
    [
        Numbers([1]), Ordered(b=1), Counted("aab"), Defaults(list, a=1), Plainly(a=1), Some({1}),
        Frozen({1}), Stack([1], 3), Raw(b"ab"), Data(b"ab"), Wave(1, -2), Whole(7), Typed("h", [1]),
        numpy.ones(2).view(Grid), kinds.Task(1, 2), kinds.Tagged([1], "t"),
    ],
)  # fmt: skip
def test_an_object_is_made_without_its_init(value: Any) -> None:
    """With its class, the content of its base, and attributes; a change of it is its own."""
    kind = type(value)
    (again,) = Rebuilder().value(PlainForm()([value]))
    assert kinds.shape(again) == kinds.shape(value)
    assert type(again) is kind
    assert again is not value
    point: Any = make_object(kinds.Point, None, {"x": 1.0, "y": 2})
    assert (point.x, point.y) == (1.0, 2)
