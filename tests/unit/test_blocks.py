"""Blocks: the size is nobody's business, and what is taken for numbers is numbers."""

import hashlib
import math
import random
from decimal import Decimal
from typing import Any

import numpy
import pytest
from deap import base, creator
from hypothesis import example, given
from hypothesis import strategies as st

from evosweep.genomes import blocks
from evosweep.genomes.blocks import Block, Blocks
from evosweep.genomes.digest import Digest, digest_of_block, population_digest
from evosweep.genomes.encoded import encode_native
from evosweep.genomes.encoding import encode
from evosweep.genomes.plain_form import PlainForm, plain
from evosweep.genomes.rebuild import Rebuilder
from evosweep.genomes.single_list import SingleLists
from evosweep.genomes.value_kinds import NATIVE

if not hasattr(creator, "BlocksIndividual"):
    creator.create("BlocksFitness", base.Fitness, weights=(1.0,))
    creator.create("BlocksIndividual", list, fitness=creator.BlocksFitness)
    creator.create("BlocksParticle", list, fitness=creator.BlocksFitness, speed=list, best=None)
    creator.create("BlocksTuple", tuple, fitness=creator.BlocksFitness)
    creator.create("BlocksArray", numpy.ndarray, fitness=creator.BlocksFitness)

small = st.integers(-(2**31), 2**31 - 1)
number = small | st.floats() | st.booleans()
gene = number | st.integers() | st.none() | st.binary() | st.text() | st.lists(small, max_size=3)
alike = st.sampled_from([small, st.floats(), st.booleans(), st.integers(), number, gene])


@st.composite
def populations(draw: st.DrawFn) -> list[Any]:
    genes = draw(alike)
    size = draw(st.none() | st.integers(0, 6))
    lengths = {"max_size": 6} if size is None else {"min_size": size, "max_size": size}
    return draw(st.lists(st.lists(genes, **lengths), min_size=1, max_size=9))


@given(populations())
@example([[1], 5, [[2]]])
@example([[1, 2], [[3], 4], [5]])
@example([[1.0], [b"g" * 4]])
@example([[105], ["iiii"], [1]])
@example([[0x69 << 8, 2**40], [1, 2]])
@example([[True, False], [b""]])
@example([[numpy.int32(1)], [2]])
@example([[1.5], [numpy.float64(2.5)]])
@example([[]])
def test_only_lists_of_what_cannot_change_are_shared(genomes: list[Any]) -> None:
    block = Block.of(genomes)
    assert block.encoding == encode([plain(one) for one in genomes])
    if block.contents is not None:
        assert all(type(gene) is not list for one in block.contents for gene in one)
        assert [list(map(type, one)) for one in block.contents] == [
            list(map(type, one)) for one in genomes
        ]


@given(populations())
@example([[(1, 2.5), ("a", None)], [((1,),)]])
@example([[(1, Decimal(2))], [frozenset({1, 2})]])
@example([[[1, {2: (3,)}]], [numpy.float64(2.5)]])
def test_tuples_have_the_bytes_of_their_plain_form_and_come_back(genomes: list[Any]) -> None:
    individuals = list(map(creator.BlocksTuple, genomes))
    block = Block.of(individuals)
    assert block.encoding == encode([plain(one) for one in individuals])
    again = Rebuilder().block(block)
    assert [type(one) for one in again] == [creator.BlocksTuple] * len(genomes)
    assert encode([plain(one) for one in again]) == block.encoding
    assert repr(again) == repr(individuals)


@pytest.mark.parametrize(
    "genomes",
    [[[1, 2, -3]] * 9, [[1], [2, 3], []], [[1.0, -0.0], [float("nan"), 1e300]], [[True], [False]]],
)
def test_numbers_are_recognised(genomes: list[Any]) -> None:
    block = Block.of(genomes)
    assert block.contents == genomes or any(map(math.isnan, block.contents[-1]))
    assert block.layout == "native"
    assert block.encoding == encode(genomes)


