"""Genomes of digits are the same text as one by one."""

import numpy
import pytest

from evosweep.records.digits import digit_texts


@pytest.mark.parametrize("between", ["", " ", ", "])
@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (5, 1)])
def test_the_texts_are_those_of_the_numbers(between: str, shape: tuple[int, int]) -> None:
    genomes = numpy.random.default_rng(3).integers(0, 10, shape)
    assert digit_texts(genomes, between) == [between.join(map(str, row)) for row in genomes]


@pytest.mark.parametrize("genome", [[10, 1], [-1, 0], [0.0, 1.0]])
def test_others_are_left_to_the_caller(genome: list[float]) -> None:
    assert digit_texts(numpy.array([genome, genome])) is None
