"""The boundaries of looks fixed in advance: against published ones, and by simulation."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest, mannwhitneyu, multivariate_normal, norm, wilcoxon

from evosweep.compare.numbers.look import Look
from evosweep.compare.numbers.power import effect_for, in_stages, seeds_for
from evosweep.compare.numbers.significance import Pair, holm, run_pairs
from evosweep.compare.numbers.spending import boundary, deciding, repeated, spent
from evosweep.config.stages import Spending, Stages

Floats = NDArray[np.float64]
LOOKS = (5, 9, 16, 28, 50)
SHARES = tuple(seeds / 50 for seeds in LOOKS)
EXPERIMENTS = 2000
BOTH: list[Spending] = ["pocock", "obrien_fleming"]
BOTH_ONE_THOROUGH = ["pocock", pytest.param("obrien_fleming", marks=pytest.mark.thorough)]

# Reboussin, DeMets, Kim and Lan: Computations for Group Sequential Boundaries Using the Lan-DeMets
# Spending Function Method, Controlled Clinical Trials 21, 2000: five equal looks, two-sided 0.05.
PUBLISHED = {
    "obrien_fleming": (4.8769, 3.3569, 2.6803, 2.2898, 2.0310),
    "pocock": (2.4380, 2.4268, 2.4101, 2.3966, 2.3859),
}


@pytest.mark.parametrize("spending", PUBLISHED)
def test_boundaries_are_the_published_ones(spending: str) -> None:
    levels = boundary((0.2, 0.4, 0.6, 0.8, 1.0), 0.05, spending)
    bounds = [-norm.ppf(level / 2) for level in levels]
    assert bounds == pytest.approx(PUBLISHED[spending], abs=2e-4)


@pytest.mark.parametrize("spending", BOTH)
def test_the_looks_use_up_what_the_spending_function_says(spending: str) -> None:
    """By another integration: that of the multivariate normal distribution over a box."""
    levels = boundary(SHARES[1:], 0.05, spending)
    bounds = [-norm.ppf(level / 2) for level in levels]
    times = np.array(SHARES[1:])
    correlations = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    for count in (2, 3, 4):
        within = multivariate_normal(
            np.zeros(count), correlations[:count, :count], maxpts=400_000, abseps=1e-6
        )
        high = np.array(bounds[:count])
        inside = within.cdf(high, lower_limit=-high)
        assert 1 - inside == pytest.approx(spent(times[count - 1], 0.05, spending), abs=2e-5)
    assert sum(deciding(SHARES, boundary(SHARES, 0.05, spending), 0.0)) == pytest.approx(0.05)


@pytest.mark.parametrize("spending", BOTH_ONE_THOROUGH)
def test_a_repeated_p_is_the_level_whose_boundary_it_is_on(spending: str) -> None:
    for level in (1e-6, 0.003, 0.05, 0.2):
        for look, own in enumerate(boundary(SHARES, level, spending), start=1):
            if own > 1e-290:
                found = repeated(SHARES, look, spending, np.array([own]))
                assert found[0] == pytest.approx(level, rel=1e-4)
    rising = repeated(SHARES, 4, spending, np.geomspace(1e-14, 1, 200))
    assert (np.diff(rising) >= 0).all()
    assert (rising >= np.geomspace(1e-14, 1, 200)).all()
    assert rising[-1] == 1


def _p_values(kind: str, samples: Floats) -> Floats:
    """The p of each pair of three algorithms: (experiments, pairs), from (experiments, 3, runs)."""
    pairs = [(0, 1), (0, 2), (1, 2)]
    if kind == "paired":
        tests = [wilcoxon(samples[:, a] - samples[:, b], axis=1, method="exact") for a, b in pairs]
    else:
        tests = [
            mannwhitneyu(samples[:, a], samples[:, b], axis=1, method="exact") for a, b in pairs
        ]
    return np.column_stack([test.pvalue for test in tests])


def _any_rejected(p: Floats, family: int) -> NDArray[np.bool_]:
    """Whether Holm's correction rejects any: the smallest decides that."""
    least: NDArray[np.bool_] = p[:, :family].min(axis=1) * family <= 0.05
    return least


@pytest.mark.parametrize("kind", ["paired", "unpaired"])
@pytest.mark.thorough
def test_the_family_wise_error_holds_over_pairs_and_looks(kind: str) -> None:
    """2,000 experiments in which nothing differs: how often any pair of three is called different.

    A stop at any look counts. Results are skewed, which a rank test does not mind, and what is
    paired shares the luck of its seed. 0.05 is in the interval of each rate.
    """
    rng = np.random.default_rng(17)
    samples = rng.exponential(size=(EXPERIMENTS, 3, 50))
    if kind == "paired":
        samples += 3 * rng.exponential(size=(EXPERIMENTS, 1, 50))
    by_look = [_p_values(kind, samples[:, :, :seeds]) for seeds in LOOKS]
    for spending in BOTH:
        for family in (1, 3):
            wrong = np.zeros(EXPERIMENTS, dtype=bool)
            for look, p in enumerate(by_look, start=1):
                wrong |= _any_rejected(repeated(SHARES, look, spending, p), family)
            rate = binomtest(int(wrong.sum()), EXPERIMENTS).proportion_ci(0.95)
            assert rate.low <= 0.05 <= rate.high, (spending, family, wrong.mean())