@given(st.one_of(*[st.lists(kind, max_size=7) for kind in (small, st.floats(), number, gene)]))
@example([1.5, b"g" * 4])
@example([5, [2]])
@example([1, "iiii", 2**40])
@example([b"iiii"])
@example([0.5, numpy.float64(1.5)])
@example([numpy.float64(1.5)] * 9)
@example([numpy.int64(0x69), 1])
@example([...])
@example([1j, 0.0])
def test_one_genome_is_native_or_not_encoded(genes: list[Any]) -> None:
    encoding = encode_native(genes)
    if NATIVE.issuperset(map(type, genes)):
        assert encoding == Block.of([genes]).encoding
        assert digest_of_block(encoding) == blocks.digest([genes], [0])
    else:
        assert encoding is None


@given(populations(), st.integers(1, 5))
def test_the_digest_is_that_of_one_list(genomes: list[Any], size: int) -> None:
    individuals = [creator.BlocksIndividual(one) for one in genomes]
    found = Digest(len(individuals))
    for block in Blocks(individuals, range(len(individuals)), size):
        found.add(block.encoding)
    whole = encode([plain(one) for one in genomes])
    assert found.value() == hashlib.sha256(whole).digest()[:16]
    assert blocks.digest(individuals, range(len(individuals))) == found.value()


@given(st.lists(st.lists(gene, max_size=4), min_size=1, max_size=140))
def test_a_population_has_the_documented_digest(genomes: list[Any]) -> None:
    individuals = [creator.BlocksIndividual(one) for one in genomes]
    for individual in individuals:
        individual.fitness.values = (random.random(),)
    bare = [plain(one) for one in genomes]
    fitnesses = [[individual.fitness.values[0]] for individual in individuals]
    text = b"evosweep population 1\n" + encode(bare) + encode(fitnesses)
    assert population_digest(individuals) == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize("shape", [(3,), (2, 2), (), (0,), (2, 0)])
@pytest.mark.parametrize(
    "dtype", ["<f8", ">f8", "<f4", "<i2", "|u1", "|b1", "<c16", "<U3", "<M8[s]"]
)
def test_arrays_have_the_bytes_of_their_plain_form_and_come_back(
    dtype: str, shape: tuple[int, ...]
) -> None:
    individuals = [
        numpy.full(shape, number).astype(dtype).view(creator.BlocksArray) for number in range(5)
    ]
    for form in (PlainForm(), PlainForm(exact=False)):
        block = Block.of(individuals, form)
        assert block.encoding == encode([form.genome(one) for one in individuals])
    block = Block.of(individuals)
    for again, one in zip(Rebuilder().block(block), individuals, strict=True):
        assert type(again) is creator.BlocksArray
        assert (again.dtype.str, again.shape) == (dtype, shape)
        assert again.tobytes() == one.tobytes()
        assert not again.fitness.valid
        assert again.flags.writeable
        again[...] = 1
    assert encode([plain(one) for one in individuals]) == block.encoding
    alike = dtype[1] in "biufc" and dtype[0] != ">" and shape != () and 0 not in shape
    assert (block.layout == "arrays") == alike


@pytest.mark.parametrize(
    "other",
    [
        numpy.ones((2, 2)).T[:1], numpy.ones(4)[::2], numpy.ones(3), numpy.ones(2, "f4"),
        numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)),
    ],
)  # fmt: skip
def test_arrays_that_are_not_alike_go_one_by_one(other: Any) -> None:
    individuals = [numpy.ones(2).view(creator.BlocksArray), other.view(creator.BlocksArray)]
    for mixed in (individuals, individuals[::-1]):
        block = Block.of(mixed)
        assert block.layout == "tagged"
        assert block.encoding == encode([plain(one) for one in mixed])
        for again, one in zip(Rebuilder().block(block), mixed, strict=True):
            assert encode(plain(again)) == encode(plain(one))


def test_an_array_that_an_evaluation_changes_is_seen() -> None:
    individuals = [numpy.arange(3.0).view(creator.BlocksArray) for _ in range(3)]
    block = Block.of(individuals)
    again: Any = Rebuilder().block(block)
    assert not blocks.is_changed(block, again, PlainForm())
    again[1][2] = -0.0
    assert blocks.is_changed(block, again, PlainForm())
    assert individuals[1].tolist() == again[0].tolist() == [0.0, 1.0, 2.0]


