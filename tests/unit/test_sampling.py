"""Points of sampled designs: the same everywhere, kept where a design grows, well spread."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from evosweep.config import sobol
from evosweep.config.digits import BITS
from evosweep.config.ranges import Range, value_at
from evosweep.config.sampling import Sample

RANGES: dict[str, Range | list[object]] = {
    "mutation": Range(low=0.01, high=0.5, scale="log"),
    "population": Range(low=10, high=500, integer=True),
    "selection": ["best", "random", "tournament"],
    "shift": Range(low=-1, high=1),
    "budget": Range(low=1, high=1000, integer=True, scale="log"),
}
names = st.lists(st.text(max_size=5), min_size=1, max_size=6, unique=True)
methods = st.sampled_from(["sobol", "lhs", "random"])
seeds = st.integers(0, 2**32 - 1)


def coordinates(sample: Sample, count: int = 5) -> np.ndarray:
    """The points of the unit cube: the choice among 2**32 is the coordinate itself."""
    place = Range(low=0, high=2**BITS - 1, integer=True)
    axes: dict[str, Range | list[object]] = {f"x{axis}": place for axis in range(count)}
    return np.array([list(point.values()) for point in sample.points(axes)]) / 2**BITS


def test_plain_sobol_points_are_those_of_scipy() -> None:
    expected = qmc.Sobol(sobol.MOST_PARAMETERS, scramble=False, bits=BITS).random(512)
    found = [sobol.plain_point(place, sobol.MOST_PARAMETERS) for place in range(512)]
    assert (np.array(found) / 2**BITS == expected).all()


@settings(max_examples=30)
@given(seeds)
def test_a_scrambled_net_is_a_net(seed: int) -> None:
    points = coordinates(Sample(method="sobol", n=32, seed=seed), 3)
    for axis in range(3):
        assert sorted((points[:, axis] * 32).astype(int)) == list(range(32))
    first_two = {tuple(cell) for cell in (points[:, :2] * [4, 8]).astype(int)}
    assert len(first_two) == 32  # the two first parameters form a (0, 5, 2)-net


def test_points_are_as_even_as_those_of_scipy() -> None:
    ours = [qmc.discrepancy(coordinates(Sample(method="sobol", n=64, seed=s))) for s in range(8)]
    theirs = [qmc.discrepancy(qmc.Sobol(5, seed=s).random(64)) for s in range(8)]
    assert np.mean(ours) < 1.1 * np.mean(theirs)
    cubes = [qmc.discrepancy(coordinates(Sample(method="lhs", n=64, seed=s))) for s in range(8)]
    rivals = [qmc.discrepancy(qmc.LatinHypercube(5, seed=s).random(64)) for s in range(8)]
    assert np.mean(cubes) < 1.3 * np.mean(rivals)


def test_a_latin_hypercube_has_a_point_in_each_part() -> None:
    points = coordinates(Sample(method="lhs", n=37))
    for axis in range(5):
        assert sorted((points[:, axis] * 37).astype(int)) == list(range(37))


@settings(max_examples=50)
@given(method=st.sampled_from(["sobol", "random"]), seed=seeds, n=st.integers(1, 40))
@pytest.mark.thorough
def test_a_larger_design_begins_with_the_points_of_a_smaller_one(
    method: Any, seed: int, n: int
) -> None:
    few = list(Sample(method=method, n=n, seed=seed).points(RANGES))
    many = list(Sample(method=method, n=2 * n + 1, seed=seed).points(RANGES))
    assert many[:n] == few


@given(method=methods, seed=seeds, order=st.permutations(list(RANGES)))
def test_the_order_of_the_ranges_in_the_file_does_not_count(
    method: Any, seed: int, order: list[str]
) -> None:
    sample = Sample(method=method, n=4, seed=seed)
    shuffled = {name: RANGES[name] for name in order}
    assert list(sample.points(shuffled)) == list(sample.points(RANGES))
    assert list(next(sample.points(shuffled))) == order


def test_seeds_and_methods_give_other_points() -> None:
    samples = [Sample(method=m, n=8, seed=s) for m in ("sobol", "lhs", "random") for s in (1, 2)]
    assert len({str(list(sample.points(RANGES))) for sample in samples}) == 6


# Runs are named by these values: whoever changes one makes other runs of everybody's configs.
@pytest.mark.parametrize(
    ("method", "first"),
    [
        ("sobol", [0.2926, 388, "tournament", 0.6784, 4]),
        ("lhs", [0.010432, 163, "tournament", 0.5725, 1]),
        ("random", [0.3174, 369, "tournament", -0.1859, 780]),
    ],
)
def test_the_values_are_what_they_were(method: Any, first: list[object]) -> None:
    found = next(Sample(method=method, n=64).points(RANGES))
    assert list(found.values()) == first


bounds = st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9)
coordinate = st.integers(0, 2**BITS - 1) | st.sampled_from([0, 2**BITS - 1])


@given(low=bounds, high=bounds, coordinate=coordinate)
def test_a_value_lies_in_its_range_and_is_written_shortly(
    low: float, high: float, coordinate: int
) -> None:
    if low >= high:
        return
    found = Range(low=low, high=high).value(coordinate)
    assert isinstance(found, float)
    assert low <= found <= high
    exact = Decimal(repr(low)) + (Decimal(repr(high)) - Decimal(repr(low))) * coordinate / 2**BITS
    assert abs(Decimal(repr(found)) - exact) <= (Decimal(repr(high)) - Decimal(repr(low))) / 5_000


@given(low=st.integers(1, 50), width=st.integers(1, 50), log=st.booleans(), coordinate=coordinate)
def test_whole_numbers_lie_in_their_range(
    low: int,
    width: int,
    log: bool,
    coordinate: int,
) -> None:
    scale: Any = "log" if log else "linear"
    over = Range(low=low, high=low + width, integer=True, scale=scale)
    found = over.value(coordinate)
    assert type(found) is int
    assert low <= found <= low + width
    assert over.value(0) == low
    assert over.value(2**BITS - 1) == low + width


def test_shares_are_equal_on_their_scale() -> None:
    marks = [place << (BITS - 10) for place in range(1024)]
    decades = [Range(low=0.001, high=1.0, scale="log").value(mark) for mark in marks]
    assert np.histogram(np.log10(decades), [-3, -2, -1, 0])[0] == pytest.approx(1024 / 3, abs=2)
    whole = [Range(low=1, high=4, integer=True).value(mark) for mark in marks]
    assert [whole.count(value) for value in (1, 2, 3, 4)] == [256] * 4
    choices: list[object] = ["a", "b"]
    assert [value_at(choices, mark) for mark in marks].count("a") == 512


def test_a_logarithm_is_rounded_the_same_everywhere() -> None:
    over = Range(low=1e-12, high=1e12, scale="log")
    assert over.value(0) == 1e-12
    assert over.value(2**BITS - 1) == 1e12
    assert over.value(2**31) == pytest.approx(1.0, abs=0.01)
    assert Range(low=-1, high=1).value(2**31) == 0.0
    assert str(Range(low=-1, high=1).value(2**31 - 1)) == "0.0"  # no minus zero