def test_tests_without_the_boundary_would_err_more_often() -> None:
    """The simulation can tell: the same looks, each at the level 0.05."""
    rng = np.random.default_rng(18)
    samples = rng.exponential(size=(EXPERIMENTS, 2, 50))
    wrong = np.zeros(EXPERIMENTS, dtype=bool)
    for seeds in LOOKS:
        test = mannwhitneyu(samples[:, 0, :seeds], samples[:, 1, :seeds], axis=1, method="exact")
        wrong |= test.pvalue <= 0.05
    assert binomtest(int(wrong.sum()), EXPERIMENTS).proportion_ci(0.95).low > 0.08


@pytest.mark.parametrize("spending", BOTH_ONE_THOROUGH)
def test_pairs_of_a_look_are_corrected_over_looks_and_pairs(spending: Spending) -> None:
    rng = np.random.default_rng(3)
    stages = Stages(1, LOOKS, spending)
    samples = [rng.normal(shift, size=16) for shift in (0.0, 0.2, 1.5)]
    pairs = [
        Pair("p", ("a", "b"), samples[a], samples[b], paired=False, look=Look(stages, 3))
        for a, b in ((0, 1), (0, 2), (1, 2))
    ]
    run_pairs(pairs, 0.05)
    for pair in pairs:
        p = mannwhitneyu(pair.one, pair.other, method="exact").pvalue
        assert pair.p == pytest.approx(p)
        own = repeated(SHARES, 3, spending, np.array([p]))[0]
        assert pair.repeated == pytest.approx(own)
    assert [pair.corrected for pair in pairs] == holm([pair.repeated for pair in pairs])
    decided = pairs[1]
    assert decided.decides(0.05) == (decided.p < boundary(SHARES, 0.05 / 3, spending)[2])


def test_a_pair_without_a_test_counts_in_the_family() -> None:
    """Whether results are equal is known by a look at them, so the family may not depend on it."""
    rng = np.random.default_rng(4)
    look = Look(Stages(1, LOOKS), 4)
    one, other = rng.normal(size=28), rng.normal(1.0, size=28)
    same = np.zeros(28)
    pairs = [
        Pair("p", ("a", "b"), one, other, paired=False, look=look),
        Pair("p", ("c", "d"), same, same, paired=False, look=look),
    ]
    run_pairs(pairs, 0.05)
    assert pairs[1].reason == "all results are equal"
    assert pairs[0].corrected == pytest.approx(2 * pairs[0].repeated)


def test_a_first_stage_that_is_not_complete_is_not_tested() -> None:
    rng = np.random.default_rng(5)
    one, other = rng.normal(size=4), rng.normal(9.0, size=4)
    look = Look(Stages(1, LOOKS), 0)
    pair = Pair("p", ("a", "b"), one, other, paired=False, look=look)
    run_pairs([pair], 0.05)
    assert pair.reason == "the first stage of seeds is not complete"
    assert not pair.decides(0.05)


@pytest.mark.parametrize(("a12", "pairs"), [(0.64, 1), (0.71, 1), (0.71, 3)])
def test_the_planned_seeds_find_the_effect_as_often_as_planned(a12: float, pairs: int) -> None:
    seeds = seeds_for(a12, pairs=pairs, power=0.8)
    found = _share_found(a12, seeds, 0.05 / pairs)
    assert 0.76 < found < 0.86
    assert effect_for(seeds, pairs=pairs, power=0.8) == pytest.approx(a12, abs=0.01)


def _share_found(a12: float, seeds: int, level: float) -> float:
    rng = np.random.default_rng(seeds)
    shift = math.sqrt(2) * norm.ppf(a12)  # P(X < Y) of two normal distributions with variance 1
    one = rng.normal(size=(EXPERIMENTS, seeds))
    other = rng.normal(shift, size=(EXPERIMENTS, seeds))
    test = mannwhitneyu(one, other, axis=1, method="asymptotic")
    return float((test.pvalue <= level).mean())


def test_stages_find_an_effect_as_often_and_as_soon_as_planned() -> None:
    plan = in_stages(0.71, LOOKS, "pocock", pairs=1)
    rng = np.random.default_rng(6)
    shift = math.sqrt(2) * norm.ppf(0.71)
    one = rng.normal(size=(EXPERIMENTS, 50))
    other = rng.normal(shift, size=(EXPERIMENTS, 50))
    stopped = np.full(EXPERIMENTS, 50)
    found = np.zeros(EXPERIMENTS, dtype=bool)
    for look, seeds in reversed(list(enumerate(LOOKS, start=1))):
        p = mannwhitneyu(one[:, :seeds], other[:, :seeds], axis=1, method="exact").pvalue
        rejected = repeated(SHARES, look, "pocock", p) <= 0.05
        stopped[rejected] = seeds
        found |= rejected
    assert found.mean() == pytest.approx(plan.power, abs=0.03)
    assert stopped.mean() == pytest.approx(plan.seeds, abs=2.5)


def test_no_test_needs_fewer_seeds_than_could_ever_reach_the_level() -> None:
    assert seeds_for(0.99, pairs=45, power=0.8) >= 7
    assert effect_for(3, pairs=1, power=0.8) == 1
