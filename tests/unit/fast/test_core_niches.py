"""NSGA-III by the compiled core: sorting, niches, and NumPy's draws."""

from typing import Any

import numpy as np
import pytest
from deap.tools import emo, uniform_reference_points
from lacking import lacking
from twins import outcome, population, with_and_without_core

from evosweep.fast import core, nsga3, sorting

REFERENCES = uniform_reference_points(3, 6)
BEST, INTERCEPTS = np.zeros(3), np.ones(3)


@pytest.fixture(autouse=True)
def _is_built() -> None:
    if core.core is None:
        lacking("the compiled core is not there: no C compiler when evosweep was installed")


def _points(count: int = 60, objectives: int = 3) -> Any:
    return np.random.default_rng(2).random((count, objectives))


def _individuals(points: Any) -> list[Any]:
    return population([*map(tuple, points.tolist())], (-1.0,) * points.shape[1])


@pytest.mark.parametrize("objectives", [2, 3, 4])
@pytest.mark.parametrize(
    "points",
    [
        lambda rng, size: rng.random(size),
        lambda rng, size: rng.integers(0, 6, size).astype(float),
        lambda rng, size: rng.choice([-0.0, 0.0, 1.0], size),
        lambda rng, size: rng.dirichlet(np.ones(size[1]), size[0]),
        lambda rng, size: np.repeat(rng.random((size[0], 1)), size[1], axis=1),
        lambda _, size: np.ones(size),
    ],
    ids=["random", "ties", "zeros of both signs", "one front", "chain", "all equal"],
)
def test_fronts_of_many(points: Any, objectives: int) -> None:
    individuals = _individuals(points(np.random.default_rng(1), (300, objectives)))
    for k in (1, 150, 300, 400):
        assert core.log_fronts(individuals, k) is not None
        ours, interpreted = with_and_without_core(
            lambda k=k: outcome(sorting.sort_log_nondominated, individuals, k)
        )
        assert ours == interpreted


def test_values_stand_beside_their_individuals() -> None:
    compiled = core.log_fronts(_individuals(_points()), 30)
    assert compiled is not None
    fronts, values = compiled
    members = [member.fitness.wvalues for front in fronts for member in front]
    assert len(members) >= 30
    assert [*map(tuple, values.tolist())] == members


@pytest.mark.parametrize("count", [0, 1, 40])
def test_niches_and_extremes_are_deaps(count: int) -> None:
    points = _points()
    niches, distances = emo.associate_to_niche(points, REFERENCES, BEST, INTERCEPTS)
    counts = np.bincount(niches[:20], minlength=len(REFERENCES))
    np.random.seed(1)
    expected = emo.niching([*range(40)], count, niches[20:], distances[20:], counts)
    after = np.random.random()
    np.random.seed(1)
    assert core.fill_niches((points, REFERENCES, BEST, INTERCEPTS), 20, count) == expected
    assert np.random.random() == after
    extreme = core.extreme_points(points, BEST)
    assert extreme is not None
    assert (extreme == emo.find_extreme_points(points, BEST)).all()


UNUSUAL: dict[str, tuple[Any, ...]] = {
    "eight objectives": (_points(60, 8), np.ones((4, 8)), np.zeros(8), np.ones(8)),
    "a point without a direction": (_points(), np.zeros((4, 3)), BEST, INTERCEPTS),
    "no reference point": (_points(), np.ones((0, 3)), BEST, INTERCEPTS),
    "a point that is nan": (_points(), np.full((4, 3), np.nan), BEST, INTERCEPTS),
    "points that overflow": (_points(), np.full((4, 3), 1e200), BEST, INTERCEPTS),
    "values that overflow": (_points() * 1e200, REFERENCES, BEST, INTERCEPTS),
    "a value that is nan": (np.full((60, 3), np.nan), REFERENCES, BEST, INTERCEPTS),
    "no room for the values": (_points(), REFERENCES, BEST, np.full(3, -np.finfo(float).eps)),
    "other axes": (_points(), np.ones((4, 2)), np.zeros(2), INTERCEPTS),
    "columns": (np.asfortranarray(_points()), REFERENCES, BEST, INTERCEPTS),
    "integers": (np.ones((60, 3), int), REFERENCES, BEST, INTERCEPTS),
    "half of the digits": (_points().astype("f4"), REFERENCES, BEST, INTERCEPTS),
    "an odd address": (
        np.frombuffer(bytes(1 + 24 * 60), np.uint8)[1:].view("f8").reshape(60, 3),
        REFERENCES, BEST, INTERCEPTS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNUSUAL)
def test_unusual_arrays_are_left_alone(what: str) -> None:
    state = np.random.get_state()[1:3]
    assert core.fill_niches(UNUSUAL[what], 20, 10) is None
    assert [*map(np.array_equal, state, np.random.get_state()[1:3])] == [True, True]


@pytest.mark.parametrize(("taken", "k"), [(20, 41), (61, 0), (-1, 2), (20, -1)])
def test_unusual_numbers_are_left_alone(taken: int, k: int) -> None:
    assert core.fill_niches((_points(), REFERENCES, BEST, INTERCEPTS), taken, k) is None


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200])
def test_unusual_extremes_are_left_alone(value: float) -> None:
    points = _points()
    points[3, 1] = value
    assert core.extreme_points(points, BEST) is None
    assert core.extreme_points(_points(), np.array([value, 0.0, 0.0])) is None


def test_a_shuffle_of_the_program_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(np.random, "shuffle", calls.append)
    nsga3.sel_nsga3(_individuals(_points()), 30, REFERENCES)
    assert calls


def test_another_generator_of_numpy_draws() -> None:
    usual = np.random.get_bit_generator()
    individuals = _individuals(_points())
    drawn = []
    try:
        for select in (emo.selNSGA3, nsga3.sel_nsga3):
            np.random.set_bit_generator(np.random.PCG64(7))
            chosen = select(individuals, 30, REFERENCES)
            drawn.append(([one[0] for one in chosen], np.random.random()))
    finally:
        np.random.set_bit_generator(usual)
    assert drawn[0] == drawn[1]
