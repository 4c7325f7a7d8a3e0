"""Friedman, Iman-Davenport, Nemenyi and Conover against a published example and the libraries."""

import math

import numpy as np
import pytest
from scipy import stats

from evosweep.compare.numbers.rank_tables import posthoc_table, ranks_table, sentence
from evosweep.compare.numbers.ranking import (
    critical_difference,
    rank_losses,
)
from evosweep.compare.plots.critical import plot_critical_difference
from evosweep.compare.plots.styles import Styles

# Demsar: Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 7, 2006, table 6:
# areas under the curve of C4.5 on 14 data sets, plain, with m, with cf, with both tuned. The paper
# ranks values before rounding, so that the third 0.975 ("voting") comes before the fourth.
AUC = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.97501, 0.975],
        [0.957, 0.978, 0.946, 0.970],
    ]
)
NAMES = ["C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf"]
SETS = [f"set {i}" for i in range(len(AUC))]


def test_the_published_example_gives_the_published_numbers() -> None:
    found = rank_losses(NAMES, SETS, -AUC)
    np.testing.assert_allclose(found.ranks, [3.143, 2.000, 2.893, 1.964], atol=5e-4)
    # The paper's 9.28 and 3.69 are without the correction for ties that scipy and R make.
    count, width = AUC.shape
    plain = (
        12 * count / (width * (width + 1)) * ((found.ranks**2).sum() - width * (width + 1) ** 2 / 4)
    )
    assert plain == pytest.approx(9.28, abs=5e-3)
    assert (count - 1) * plain / (count * (width - 1) - plain) == pytest.approx(3.69, abs=5e-3)
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=5e-3)
    assert critical_difference(4, 14, 0.10) == pytest.approx(1.12, abs=5e-3)
    assert found.p < 0.05


@pytest.mark.parametrize(
    ("algorithms", "quantile"),
    [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (6, 2.850), (7, 2.949), (8, 3.031),
     (9, 3.102), (10, 3.164)],
)  # fmt: skip
def test_nemenyi_quantiles_are_those_of_the_published_table(
    algorithms: int, quantile: float
) -> None:
    scale = math.sqrt(algorithms * (algorithms + 1) / (6 * 20))
    assert critical_difference(algorithms, 20) / scale == pytest.approx(quantile, abs=1e-3)


def test_friedman_agrees_with_scipy() -> None:
    found = rank_losses(NAMES, SETS, -AUC)
    known = stats.friedmanchisquare(*(-AUC).T)
    assert found.chi_square == pytest.approx(known.statistic, abs=1e-9)
    statistic = 13 * known.statistic / (14 * 3 - known.statistic)
    assert found.statistic == pytest.approx(statistic, abs=1e-9)
    assert found.p == pytest.approx(stats.f.sf(statistic, 3, 39), abs=1e-9)


def test_nemenyi_agrees_with_scikit_posthocs_and_with_the_studentized_range() -> None:
    import scikit_posthocs

    found = rank_losses(NAMES, SETS, -AUC)
    assert found.posthoc is not None
    known = scikit_posthocs.posthoc_nemenyi_friedman(-AUC).to_numpy()
    np.testing.assert_allclose(found.posthoc, known, rtol=0, atol=1e-9)
    distance = abs(found.ranks[0] - found.ranks[3]) / math.sqrt(4 * 5 / (6 * 14))
    p = stats.studentized_range.sf(distance * math.sqrt(2), 4, np.inf)
    assert found.posthoc[0, 3] == pytest.approx(p, abs=1e-9)


def test_conover_agrees_with_scikit_posthocs() -> None:
    import scikit_posthocs

    found = rank_losses(NAMES, SETS, -AUC, posthoc="conover")
    known = scikit_posthocs.posthoc_conover_friedman(-AUC, p_adjust="holm").to_numpy()
    np.testing.assert_allclose(found.posthoc, known, rtol=0, atol=1e-9)
    assert found.posthoc_test == "Conover, Holm"


def test_two_algorithms_are_tested_by_wilcoxon_over_problems() -> None:
    losses = -AUC[:, [0, 3]]
    found = rank_losses(NAMES[::3], SETS, losses)
    differences = losses[:, 0] - losses[:, 1]
    differences = differences[differences != 0]
    ties = len(set(np.abs(differences))) < len(differences)
    known = stats.wilcoxon(differences, method="asymptotic" if ties else "exact", correction=ties)
    assert found.p == pytest.approx(known.pvalue, abs=1e-9)
    assert "Wilcoxon" in found.test


def test_too_few_problems_are_refused() -> None:
    assert "needs 5 problems or more; there are 4" in rank_losses(NAMES, SETS[:4], -AUC[:4]).reason
    assert "takes 6 problems" in rank_losses(NAMES[:2], SETS[:4], -AUC[:4, :2]).reason


def test_equal_medians_are_refused() -> None:
    found = rank_losses(NAMES, SETS[:6], np.ones((6, 4)))
    assert "equal medians" in found.reason
    assert "no test was made" in sentence(found, 0.05)


def test_a_perfect_order_is_as_significant_as_can_be() -> None:
    losses = np.tile(np.arange(4.0), (8, 1))
    found = rank_losses(NAMES, SETS[:8], losses)
    assert found.statistic == math.inf
    assert found.p == 0
    assert "C4.5 has the best mean rank, 1" in sentence(found, 0.05)


def test_tables_and_diagram_of_a_significant_ranking() -> None:
    found = rank_losses(NAMES, SETS, -AUC)
    assert ranks_table([found]).rows[0]["algorithm"] == "C4.5+m+cf"
    table = posthoc_table(found)
    assert table is not None
    assert len(table.rows) == 4
    plot = plot_critical_difference(found, 0.05, Styles.of(found.names))
    assert plot is not None
    assert all(name in plot.svg for name in NAMES)
    assert "Critical difference: 1.25" in plot.caption


def test_without_significance_there_is_no_post_hoc_test() -> None:
    losses = np.array([[1, 2, 3], [2, 3, 1], [3, 1, 2], [1, 3, 2], [2, 1, 3], [3, 2, 1]], float)
    found = rank_losses(NAMES[:3], SETS[:6], losses)
    assert found.posthoc is None
    assert posthoc_table(found) is None
    assert plot_critical_difference(found, 0.05, Styles.of(found.names)) is None
    assert "do not differ significantly" in sentence(found, 0.05)
