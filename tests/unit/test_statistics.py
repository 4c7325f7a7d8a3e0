"""The statistics of a generation hold for every finite fitness."""

import math
import statistics
import sys
from fractions import Fraction
from types import SimpleNamespace

import pytest
from deap import base, creator

from evosweep.run.statistics import summary

creator.create("SummaryMin", base.Fitness, weights=(-1.0,))
creator.create("SummaryList", list, fitness=creator.SummaryMin)

LARGEST = sys.float_info.max


def _summary(values: list[float]) -> dict[str, float]:
    population = [creator.SummaryList() for _ in values]
    for individual, value in zip(population, values, strict=True):
        individual.fitness.values = (value,)
    return summary(population)


@pytest.mark.parametrize(
    "values",
    [
        [1.0, 2.0, 4.0],
        [1e154, 2e154, -3e154],
        [1e300, 1.0],
        [LARGEST, LARGEST, 1.0],
        [LARGEST, -LARGEST],
        [LARGEST] * 5,
        [1e-300, 2e-300],
    ],
)
def test_mean_and_deviation_of_finite_values_are_finite(values: list[float]) -> None:
    row = _summary(values)
    exact = list(map(Fraction, values))
    mean = sum(exact) / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    assert all(map(math.isfinite, row.values()))
    assert row["mean"] == pytest.approx(float(mean), rel=1e-12)
    unit = max(abs(value) for value in exact)
    std = math.sqrt(variance / unit**2) * float(unit)
    assert row["std"] == pytest.approx(std, rel=1e-9, abs=float(unit) * 1e-16)


def test_usual_values_have_the_bits_that_they_had() -> None:
    values = [0.1, 0.7, 2.3, -5.9, 1e10]
    row = _summary(values)
    mean = math.fsum(values) / 5
    assert row["mean"] == mean
    assert row["std"] == math.sqrt(math.fsum((v - mean) ** 2 for v in values) / 5)
    assert row["mean"] == pytest.approx(statistics.fmean(values))


class _Halved(base.Fitness):  # type: ignore[misc]
    """A fitness that tells its values in its own way."""

    weights = (1.0,)

    def _halves(self) -> tuple[float, ...]:
        return tuple(value / 2 for value in self.wvalues)

    values = property(_halves, base.Fitness.setValues)


def test_the_values_are_those_that_each_fitness_tells() -> None:
    plain, halved = (
        SimpleNamespace(fitness=_Usual((3.0,))),
        SimpleNamespace(fitness=_Halved((4.0,))),
    )
    assert summary([plain, halved]) == {"best": 3.0, "mean": 2.5, "std": 0.5, "worst": 2.0}
    assert summary([plain, plain])["mean"] == 3.0


class _Usual(base.Fitness):  # type: ignore[misc]
    weights = (1.0,)
