"""Every gene comes back as exactly what it was, whatever it is and wherever it lies."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from deap import base, creator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evosweep.errors import InputError
from evosweep.genomes.blocks import Block, Blocks, is_changed
from evosweep.genomes.encoding import decode_list, encode
from evosweep.genomes.plain_form import PlainForm
from evosweep.genomes.readable import readable
from evosweep.genomes.rebuild import Rebuilder

sys.path.insert(0, str(Path(__file__).parent))
import exact_kinds as kinds

slow = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


@slow
@given(kinds.values)
def test_a_value_comes_back_as_what_it_was(value: Any) -> None:
    encoding = encode([PlainForm()(value)])
    (again,) = map(Rebuilder().value, decode_list(encoding))
    assert kinds.shape(again) == kinds.shape(value)
    assert encode([PlainForm()(again)]) == encoding


@pytest.mark.thorough
@slow
@given(st.lists(kinds.genomes, min_size=1, max_size=4))
def test_individuals_come_back_here_and_from_afar(genomes: list[Any]) -> None:
    individuals = [creator.ExactIndividual(genes) for genes in genomes]
    block = Block.of(individuals)
    for sent in (block, block._replace(contents=None)):
        again = Rebuilder().block(sent)
        assert list(map(kinds.shape, again)) == list(map(kinds.shape, individuals))
        assert not is_changed(sent, again, PlainForm())
        assert all(
            new is not old and new.fitness is not old.fitness
            for new, old in zip(again, individuals, strict=True)
        )


@slow
@given(kinds.values, kinds.values)
def test_what_differs_has_another_encoding(one: Any, other: Any) -> None:
    alike = encode(PlainForm()(one)) == encode(PlainForm()(other))
    assert alike == (kinds.shape(one) == kinds.shape(other))


@pytest.mark.thorough
@slow
@given(st.lists(kinds.genomes, min_size=1, max_size=3))
def test_what_a_person_reads_is_json(genomes: list[Any]) -> None:
    import json

    assert json.loads(json.dumps(readable(genomes))) is not None


@pytest.mark.thorough
def test_another_process_with_another_hash_seed_rebuilds_the_same() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import exact_kinds as k\n"
        "from evosweep.genomes.plain_form import PlainForm\n"
        "from evosweep.genomes.rebuild import Rebuilder\n"
        "from evosweep.genomes.encoding import decode_list, encode\n"
        "data = sys.stdin.buffer.read()\n"
        "again = Rebuilder().value(decode_list(data))\n"
        "sys.stdout.buffer.write(encode(PlainForm()(again)))\n"
    )
    genes: list[Any] = []

    @settings(deadline=None, max_examples=60, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(kinds.values)
    def collect(value: Any) -> None:
        genes.append(value)

    collect()
    encoding = encode(PlainForm()(genes))
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(Path(__file__).parent)],
            input=encoding,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        assert done.stdout == encoding


class Opaque:
    """A class that evosweep does not know."""

    def __init__(self, weights: list[float]) -> None:
        self.weights = weights


def _cyclic() -> list[Any]:
    cycle: list[Any] = [1]
    cycle.append(cycle)
    return cycle


def _local() -> Any:
    class Local(float):
        pass

    return Local(1.0)


@pytest.mark.parametrize(
    ("gene", "words"),
    [
        (Opaque([1.0]), "Opaque"),
        (lambda x: x, "lambda"),
        (..., "ellipsis"),
        (_cyclic(), "holds itself"),
        (_local(), "top level"),
        (memoryview(b"x"), "memoryview"),
        ((1, [{"a": Opaque([])}]), "Opaque"),
    ],
)
def test_everything_else_is_refused_in_one_line(gene: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as refusal:
        Block.of([creator.ExactIndividual([1, gene])])
    assert "\n" not in str(refusal.value)


def test_a_class_of_the_programs_own_travels_by_its_hooks() -> None:
    form = PlainForm(lambda thing: {"weights": thing.weights})
    rebuilder = Rebuilder(decode=lambda plain: Opaque(plain["weights"]))
    individual = creator.ExactIndividual([1, Opaque([0.5, 2.0])])
    (again,) = rebuilder.block(Block.of([individual], form))
    assert type(again[1]) is Opaque
    assert again[1].weights == [0.5, 2.0]
    assert again[1] is not individual[1]
    assert not is_changed(Block.of([individual], form), [again], form)
    again[1].weights.append(1.0)
    assert is_changed(Block.of([individual], form), [again], form)


def test_an_individual_may_be_of_the_programs_own_class() -> None:
    if not hasattr(creator, "ExactOpaque"):
        creator.create("ExactOpaque", Opaque, fitness=creator.ExactFitness)
    form = PlainForm(lambda thing: thing.weights)
    rebuilder = Rebuilder(decode=creator.ExactOpaque)
    (again,) = rebuilder.block(Block.of([creator.ExactOpaque([1.5])], form))
    assert type(again) is creator.ExactOpaque
    assert again.weights == [1.5]
    assert isinstance(again.fitness, base.Fitness)


def test_attributes_travel_and_what_cannot_stays_behind() -> None:
    individual = creator.ExactIndividual([1])
    individual.age, individual.path, individual.tool = 3, [1, 2], Opaque([])
    individual.mate = creator.ExactIndividual([7])
    (again,) = Rebuilder().block(Block.of([individual]))
    assert (again.age, again.path) == (3, [1, 2])
    assert not hasattr(again, "tool")
    assert not hasattr(again, "mate")
    (again,) = Rebuilder().block(Block.of([individual], declared=frozenset({"mate"})))
    assert again.mate == [7]
    assert again.mate is not individual.mate
    with pytest.raises(InputError, match="Opaque"):
        Block.of([individual], declared=frozenset({"tool"}))


def test_an_old_fitness_travels() -> None:
    individual = creator.ExactIndividual([1])
    individual.fitness.values = (2.5,)
    (again,) = Rebuilder().block(Block.of([individual]))
    assert again.fitness.values == (2.5,)
    assert again.fitness is not individual.fitness


def test_each_individual_keeps_its_own_class() -> None:
    individuals = [creator.ExactIndividual([1]), creator.ExactBranch([2]), [3], (4,)]
    again = Rebuilder().block(Block.of(individuals))
    assert list(map(type, again)) == list(map(type, individuals))


def test_names_from_a_disk_lead_nowhere_new() -> None:
    from evosweep.genomes import class_names

    rebuilder = Rebuilder(look_up=class_names.seen_here)
    with pytest.raises(InputError, match=r"os\.system"):
        rebuilder.value([..., "name", "os:system"])
    assert rebuilder.value(PlainForm()(len)) is len


def test_blocks_are_made_anew_by_each_iteration() -> None:
    individuals = [creator.ExactIndividual([number]) for number in range(130)]
    blocks = Blocks(individuals, range(130), 64)
    assert [block.size for block in blocks] == [block.size for block in blocks] == [64, 64, 2]
