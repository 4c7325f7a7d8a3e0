"""Bare genomes: whatever an individual is made of comes back, and digests tell every bit."""

import array
import functools
import hashlib
import random
import struct
import subprocess
import sys
from typing import Any

import numpy
import pytest
from deap import base, creator, gp
from hypothesis import given
from hypothesis import strategies as st

from evosweep.errors import InputError
from evosweep.genomes.blocks import Block
from evosweep.genomes.digest import population_digest
from evosweep.genomes.encoding import encode
from evosweep.genomes.plain_form import plain
from evosweep.genomes.readable import readable
from evosweep.genomes.rebuild import Rebuilder, primitive_sets

for name, container, extra in [
    ("GenomeList", list, {}),
    ("GenomeArray", array.array, {"typecode": "d"}),
    ("GenomeNumpy", numpy.ndarray, {}),
    ("GenomeSet", set, {}),
    ("GenomeDict", dict, {}),
    ("GenomeTree", gp.PrimitiveTree, {}),
    ("GenomeWithSpeed", list, {"speed": list}),
]:
    if not hasattr(creator, "GenomeFitness"):
        creator.create("GenomeFitness", base.Fitness, weights=(1.0, -1.0))
    if not hasattr(creator, name):
        creator.create(name, container, fitness=creator.GenomeFitness, **extra)

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
    | st.builds(numpy.float64, st.floats()) | st.builds(numpy.int16, st.integers(-9, 9))
)  # fmt: skip
nested = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.tuples(inner, inner), max_leaves=8
)


def documented(value: Any) -> bytes:  # noqa: PLR0911
    """The encoding of plain forms as docs/digest.md has it, written from that page alone."""
    match value:
        case None:
            return b"N"
        case bool():
            return b"T" if value else b"F"
        case int() if -(2**31) <= value < 2**31:
            return b"i" + struct.pack("<i", value)
        case int():
            digits, rest = [], abs(value)
            while rest:
                digits.append(rest & 0x7FFF)
                rest >>= 15
            count = len(digits) if value > 0 else -len(digits)
            return b"l" + struct.pack("<i", count) + struct.pack(f"<{len(digits)}H", *digits)
        case float():
            return b"g" + struct.pack("<d", value)
        case str():
            data = value.encode("utf-8", "surrogatepass")
            return b"u" + struct.pack("<I", len(data)) + data
        case bytes():
            return b"s" + struct.pack("<I", len(value)) + value
        case list():
            return b"[" + struct.pack("<I", len(value)) + b"".join(map(documented, value))
        case tuple():
            return b"(" + struct.pack("<I", len(value)) + b"".join(map(documented, value))
        case _ if value is Ellipsis:
            return b"."
    raise AssertionError(type(value))


@given(st.lists(nested))
def test_the_encoding_is_the_documented_one(value: list[Any]) -> None:
    bare = plain(value)
    assert encode(bare) == documented(bare)


@given(st.lists(nested, max_size=5), st.lists(nested, max_size=5))
def test_the_fast_way_and_the_careful_way_encode_alike(one: Any, other: Any) -> None:
    block = Block.of([one, other])
    assert block.encoding == encode([plain(one), plain(other)])
    rebuilt = Rebuilder().block(block)
    assert Block.of(rebuilt).encoding == block.encoding


def _individuals() -> list[Any]:
    tree_set = gp.PrimitiveSet("MAIN", 2)
    tree_set.addPrimitive(max, 2)
    tree_set.addEphemeralConstant("genome_test_constant", functools.partial(random.random))
    tree_set.renameArguments(ARG0="x", ARG1="y")
    tree = creator.GenomeTree(gp.genFull(tree_set, 2, 3))
    return [
        (creator.GenomeList([1, 2.5, True, None]), None),
        (creator.GenomeList([[1, 2], (3, 4), {5}]), None),
        (creator.GenomeList([numpy.float64(1.5), numpy.int8(3)]), None),
        (creator.GenomeArray([1.0, -0.0, 1e300]), None),
        (creator.GenomeNumpy([1.0, 2.0]), None),
        (creator.GenomeNumpy([[1, 2], [3, 4]]), None),
        (creator.GenomeSet([3, 1, 2]), None),
        (creator.GenomeDict({"a": 1}), None),
        (tree, tree_set),
    ]


@pytest.mark.parametrize(("individual", "tree_set"), _individuals())
def test_an_individual_is_rebuilt_of_its_genome(individual: Any, tree_set: Any) -> None:
    toolbox = base.Toolbox()
    toolbox.register("compile", gp.compile, pset=tree_set)
    block = Block.of([individual])
    for sent in (block, block._replace(contents=None)):
        (again,) = Rebuilder(primitive_sets(toolbox)).block(sent)
        assert again is not individual
        assert type(again) is type(individual)
        assert not again.fitness.valid
        assert isinstance(again.fitness, creator.GenomeFitness)
        assert Block.of([again]).encoding == block.encoding
        assert str(again) == str(individual)


def test_attributes_of_the_creator_class_are_there() -> None:
    individual = creator.GenomeWithSpeed([1, 2])
    individual.speed += [0.5]
    (again,) = Rebuilder().block(Block.of([individual]))
    assert again.speed == [0.5]
    assert again.speed is not individual.speed


@pytest.mark.parametrize("individual", [pair[0] for pair in _individuals()[:8]])
def test_a_genome_is_written_back_in_place(individual: Any) -> None:
    import copy

    target = copy.deepcopy(individual)
    changed = copy.deepcopy(individual)
    if isinstance(target, set | dict):
        target.clear()
    else:
        target[:] = changed[::-1] if not isinstance(changed, numpy.ndarray) else changed * 2
    Rebuilder().write_back(target, plain(individual))
    assert encode(plain(target)) == encode(plain(individual))


def test_what_cannot_be_copied_bit_by_bit_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="threading"):
        plain([__import__("threading").Event()])
    with pytest.raises(InputError, match="dtype object"):
        plain(numpy.array([object()]))


def _population(genes: list[Any], values: tuple[float, ...] = (1.0, 2.0)) -> list[Any]:
    individual = creator.GenomeList(genes)
    individual.fitness.values = values
    return [individual]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_population([1]), _population([1.0])),
        (_population([1]), _population([True])),
        (_population([0.0]), _population([-0.0])),
        (_population([1.5]), _population([numpy.float64(1.5)])),
        (_population([1], (1.0, 2.0)), _population([1], (1.0, 2.0000000000000004))),
        (_population([1]) + _population([2]), _population([2]) + _population([1])),
        (_population([1]), []),
    ],
)
def test_the_digest_tells_every_bit_type_and_order(one: list[Any], other: list[Any]) -> None:
    assert population_digest(one) != population_digest(other)


def test_the_digest_is_the_documented_one() -> None:
    population = _population([1, 0]) + _population([0.5], (3.0, 4.0))
    material = documented([[1, 0], [0.5]]) + documented([[1.0, 2.0], [3.0, 4.0]])
    expected = hashlib.sha256(b"evosweep population 1\n" + material).hexdigest()
    assert population_digest(population) == expected


@pytest.mark.thorough
def test_the_digest_of_sets_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "from evosweep.genomes.encoding import encode; "
        "from evosweep.genomes.plain_form import plain; "
        "print(encode(plain([{'a', 'b', 'c', 'd'}])))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**__import__("os").environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "123456"
    }
    assert len(seen) == 1


def test_readable_is_json() -> None:
    import json

    for individual, _ in _individuals():
        json.dumps(readable(individual))
