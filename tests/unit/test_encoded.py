"""What is known of genomes once they are encoded: their layout, and whether copies may stand in."""

import marshal
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy
import pytest
from deap import base, creator, gp
from hypothesis import given
from hypothesis import strategies as st

from evosweep.errors import InputError
from evosweep.fast import core
from evosweep.genomes import array_rows
from evosweep.genomes.blocks import Block, is_changed
from evosweep.genomes.encoded import _is_of_numbers, encode_genomes, encode_native
from evosweep.genomes.encoding import encode
from evosweep.genomes.plain_form import PlainForm
from evosweep.genomes.rebuild import Rebuilder

pytestmark = pytest.mark.usefixtures("_both_cores")

creator.create("EncodedFitness", base.Fitness, weights=(1.0,))
creator.create("EncodedList", list, fitness=creator.EncodedFitness)
creator.create("EncodedTuple", tuple, fitness=creator.EncodedFitness)
creator.create("EncodedSet", set, fitness=creator.EncodedFitness)
creator.create("EncodedArray", numpy.ndarray, fitness=creator.EncodedFitness)


class Pair(NamedTuple):
    """A tuple of a class of its own."""

    left: int
    right: int


def _tree() -> Any:
    pset = gp.PrimitiveSet("ENCODED", 1)
    pset.addPrimitive(max, 2)
    return gp.PrimitiveTree.from_string("max(ARG0, ARG0)", pset)


Rows = list[list[Any]]
LISTS: list[tuple[Rows, str, bool]] = [
    ([[1, 2], [3]], "native", True),
    ([[], []], "native", True),
    ([[0.5] * 3] * 2, "native", True),
    ([[0.5] * 40] * 5, "native", True),
    ([[0.5] * 40] * 4 + [[0.5] * 39 + [1]], "native", True),
    ([[True, False] * 200] * 3, "native", True),
    ([[2**40, -1], ["text", None]], "native", True),
    ([["ii[ii", "[gggg"], [b"T" * 9]], "native", True),
    ([[(1, 2.5)], [(3,)]], "native", True),
    ([[[1], [2]], [[3]]], "native", False),
    ([[{1: [2]}], [3]], "native", False),
    ([[numpy.float64(0.5)] * 3] * 2, "scalars", True),
    ([[numpy.float64(0.5)]], "scalars", True),
    ([[numpy.int64(2**53 + 1), numpy.int64(-1)]] * 2, "scalars", True),
    ([[numpy.int8(3)], [numpy.int8(-4)]], "scalars", True),
    ([[numpy.bool_(True)] * 3] * 2, "scalars", True),
    ([[numpy.complex64(1 - 2j)] * 2], "scalars", True),
    ([[numpy.float64(0.5), 0.5]], "tagged", True),
    ([[0.5, numpy.float64(0.5)]], "tagged", True),
    ([[numpy.float64(0.5)] * 3, [numpy.float64(0.5)] * 2], "tagged", True),
    ([[Fraction(1, 3), Decimal("0.1")]], "tagged", True),
    ([[(Fraction(1, 3), 2)]], "tagged", True),
    ([[Pair(1, 2)]], "tagged", True),
    ([[{1, 2}]], "native", False),
    ([[numpy.array([1.0])]], "tagged", False),
    ([[[Fraction(1, 3)]]], "tagged", False),
]


@pytest.mark.parametrize("kind", [list, creator.EncodedList])
@pytest.mark.parametrize(("genomes", "layout", "shared"), LISTS)
def test_lists(genomes: Rows, layout: str, shared: bool, kind: Callable[[Any], Any]) -> None:
    individuals = [kind(genome) for genome in genomes]
    encoded = encode_genomes(individuals, PlainForm())
    assert encoded.encoding == encode([PlainForm().genome(each) for each in individuals])
    if layout == "native" and {type(gene) for row in genomes for gene in row} == {set}:
        assert encoded.layout == "tagged"
    else:
        assert encoded.layout == layout
    assert (encoded.contents is not None) == shared
    for copy, individual in zip(encoded.contents or (), individuals, strict=False):
        assert type(copy) is list
        assert copy == individual
        assert copy is not individual
        assert list(map(id, copy)) == list(map(id, individual))


