"""Rank algorithms over many problems: Friedman's test, post-hoc tests, critical difference.

Demsar: Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 7, 2006. The blocks are
problems, and the values medians over seeds. Two algorithms are compared by Wilcoxon's signed-rank
test over problems. Three or more are compared by Friedman's test with the correction of Iman and
Davenport; if it rejects, the test of Nemenyi or Conover follows. Below 5 problems (6 for two
algorithms) nothing is tested. The ranking covers the largest complete block of problems and
algorithms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.extra import need
from evosweep.compare.numbers.blocks import largest_block
from evosweep.compare.numbers.ranks import average_ranks
from evosweep.compare.numbers.significance import EQUAL, Pair, refusal, run_pairs
from evosweep.compare.read.labels import natural

Floats = NDArray[np.float64]
FEWEST_PROBLEMS = 5


@dataclass(frozen=True)
class Ranking:
    """The ranking over the problems of one kind; `reason` says why no test was made.

    `ranks` are mean ranks; 1 is best. `posthoc` holds p-values, shape (k, k), in the order of
    `names`. `kind` tells if these are problems with one objective, or with several.
    """

    names: Sequence[str]
    problems: Sequence[str]
    ranks: Floats
    kind: str = "one"
    algorithms_left_out: Sequence[str] = ()
    problems_left_out: Sequence[str] = ()
    test: str = ""
    statistic: float = float("nan")
    p: float = float("nan")
    chi_square: float = float("nan")
    critical_difference: float = float("nan")
    posthoc: Floats | None = None
    posthoc_test: str = ""
    reason: str = ""

    @property
    def leaders(self) -> list[str]:
        """The algorithms that share the best mean rank."""
        best = min(self.ranks, default=0.0)
        return [name for name, rank in zip(self.names, self.ranks, strict=True) if rank == best]


Losses = Mapping[str, Mapping[str, float]]
"""The median loss of each algorithm, by problem."""


def rank(losses: Losses, alpha: float, posthoc: str, kind: str = "one") -> Ranking:
    """Return the ranking over the largest complete block, tested if the rules allow it."""
    every = sorted({name for row in losses.values() for name in row}, key=natural)
    block = largest_block(
        {problem: sorted(row, key=natural) for problem, row in losses.items()}, FEWEST_PROBLEMS
    )
    names = sorted(block.algorithms, key=natural)
    if names:
        matrix = np.array([[losses[problem][name] for name in names] for problem in block.problems])
        ranking = rank_losses(names, block.problems, matrix, alpha, posthoc=posthoc)
    else:
        reason = "no two algorithms ran on the same problem, so there is nothing to rank"
        ranking = Ranking((), (), np.ones(0), reason=reason)
    return replace(
        ranking,
        kind=kind,
        algorithms_left_out=[name for name in every if name not in block.algorithms],
        problems_left_out=[name for name in losses if name not in block.problems],
    )


def rank_losses(
    names: Sequence[str],
    problems: Sequence[str],
    losses: Floats,
    alpha: float = 0.05,
    posthoc: str = "nemenyi",
) -> Ranking:
    """Return the ranking from a matrix of losses (problems, algorithms), smaller is better."""
    ranks = np.array([average_ranks(row) for row in losses])
    ranking = Ranking(names, problems, ranks.mean(axis=0))
    if len(names) == 2:
        return _wilcoxon(ranking, losses, alpha)
    return _friedman(ranking, losses, alpha, posthoc)


def _wilcoxon(ranking: Ranking, losses: Floats, alpha: float) -> Ranking:
    names = ranking.names[0], ranking.names[1]
    pair = Pair("", names, losses[:, 0], losses[:, 1], paired=True)
    if reason := refusal(pair, alpha):
        differ = int((pair.one != pair.other).sum())
        few = (
            "with two algorithms it takes 6 problems on which they differ; there "
            f"{'is' if differ == 1 else 'are'} {differ}"
        )
        return replace(ranking, reason=reason if reason == EQUAL else few)
    run_pairs([pair], alpha)
    return replace(ranking, test=f"{pair.method} over problems", statistic=pair.statistic, p=pair.p)


def _friedman(ranking: Ranking, losses: Floats, alpha: float, posthoc: str) -> Ranking:
    count, width = losses.shape
    if count < FEWEST_PROBLEMS:
        there = "is" if count == 1 else "are"
        few = f"Friedman's test needs {FEWEST_PROBLEMS} problems or more; there {there} {count}"
        return replace(ranking, reason=few)
    if (losses == losses[:, :1]).all():
        return replace(ranking, reason="all algorithms have equal medians on every problem")
    from scipy.stats import f, friedmanchisquare

    chi_square = float(friedmanchisquare(*losses.T).statistic)
    rest = count * (width - 1) - chi_square
    statistic = (count - 1) * chi_square / rest if rest > 1e-12 else float("inf")
    tested = replace(
        ranking,
        test="Friedman, Iman-Davenport",
        chi_square=chi_square,
        statistic=statistic,
        p=float(f.sf(statistic, width - 1, (width - 1) * (count - 1))),
        critical_difference=critical_difference(width, count, alpha),
    )
    return _posthoc(tested, losses, posthoc) if tested.p < alpha else tested


def critical_difference(algorithms: int, problems: int, alpha: float = 0.05) -> float:
    """Return Nemenyi's critical difference of mean ranks (Demsar, section 3.2.2)."""
    from scipy.stats import studentized_range

    quantile = studentized_range.ppf(1 - alpha, algorithms, np.inf) / np.sqrt(2)
    return float(quantile * np.sqrt(algorithms * (algorithms + 1) / (6 * problems)))


def _posthoc(ranking: Ranking, losses: Floats, kind: str) -> Ranking:
    posthocs = need("scikit_posthocs")
    if kind == "conover":
        table = posthocs.posthoc_conover_friedman(losses, p_adjust="holm")
        return replace(ranking, posthoc=table.to_numpy(), posthoc_test="Conover, Holm")
    table = posthocs.posthoc_nemenyi_friedman(losses)
    return replace(ranking, posthoc=table.to_numpy(), posthoc_test="Nemenyi")
