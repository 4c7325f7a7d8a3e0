"""The tests of pairs against scipy and statsmodels, and the rules that choose and refuse them."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, write_run
from scipy import stats

from evosweep.compare.numbers.pair_tables import outcome, pairs_table
from evosweep.compare.numbers.quality import measure_all
from evosweep.compare.numbers.significance import (
    Pair,
    Starts,
    better,
    family_size,
    holm,
    make_pairs,
    run_pairs,
)
from evosweep.compare.read.folders import open_studies

RNG = np.random.default_rng(20090)


def pair(one, other, paired: bool = False) -> Pair:
    return Pair(
        "p", ("a", "b"), np.asarray(one, dtype=float), np.asarray(other, dtype=float), paired
    )


@pytest.mark.parametrize(("n", "m"), [(4, 4), (8, 8), (15, 12), (50, 50), (51, 51)])
def test_mann_whitney_agrees_with_scipy(n: int, m: int) -> None:
    found = pair(RNG.normal(size=n), RNG.normal(0.4, size=m))
    run_pairs([found], 0.05)
    method = "exact" if max(n, m) <= 50 else "asymptotic"
    known = stats.mannwhitneyu(found.one, found.other, method=method)
    assert found.method == f"Mann-Whitney U, {'exact' if max(n, m) <= 50 else 'approximate'}"
    assert found.statistic == pytest.approx(known.statistic, abs=1e-9)
    assert found.p == pytest.approx(known.pvalue, abs=1e-9)


def test_mann_whitney_with_ties_is_approximate() -> None:
    found = pair([1, 2, 2, 3, 4, 5], [2, 3, 5, 6, 6, 7])
    run_pairs([found], 0.05)
    known = stats.mannwhitneyu(found.one, found.other, method="asymptotic")
    assert found.method == "Mann-Whitney U, approximate"
    assert found.p == pytest.approx(known.pvalue, abs=1e-9)


def test_exact_mann_whitney_agrees_with_counting_every_arrangement() -> None:
    found = pair([1.0, 2.5, 3.1, 4.7], [3.3, 5.2, 6.8, 7.1, 9.9])
    run_pairs([found], 0.05)
    pooled = np.concatenate([found.one, found.other])
    observed = abs(_u(found.one, found.other) - 10)
    extreme = total = 0
    for chosen in itertools.combinations(range(9), 4):
        rest = [i for i in range(9) if i not in chosen]
        extreme += abs(_u(pooled[list(chosen)], pooled[rest]) - 10) >= observed - 1e-12
        total += 1
    assert found.p == pytest.approx(extreme / total, abs=1e-9)


def _u(one: np.ndarray, other: np.ndarray) -> int:
    return int((one[:, None] > other[None, :]).sum())


@pytest.mark.parametrize("n", [6, 10, 50, 60])
def test_wilcoxon_agrees_with_scipy(n: int) -> None:
    one = RNG.normal(size=n)
    found = pair(one, one + RNG.normal(0.5, size=n), paired=True)
    run_pairs([found], 0.05)
    exact = n <= 50
    known = stats.wilcoxon(
        found.one - found.other, method="exact" if exact else "asymptotic", correction=not exact
    )
    assert found.statistic == pytest.approx(known.statistic, abs=1e-9)
    assert found.p == pytest.approx(known.pvalue, abs=1e-9)


def test_wilcoxon_drops_pairs_without_a_difference() -> None:
    one, other = np.arange(10.0), np.arange(10.0) + np.array([0, 0, 1, 2, 3, 4.5, 5, 6, 7, 8])
    found = pair(one, other, paired=True)
    run_pairs([found], 0.05)
    known = stats.wilcoxon((one - other)[2:], method="exact")
    assert found.p == pytest.approx(known.pvalue, abs=1e-9)


def test_many_pairs_at_once_give_what_each_alone_gives() -> None:
    samples = [RNG.normal(i / 3, size=9) for i in range(6)]
    pairs = [pair(a, b) for a, b in itertools.combinations(samples, 2)]
    run_pairs(pairs, 0.05)
    for found in pairs:
        known = stats.mannwhitneyu(found.one, found.other, method="exact")
        assert found.p == pytest.approx(known.pvalue, abs=1e-9)


@pytest.mark.thorough
def test_holm_agrees_with_statsmodels() -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    for size in (1, 2, 7, 45):
        p_values = RNG.uniform(size=size) ** 3
        known = multitest.multipletests(p_values, method="holm")[1]
        np.testing.assert_allclose(holm(list(p_values)), known, rtol=0, atol=1e-9)
    assert holm([]) == []


def test_holm_on_numbers_worked_out_by_hand() -> None:
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])


@pytest.mark.parametrize(
    ("n", "m", "tested"), [(3, 3, False), (3, 4, False), (4, 4, True), (2, 8, True), (1, 9, False)]
)
def test_too_few_runs_are_refused_with_the_smallest_possible_p(
    n: int, m: int, tested: bool
) -> None:
    found = pair(np.arange(n), np.arange(m) + 100)
    run_pairs([found], 0.05)
    least = 2 / math.comb(n + m, n)
    assert (least <= 0.05) == tested
    assert (found.reason == "") == tested
    if not tested:
        assert f"{least:.3g}" in found.reason
        assert "not tested" in outcome(found, 0.05)
    else:
        assert found.p == pytest.approx(least, abs=1e-9)


def test_five_pairs_are_too_few_for_wilcoxon_and_six_are_not() -> None:
    for count in (5, 6):
        found = pair(np.arange(count), np.arange(count) * 1.5 + 9, paired=True)
        run_pairs([found], 0.05)
        assert bool(found.reason) == (count == 5)


def test_equal_results_are_not_tested() -> None:
    found = pair([3.0] * 8, [3.0] * 8)
    run_pairs([found], 0.05)
    assert outcome(found, 0.05) == "not tested: all results are equal"


def test_the_outcome_names_the_one_with_the_smaller_losses() -> None:
    found = pair(np.arange(8) + 50, np.arange(8))
    run_pairs([found], 0.05)
    assert outcome(found, 0.05) == "b is better"
    assert better(found) < 0
    found = pair(np.arange(8), np.arange(8) * 1.1 + 50, paired=True)
    run_pairs([found], 0.05)
    assert outcome(found, 0.05) == "a is better"


def test_an_outcome_without_significance() -> None:
    found = pair([1, 3, 5, 7], [2, 4, 6, 8])
    run_pairs([found], 0.05)
    assert outcome(found, 0.05) == "no significant difference"


def three(results: Path, seeds: int) -> tuple[list[Pair], float]:
    """The pairs of three algorithms, each clearly better than the next, paired by their seeds."""
    for place in range(3):
        algorithm = {"name": f"a{place}", "use": f"my:a{place}"}
        for seed in range(seeds):
            fitness = np.full((3, 4, 1), 100.0 * place + seed)
            write_run(results / "study", Made({"use": "p"}, algorithm, SERIAL, seed, fitness))
    study = open_studies(results)[0]
    problem, groups = next(iter(study.problems.items()))
    quality = measure_all(study, {})[problem]
    losses = {name: quality.loss(quality.of(runs)) for name, runs in groups.items()}
    pairs = make_pairs(problem, groups, losses, starts=Starts(), alpha=0.05)
    run_pairs(pairs, 0.05)
    return pairs, max(pair.corrected for pair in pairs)


def test_seeds_pair_the_runs_only_where_the_corrected_level_can_be_reached(tmp_path: Path) -> None:
    pairs, corrected = three(tmp_path / "six", 6)
    assert {pair.method for pair in pairs} == {"Mann-Whitney U, exact"}
    assert corrected == pytest.approx(3 * 2 / math.comb(12, 6), abs=1e-9)
    pairs, corrected = three(tmp_path / "seven", 7)
    assert {pair.method.split(",")[0] for pair in pairs} == {"Wilcoxon signed-rank"}
    assert corrected < 0.05


def test_pairs_that_no_result_could_make_significant_are_refused(tmp_path: Path) -> None:
    pairs, _ = three(tmp_path, 4)
    least = 3 * 2 / math.comb(8, 4)
    for found in pairs:
        assert found.reason == (
            f"4 and 4 runs are too few for 3 pairs: the least corrected p is {least:.3g}"
        )
    rows = pairs_table(pairs, 0.05).rows
    assert all(row["p"] is None and row["a12"] == 1 for row in rows)


def test_pairs_with_nothing_to_test_are_not_of_the_family() -> None:
    same = pair(np.ones(4), np.ones(4))
    other = pair(np.arange(4), np.arange(4) + 10)
    assert family_size([same, other, same]) == 1
    run_pairs([same, other], 0.05)
    assert (same.reason, other.reason) == ("all results are equal", "")
