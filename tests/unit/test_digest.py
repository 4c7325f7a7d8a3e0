"""The population's digest is the documented one, however its fitnesses and genes are kept."""

import hashlib
import marshal
from collections.abc import Sequence
from typing import Any

import numpy
import pytest
from deap import base, creator

from evosweep.genomes.digest import Digest, population_digest, same_genome
from evosweep.genomes.encoding import encode
from evosweep.genomes.plain_form import PlainForm

pytestmark = pytest.mark.usefixtures("_both_cores")

BLOCK = 4096  # individuals, as docs/digest.md has it

creator.create("DigestOne", base.Fitness, weights=(1.0,))
creator.create("DigestTwo", base.Fitness, weights=(-2.5, 0.1))
creator.create("DigestInts", base.Fitness, weights=(-1, 3))
creator.create("DigestNumPy", base.Fitness, weights=(numpy.float64(-0.3), numpy.float32(0.1)))
creator.create("Digested", list, fitness=creator.DigestOne)


def _individual(fitness: type, genes: list[Any], values: Sequence[float] = ()) -> Any:
    individual = creator.Digested(genes)
    individual.fitness = fitness()
    if values:
        individual.fitness.values = values
    return individual


def _documented(population: Sequence[Any]) -> str:
    """The digest by the words of docs/digest.md, with nothing of evosweep in it."""
    sha = hashlib.sha256(b"evosweep population 1\n")
    for start in range(0, len(population), BLOCK):
        block = population[start : start + BLOCK]
        sha.update(marshal.dumps([list(individual) for individual in block], 2))
        rows = [list(map(float, individual.fitness.values)) for individual in block]
        sha.update(marshal.dumps(rows, 2))
    return sha.hexdigest()


@pytest.mark.parametrize("fitness", ["DigestTwo", "DigestInts", "DigestNumPy"])
@pytest.mark.parametrize("values", [(1.0, 0.7), (3, 7), (numpy.float64(0.1), numpy.int64(3))])
def test_values_are_those_that_deap_gives(fitness: str, values: tuple[float, ...]) -> None:
    kind = getattr(creator, fitness)
    population = [_individual(kind, [place, 0.5], values) for place in range(3)]
    assert population_digest(population) == _documented(population)


def test_individuals_without_a_fitness_have_no_values() -> None:
    one, two = creator.DigestOne, creator.DigestTwo
    for population in (
        [_individual(two, [1]), _individual(two, [2])],
        [_individual(two, [1], (1.0, 2.0)), _individual(two, [2])],
        [_individual(two, [1]), _individual(two, [2], (1.0, 2.0))],
        [_individual(one, [1], (1.0,)), _individual(two, [2], (1.0, 2.0))],
    ):
        assert population_digest(population) == _documented(population)


def test_fitnesses_of_other_weights_keep_their_own() -> None:
    """They are as many, and the same weighted values are other values."""
    population = [
        _individual(creator.DigestTwo, [1], (1.0, 2.0)),
        _individual(creator.DigestInts, [2], (1.0, 2.0)),
    ]
    for each in (population, population[::-1]):
        assert population_digest(each) == _documented(each)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 129, BLOCK, BLOCK + 65])
def test_a_population_is_digested_in_blocks(count: int) -> None:
    kind = creator.DigestOne
    population = [_individual(kind, [place % 7, 1.5], (float(place),)) for place in range(count)]
    assert population_digest(iter(population)) == _documented(population)


def test_genes_of_a_programs_own_class_are_digested_in_its_form() -> None:
    class Gene:
        def __init__(self, value: int) -> None:
            self.value = value

    population = [_individual(creator.DigestOne, [Gene(7)], (1.0,))]
    form = PlainForm(lambda gene: gene.value if isinstance(gene, Gene) else gene, exact=False)
    sha = hashlib.sha256(b"evosweep population 1\n")
    sha.update(encode([form.genome(population[0])]) + encode([[1.0]]))
    assert population_digest(population, form) == sha.hexdigest()


def test_a_chunk_is_digested_block_by_block() -> None:
    genomes = [[1, 2], [3.5], ["text"]]
    digest = Digest(3)
    digest.add(encode(genomes[:2]))
    digest.add(encode(genomes[2:]))
    assert digest.value() == hashlib.sha256(marshal.dumps(genomes, 2)).digest()[:16]
    other = Digest(2)
    other.add(encode(genomes[:2]))
    assert other.value() != digest.value()


def test_genomes_are_the_same_by_their_own_comparison_or_bit_by_bit() -> None:
    assert same_genome([1, 2], [1, 2]) is True
    assert same_genome([1, 2], [1, 3]) is False
    assert same_genome([1], [1.0]) is True  # as the hall of fame sees it
    arrays = [numpy.array([1.0, 2.0]), numpy.array([1.0, 2.0]), numpy.array([1.0, 2.5])]
    assert same_genome(arrays[0], arrays[1]) is True
    assert same_genome(arrays[0], arrays[2]) is False
    assert same_genome([arrays[0]], [arrays[1]]) is True
    assert same_genome([arrays[0]], [arrays[2]]) is False
    table = numpy.array([[1.0, 2.0], [3.0, 4.0]])
    assert same_genome([table], [numpy.asfortranarray(table)]) is True
    assert same_genome([table], [table.astype(">f8")]) is True
    assert same_genome([table], [table.T]) is False


def test_the_memory_of_an_array_is_no_part_of_the_digest() -> None:
    """Journals and workers keep its order; the receipt is of values."""
    values = numpy.array([[1.0, 2.0], [3.0, 4.0]])
    digests = {
        population_digest([_individual(creator.DigestOne, [array], (1.0,))])
        for array in (values, numpy.asfortranarray(values), values.astype(">f8"))
    }
    assert len(digests) == 1