OTHERS: list[tuple[list[Any], str, bool]] = [
    ([creator.EncodedTuple([1, (2.5, "a")]), creator.EncodedTuple()], "native", False),
    ([(1, 2), (3, 4)], "native", False),
    ([("a.b", 1)], "native", False),
    ([creator.EncodedTuple(["a.b"])], "native", False),
    ([creator.EncodedSet({"a.b"})], "tagged", False),
    ([creator.EncodedTuple([Fraction(1, 3)])], "tagged", False),
    ([(1, numpy.float64(2.0))], "tagged", False),
    ([creator.EncodedArray((2,)), creator.EncodedArray((2,))], "arrays", False),
    ([numpy.zeros((2, 3)), numpy.ones((2, 3))], "arrays", False),
    ([numpy.zeros(2), numpy.zeros(3)], "tagged", False),
    ([numpy.zeros(2), numpy.zeros(2, dtype="i4")], "tagged", False),
    ([numpy.zeros((2, 2)).T[:1].T], "tagged", False),
    ([creator.EncodedSet({1, 2})], "native", False),
    ([creator.EncodedSet({Fraction(1, 2)})], "tagged", False),
    ([_tree(), _tree()], "tagged", True),
    ([[1], (1,)], "native", False),
    ([[1], creator.EncodedList([1])], "native", False),
    ([], "native", False),
]


@pytest.mark.parametrize(("individuals", "layout", "shared"), OTHERS)
def test_other_genomes(individuals: list[Any], layout: str, shared: bool) -> None:
    for each in individuals:
        if isinstance(each, numpy.ndarray):
            each[...] = 7
    form = PlainForm()
    encoded = encode_genomes(individuals, form)
    assert encoded.encoding == encode([form.genome(each) for each in individuals])
    assert encoded.layout == layout
    assert (encoded.contents is not None) == shared
    if encoded.contents:
        assert encoded.contents == [list(each) for each in individuals]


def test_a_named_tuple_is_read_by_its_form() -> None:
    """Its own class is none of `creator`; companions name it."""
    for exact in (True, False):
        form = PlainForm(exact=exact)
        encoded = encode_genomes([Pair(1, 2)], form)
        assert encoded.encoding == encode([form.genome(Pair(1, 2))])


@pytest.mark.parametrize(("genomes", "layout", "shared"), LISTS)
def test_what_arrives_elsewhere_is_what_was_sent(genomes: Rows, layout: str, shared: bool) -> None:
    """With or without the copies, the individuals are new and equal, and a change is noticed."""
    individuals = [creator.EncodedList(genome) for genome in genomes]
    block = Block.of(individuals)
    assert block.size == len(genomes)
    for sent in (block, block._replace(contents=None)):
        again = Rebuilder().block(sent)
        assert Block.of(again).encoding == block.encoding, (layout, shared)
        assert [type(each) for each in again] == [creator.EncodedList] * len(genomes)
        assert not is_changed(sent, again, PlainForm())
        if genomes[-1]:
            again[-1][-1] = "other"
            assert is_changed(sent, again, PlainForm())


@pytest.mark.parametrize(
    "genes",
    [
        [], [1], [1, 2, -3], [0.5], [0.5, 1.5, -0.0], [1, 0.5], [0.5, 1], [True, None, "text"],
        [2**40], ["gggggggg"], [b"iiii"], [1j],
    ],
)  # fmt: skip
def test_one_genome_of_native_values_is_encoded_as_it_is(genes: list[Any]) -> None:
    assert encode_native(genes) == encode([genes])


@pytest.mark.parametrize(
    "genes",
    [
        [[1]], [0.5, (1,)], [1, [2]], [{}], [Fraction(1, 3)], [numpy.float64(0.5)], [True, ...],
        [[True] * 4], [[]],
    ],
)  # fmt: skip
def test_one_genome_of_other_values_is_left_to_other_ways(genes: list[Any]) -> None:
    assert encode_native(genes) is None