def test_a_block_shares_nothing_that_an_evaluation_could_change() -> None:
    for genomes in ([[1, 2], [3, 4]], [[1, 2], [[3], 4]], [[[1]], [[2]]]):
        individuals = [creator.BlocksIndividual(one) for one in genomes]
        block = Block.of(individuals)
        for again in Rebuilder().block(block):
            for item in [again, *again]:
                if isinstance(item, list):
                    item.append(99)
        assert [list(individual) for individual in individuals] == genomes
        assert encode(genomes) == block.encoding


def test_a_block_travels_as_its_encoding() -> None:
    individuals = [creator.BlocksIndividual([number]) for number in range(200)]
    sent = Blocks(individuals, range(10, 150), 64).to_send()
    assert [block.size for block in sent] == [64, 64, 12]
    assert all(block.contents is None for block in sent)


def test_blocks_have_the_form_and_the_declared_attributes_of_their_problem() -> None:
    class Gene:
        """Only the toolbox's `encode` can convert it."""

    form = PlainForm(lambda _: "gene")
    individuals: Any = [creator.BlocksIndividual([Gene(), place]) for place in range(3)]
    for individual in individuals:
        individual.mate = creator.BlocksIndividual([7])
    declared = frozenset({"mate"})
    whole = encode([[[..., "own", "gene"], place] for place in range(3)])
    for block in (
        *Blocks(individuals, range(3), 9, form, declared),
        Block.of(individuals, form, declared),
    ):
        assert block.encoding == whole
        assert all("mate" in state for state in block.companions.states or [{}])
    assert blocks.digest(individuals, range(3), form) == hashlib.sha256(whole).digest()[:16]


@given(
    st.lists(gene, max_size=6),
    st.dictionaries(
        st.sampled_from(["a", "b", "speed", "best"]),
        st.one_of(gene, st.lists(gene, max_size=3), st.tuples(gene), st.lists(st.lists(gene))),
    ),
    st.sampled_from(["", "evaluated", "cleared", "with more", "unevaluated with more"]),
    st.sampled_from(["BlocksIndividual", "BlocksParticle"]),
    st.sampled_from([frozenset[str](), frozenset(["a"])]),
)
def test_a_single_list_is_copied_as_a_block_of_one(
    genes: list[Any], attributes: dict[str, Any], fitness: str, kind: str, declared: frozenset[str]
) -> None:
    individual = getattr(creator, kind)(genes)
    vars(individual).update(attributes)
    if fitness in ("evaluated", "cleared", "with more"):
        individual.fitness.values = (1.5,)
    if fitness == "cleared":
        del individual.fitness.values
    if "with more" in fitness:
        individual.fitness.crowding_dist = 2.0
    form, rebuild = PlainForm(), Rebuilder()
    copier = SingleLists(form, rebuild, declared)
    copier.copy(getattr(creator, kind)([1]))  # how others are copied does not matter
    single = copier.copy(individual)
    block = Block.of([individual], form, declared)
    if single is None:
        assert not {int, float, bool, str, bytes, type(None)}.issuperset(map(type, genes))
        return
    (other,) = rebuild.block(block)
    assert single.encoding == block.encoding
    assert type(single.given) is type(other)
    assert repr(single.given) == repr(other)
    assert repr({**vars(single.given), "fitness": 0}) == repr({**vars(other), "fitness": 0})
    assert single.given.fitness.wvalues == other.fitness.wvalues
    assert vars(single.given.fitness).get("crowding_dist") == vars(other.fitness).get(
        "crowding_dist"
    )
    lists = [value for value in vars(single.given).values() if isinstance(value, list)]
    assert not any(mine is value for mine in lists for value in vars(individual).values())
    assert not single.is_changed
    single.given[:] = [*genes, 1.0]
    assert single.is_changed
    single.given[:] = genes
    assert not single.is_changed
