"""The hypervolume: of points, and of a population generation by generation."""

import moocore
import numpy
import pytest
from deap import base, creator

from evosweep.run.hypervolume import EXACT_UP_TO, hypervolume
from evosweep.run.statistics import GenerationStatistics

creator.create("CostAndGain", base.Fitness, weights=(-1.0, 1.0))
creator.create("Trade", list, fitness=creator.CostAndGain)


def population(*values: tuple[float, float]) -> list[creator.Trade]:
    made = [creator.Trade([0]) for _ in values]
    for individual, fitness in zip(made, values, strict=True):
        individual.fitness.values = fitness
    return made


def test_is_the_area_that_the_points_dominate() -> None:
    # cost below 4 and gain above 0: two boxes, (4 - 1) x 1 and (4 - 2) x 3, which share 2 x 1
    points = numpy.array([[1.0, 1.0], [2.0, 3.0], [3.0, 2.0]])
    assert hypervolume(points, (-1.0, 1.0), (4.0, 0.0)) == 3 * 1 + 2 * 3 - 2 * 1


def test_passes_over_points_that_are_not_finite_or_beyond_the_reference() -> None:
    points = numpy.array([[numpy.inf, 1.0], [9.0, 1.0]])
    assert hypervolume(points, (-1.0, 1.0), (4.0, 0.0)) == 0.0


def test_is_approximated_where_an_exact_one_would_take_minutes() -> None:
    drawn = numpy.abs(numpy.random.default_rng(1).normal(size=(60, EXACT_UP_TO + 1)))
    points = drawn / numpy.linalg.norm(drawn, axis=1, keepdims=True)
    weights, reference = (-1.0,) * (EXACT_UP_TO + 1), (1.5,) * (EXACT_UP_TO + 1)
    found = hypervolume(points, weights, reference)
    assert found == pytest.approx(moocore.hypervolume(points, ref=1.5), rel=1e-3)
    assert found == hypervolume(points, weights, reference)


def test_is_in_every_row_of_a_problem_with_a_reference_point() -> None:
    statistics = GenerationStatistics(lambda: 0.0, reference_point=(4.0, 0.0))
    row = statistics.compile(population((1.0, 1.0), (2.0, 3.0)))
    assert row["hypervolume"] == 7.0


@pytest.mark.parametrize("reference", [None, (4.0,), (4.0, 0.0, 1.0)])
def test_is_no_number_where_the_reference_point_does_not_fit(
    reference: tuple[float, ...] | None,
) -> None:
    statistics = GenerationStatistics(lambda: 0.0, reference_point=reference)
    assert statistics.compile(population((1.0, 1.0))).get("hypervolume") is None