@pytest.mark.parametrize(
    ("genomes", "are"),
    [
        ([[1, 2], [3]], True),
        ([[], []], True),
        ([[0.5] * 40] * 5, True),
        ([[True, False] * 200] * 3, True),
        ([[0.5] * 110], False),  # of a thousand bytes, too few for a table
        ([[0.5] * 111], True),
        ([[0.5]] * 200, True),
        ([[True]] * 200, True),
        ([[], [0.5] * 111], False),
        ([[], [True] * 999], False),
        ([[]] * 9 + [[True] * 1999], False),
        ([[0.5] * 40] * 2 + [[0.5] * 39 + ["abcdef"]], False),
        ([[0.5] * 39 + ["abcdef"]] * 3, False),
        ([[True] * 400 + ["T"]] * 3, False),
        ([[True] * 991], True),
        ([[0.5] * 3] * 2, False),
        ([[0.5] * 40] * 4 + [[0.5] * 39], False),
        ([[0.5] * 40] * 4 + [[0.5] * 39 + [1]], False),
        ([[0.5] * 40] * 4 + [[0.5] * 39 + [1] + [True] * 4], False),
        ([[[1], [2]] * 150] * 3, False),
        ([[[True] * 4] * 40] * 5, False),  # nine bytes each, as a float
        ([[0.5, [True] * 4] * 40] * 5, False),
        ([["abcd"] * 40] * 5, False),
        ([["abcde"] * 40] * 5, False),
        ([[0.5, "abcdefgh", 1] * 20] * 5, False),
        ([[True, None] * 200] * 3, False),
        ([[None] * 400] * 3, False),
        ([[1, 2, "i"]], False),
    ],
)
def test_genomes_of_numbers_are_told_by_their_encoding(genomes: Rows, are: bool) -> None:
    assert _is_of_numbers(encode(genomes), genomes) is are
    encoded = encode_genomes(genomes, PlainForm())
    assert encoded.layout == "native"
    nested = any(isinstance(gene, list) for row in genomes for gene in row)
    assert (encoded.contents is None) == nested


def test_an_array_that_is_read_in_its_own_way_is_encoded_by_its_form() -> None:
    class Own(numpy.ndarray):
        def tobytes(self, *_: Any) -> bytes:  # type: ignore[override]
            return b"other"

    arrays = [numpy.zeros(3).view(Own), numpy.ones(3).view(Own)]
    encoded = encode_genomes(arrays, PlainForm())
    assert encoded.encoding == encode([PlainForm().genome(each) for each in arrays])
    assert encoded.layout == "tagged"


def test_arrays_whose_bytes_are_not_all_defined_are_refused() -> None:
    """Of a `longdouble` of x86-64, six bytes are whatever was in memory before."""
    with pytest.raises(InputError, match="not all defined"):
        encode_genomes([numpy.ones(3, numpy.longdouble)] * 2, PlainForm())


def test_numbers_are_told_by_their_encoding_without_a_look_at_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("evosweep.genomes.encoded.NATIVE", frozenset())
    for genes in ([], [1], [1, -2, 2**31 - 1], [0.5], [0.5] * 7):
        assert encode_native(genes) == encode([genes])
    for genes in (["text"], [True], [1, 0.5], [2**31]):
        assert encode_native(genes) is None


class OwnArray(numpy.ndarray):
    """An array of a program's own class."""


def _array_class(name: str, parent: type = numpy.ndarray, **attributes: Any) -> Any:
    vars(creator).pop(f"EncodedArray{name}", None)  # of the test's other round
    creator.create(f"EncodedArray{name}", parent, fitness=creator.EncodedFitness, **attributes)
    return getattr(creator, f"EncodedArray{name}")


def test_arrays_are_usual_unless_their_class_reads_them_in_its_own_way() -> None:
    assert array_rows.is_usual(numpy.ndarray)
    assert array_rows.is_usual(_array_class("Usual", speed=list, limit=3))
    assert not array_rows.is_usual(OwnArray)
    assert not array_rows.is_usual(_array_class("OfOwn", OwnArray))
    assert not array_rows.is_usual(type("OfUsual", (creator.class_replacers[numpy.ndarray],), {}))
    assert not array_rows.is_usual(creator.EncodedList)
    for name in ("dtype", "shape", "flags", "nbytes", "tobytes", "view", "__getattribute__"):
        assert not array_rows.is_usual(_array_class(f"With_{name}", **{name: None}))


numbers = st.one_of(
    st.integers(0, 1), st.booleans(), st.floats(), st.sampled_from([2**31 - 1, -(2**31)])
)
others = st.sampled_from([2**31, -(2**31) - 1, 2**70, None, "i", 1j, numpy.float64(0.5)])


@given(lists=st.lists(st.lists(numbers, max_size=9), max_size=9))
def test_numbers_are_encoded_as_marshal_does(lists: Rows) -> None:
    expected = None if core.core is None else marshal.dumps(lists, 2)
    assert core.encoded_lists(lists) == expected


@given(lists=st.lists(st.lists(numbers), min_size=1), other=others, data=st.data())
def test_lists_with_anything_else_are_left_alone(lists: Rows, other: Any, data: Any) -> None:
    chosen = data.draw(st.sampled_from(lists))
    chosen.insert(data.draw(st.integers(0, len(chosen))), other)
    assert core.encoded_lists(lists) is None
