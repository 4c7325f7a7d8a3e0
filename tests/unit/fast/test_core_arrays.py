"""The compiled core reads and writes arrays of floats, and leaves every other one alone."""

import sys
from array import array
from typing import Any

import numpy as np
import pytest
from lacking import lacking
from twins import population

from evosweep.fast import core, fitnesses, matrices
from evosweep.problems.classes import individual_class

KIND = individual_class("CoreArrays", list, (-1.0,))
FITNESS = type(KIND([1.0]).fitness)


@pytest.fixture(autouse=True)
def _is_built() -> None:
    if core.core is None:
        lacking("the compiled core is not there: no C compiler when evosweep was installed")


@pytest.mark.parametrize("kind", [float, np.float64])
def test_genes_of_lists(kind: type) -> None:
    genes = [[kind(3 * row + i) for i in range(3)] for row in range(4)]
    read = core.genes([KIND(row) for row in genes], kind)
    assert read is not None
    assert read.tolist() == genes
    both, scalars = matrices.matrix(genes)
    assert (both is not None and both.tolist(), scalars) == (genes, kind is np.float64)


@pytest.mark.parametrize(
    ("individuals", "kind"),
    [
        ([], float), ([[]], float), ([[1.0], []], float), ([[1.0], [1.0, 2.0]], float),
        ([[1.0], [1]], float), ([[1.0], [True]], float), ([[1.0], (1.0,)], float),
        ([[1.0], [np.float64(1.0)]], float), ([[np.float64(1.0)], [1.0]], np.float64),
        ([[1]], int), (["text"], float), ([[1.0], None], float),
    ],
)  # fmt: skip
def test_other_genes_are_left_alone(individuals: Any, kind: type) -> None:
    assert core.genes(individuals, kind) is None


@pytest.mark.parametrize("value", [2.0, np.float64(2.0), np.inf])
def test_weighted_values(value: Any) -> None:
    individuals = population([(1.0, value), (3.0, -4.5)], (1.0, -1.0))
    read = core.weighted(individuals, np.inf)
    assert read is not None
    assert read.tolist() == [[1.0, -value], [3.0, 4.5]]
    assert (core.weighted(individuals, 1e100) is None) == (value == np.inf)


@pytest.mark.parametrize("values", [(1.0, 2), (1.0, np.nan), (1.0, np.float32(2.0)), (1.0,), ()])
def test_other_values_are_left_alone(values: Any) -> None:
    individuals = population([(1.0, 2.0)] * 3, (1.0, 1.0))
    individuals[2].fitness.wvalues = values
    assert core.weighted(individuals, np.inf) is None


def test_both_arrays_are_writeable_or_new() -> None:
    individuals = population([(1.0, 2.0)] * 30, (1.0, -2.0))
    arrays = fitnesses.both_arrays(individuals)
    assert arrays is not None
    assert arrays[0].tolist() == [[1.0, -4.0]] * 30
    assert arrays[1].tolist() == [[1.0, 2.0]] * 30


def test_sums_run_from_the_left() -> None:
    terms = np.random.default_rng(1).normal(size=(40, 33))
    read = core.row_sums(terms)
    assert read is not None
    assert read.tolist() == [float(sum(map(np.float64, row), np.float64(0))) for row in terms]


@pytest.mark.parametrize(
    "terms",
    [
        np.ones((3, 2), int), np.ones((3, 2), "f4"), np.ones((3, 2), ">f8"), np.ones((3, 4)).T,
        np.ones((3, 4))[:, ::2], np.full((3, 2), 1e308), np.full((3, 2), np.nan), np.ones((3, 0)),
    ],
)  # fmt: skip
def test_other_terms_are_left_alone(terms: Any) -> None:
    assert core.row_sums(terms) is None


def test_powers_that_overflow_are_left_alone() -> None:
    raised = core.powers(np.array([[3.0, -0.5]]), 2.0)
    assert raised is not None
    assert raised.tolist() == [[9.0, 0.25]]
    assert core.powers(np.array([3.0, 1e200]), 2.0) is None


def test_born_individuals_hold_the_genes_alone() -> None:
    genes: list[object] = list(np.arange(6.0))
    born: Any = core.bear(KIND, FITNESS, [genes[:2], genes[2:4], genes[4:], []])
    assert [[*one] for one in born] == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], []]
    assert {type(one) for one in born} == {KIND}
    assert not any(one.fitness.valid for one in born)
    assert len({id(one.fitness) for one in born}) == 4
    assert all(vars(one).keys() == {"fitness"} for one in born)
    # The list, the individual, the loop and the call hold a gene; nobody else does.
    assert all(sys.getrefcount(gene) <= 4 for gene in genes)


@pytest.mark.parametrize("genomes", [[[1.0], (1.0,)], [KIND([1.0])], [None]])
def test_genomes_that_are_no_lists_are_left_alone(genomes: Any) -> None:
    assert core.bear(KIND, FITNESS, genomes) is None
    assert core.bear(dict, FITNESS, [[1.0]]) is None


def test_blends_and_ranks_are_those_of_numpy() -> None:
    rng = np.random.default_rng(2)
    x, y, matrix, product = rng.random(7), rng.random(7), rng.random((7, 7)), rng.random((7, 7))
    blend = core.blend(0.3, x, 1.7, y)
    ranks = core.add_ranks(matrix, x, product, (0.9, 0.2, 0.1, 0.7))
    assert blend.tobytes() == (0.3 * x + 1.7 * y).tobytes()
    sums = 0.9 * matrix + 0.2 * np.multiply.outer(x, x) + 0.1 * product / 0.7
    assert ranks.tobytes() == sums.tobytes()
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        core.blend(1e300, x * 1e300, 1.0, y)


class _Turned(np.ndarray):  # type: ignore[type-arg]
    """Another class of arrays: its sums may be anything."""


@pytest.mark.parametrize(
    "out",
    [
        np.zeros(3).view(_Turned), np.zeros(4), np.zeros(3, "f4"), array("d", [0.0] * 3),
        np.frombuffer(bytes(24)), bytearray(24), None,
    ],
    ids=["another class", "longer", "half of the digits", "array", "read-only", "bytes", "none"],
)  # fmt: skip
def test_other_targets_are_left_alone(out: Any) -> None:
    assert core.core is not None
    assert core.core.blend(out, (np.ones(3), np.ones(3)), 1.0, 1.0) is None
    assert core.core.add_ranks(out, (np.ones(3), np.ones(3), np.ones(3)), (1.0,) * 4) is None


def test_what_the_core_cannot_read_at_all_is_an_error() -> None:
    built: Any = core.core
    individuals = population([(1.0, 2.0)] * 3, (1.0, 1.0))
    kind = type(individuals[0].fitness)
    for call in (
        lambda: built.genes(individuals, "float"), lambda: built.weighted(3, kind, float, 1.0),
        lambda: built.log_fronts(None, 3, kind), lambda: built.shuffled(None, 3),
        lambda: built.fill_niches(object(), (), 0, 0), lambda: built.bear(list, int, ()),
    ):  # fmt: skip
        with pytest.raises((TypeError, ValueError)):
            call()
    assert built.shuffled(np.random.get_bit_generator().capsule, -1) is None
    assert built.shuffled(np.random.get_bit_generator().capsule, sys.maxsize) is None
    assert built.fill_niches(np.random.get_bit_generator().capsule, (), 0, 0) is None
