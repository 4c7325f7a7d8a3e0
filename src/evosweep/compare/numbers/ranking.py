"""Which algorithm is best over many problems: Friedman's test, post-hoc tests, critical difference.

Demsar: Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 7, 2006. The blocks are
problems, the values medians over seeds. Two algorithms: Wilcoxon's signed-rank test over problems.
Three or more: Friedman's test with the correction of Iman and Davenport; where it rejects, Nemenyi
or Conover after it. Refused below 5 problems (6 for two algorithms).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.extra import need
from evosweep.compare.numbers.quality import Quality
from evosweep.compare.numbers.significance import Pair, refusal, run_pairs
from evosweep.compare.numbers.table import Column, Row, Table, show
from evosweep.compare.read.labels import natural
from evosweep.compare.read.run import Run

Floats = NDArray[np.float64]
FEWEST_PROBLEMS = 5


@dataclass(frozen=True)
class Ranking:
    """The outcome over all problems. `sentence` says it in words; `reason` why it was refused.

    `ranks` are mean ranks, 1 the best. `posthoc` holds p-values, (k, k), in the order of `names`.
    """

    names: Sequence[str]
    problems: Sequence[str]
    ranks: Floats
    left_out: Sequence[str] = field(default_factory=tuple)
    test: str = ""
    statistic: float = float("nan")
    p: float = float("nan")
    chi_square: float = float("nan")
    critical_difference: float = float("nan")
    posthoc: Floats | None = None
    posthoc_test: str = ""
    reason: str = ""


def losses_by_problem(
    problems: Mapping[str, Mapping[str, Sequence[Run]]], qualities: Mapping[str, Quality]
) -> tuple[list[str], list[str], list[str], Floats]:
    """Algorithms that ran on every problem, those that did not, problems, and median losses.

    The losses are (problems, algorithms).
    """
    everywhere = set.intersection(*(set(groups) for groups in problems.values()))
    every = sorted({name for groups in problems.values() for name in groups}, key=natural)
    names = [name for name in every if name in everywhere]
    rows = [
        [_median_loss(groups[name], qualities[problem]) for name in names]
        for problem, groups in problems.items()
    ]
    left_out = [name for name in every if name not in everywhere]
    return names, left_out, list(problems), np.array(rows, dtype=np.float64)


def _median_loss(runs: Sequence[Run], quality: Quality) -> float:
    return float(np.median(quality.loss(quality.of(runs))))


def rank(
    problems: Mapping[str, Mapping[str, Sequence[Run]]],
    qualities: Mapping[str, Quality],
    alpha: float,
    posthoc: str,
) -> Ranking:
    """The ranking of the algorithms over all problems, tested where the rules allow it."""
    names, left_out, blocks, losses = losses_by_problem(problems, qualities)
    if len(names) < 2:
        reason = "fewer than two algorithms ran on every problem, so there is nothing to rank"
        return Ranking(names, blocks, np.ones(len(names)), left_out, reason=reason)
    return rank_losses(names, blocks, losses, alpha, posthoc, left_out)


def rank_losses(
    names: Sequence[str],
    problems: Sequence[str],
    losses: Floats,
    alpha: float = 0.05,
    posthoc: str = "nemenyi",
    left_out: Sequence[str] = (),
) -> Ranking:
    """The ranking from a matrix of losses (problems, algorithms), smaller is better."""
    from scipy.stats import rankdata

    ranks = rankdata(losses, axis=1).mean(axis=0)
    known: dict[str, Any] = {
        "names": names,
        "problems": problems,
        "ranks": ranks,
        "left_out": left_out,
    }
    if len(names) == 2:
        return Ranking(**known, **_wilcoxon(names, losses, alpha))
    return Ranking(**known, **_friedman(losses, alpha, posthoc))


def _wilcoxon(names: Sequence[str], losses: Floats, alpha: float) -> dict[str, Any]:
    pair = Pair("", (names[0], names[1]), losses[:, 0], losses[:, 1], paired=True)
    if reason := refusal(pair, alpha):
        differ = int((pair.one != pair.other).sum())
        few = (
            "with two algorithms it takes 6 problems on which they differ; there "
            f"{'is' if differ == 1 else 'are'} {differ}"
        )
        return {"reason": reason if reason.startswith("all") else few}
    run_pairs([pair], alpha)
    return {"test": f"{pair.method} over problems", "statistic": pair.statistic, "p": pair.p}


def _friedman(losses: Floats, alpha: float, posthoc: str) -> dict[str, Any]:
    from scipy.stats import f, friedmanchisquare

    count, width = losses.shape
    if count < FEWEST_PROBLEMS:
        return {
            "reason": f"Friedman's test needs {FEWEST_PROBLEMS} problems or more; there "
            f"{'is' if count == 1 else 'are'} {count}"
        }
    if (losses == losses[:, :1]).all():
        return {"reason": "all algorithms have equal medians on every problem"}
    chi_square = float(friedmanchisquare(*losses.T).statistic)
    rest = count * (width - 1) - chi_square
    statistic = (count - 1) * chi_square / rest if rest > 1e-12 else float("inf")
    p = float(f.sf(statistic, width - 1, (width - 1) * (count - 1)))
    found: dict[str, Any] = {
        "test": "Friedman, Iman-Davenport",
        "chi_square": chi_square,
        "statistic": statistic,
        "p": p,
        "critical_difference": critical_difference(width, count, alpha),
    }
    return {**found, **(_posthoc(losses, posthoc) if p < alpha else {})}


def critical_difference(algorithms: int, problems: int, alpha: float = 0.05) -> float:
    """Nemenyi's critical difference of mean ranks (Demsar, section 3.2.2)."""
    from scipy.stats import studentized_range

    quantile = studentized_range.ppf(1 - alpha, algorithms, np.inf) / np.sqrt(2)
    return float(quantile * np.sqrt(algorithms * (algorithms + 1) / (6 * problems)))


def _posthoc(losses: Floats, kind: str) -> dict[str, Any]:
    posthocs = need("scikit_posthocs")
    if kind == "conover":
        table = posthocs.posthoc_conover_friedman(losses, p_adjust="holm")
        return {"posthoc": table.to_numpy(), "posthoc_test": "Conover, Holm"}
    table = posthocs.posthoc_nemenyi_friedman(losses)
    return {"posthoc": table.to_numpy(), "posthoc_test": "Nemenyi"}


def ranks_table(ranking: Ranking) -> Table:
    """The algorithms by mean rank."""
    order = np.argsort(ranking.ranks, kind="stable")
    rows: list[Row] = [
        {"algorithm": ranking.names[place], "mean_rank": float(ranking.ranks[place])}
        for place in order
    ]
    columns = (Column("algorithm", "algorithm"), Column("mean_rank", "mean rank"))
    note = f"Ranks of the medians, over {len(ranking.problems)} problems; 1 is best."
    return Table("ranks", "Mean ranks over all problems", columns, rows, note)


def posthoc_table(ranking: Ranking) -> Table | None:
    """The p-values of the post-hoc test, or None where there was none."""
    if ranking.posthoc is None:
        return None
    columns = [
        Column("algorithm", "algorithm"),
        *(Column(name, name, digits=3) for name in ranking.names),
    ]
    rows: list[Row] = [
        {
            "algorithm": name,
            **{n: float(p) for n, p in zip(ranking.names, line, strict=True)},
        }
        for name, line in zip(ranking.names, ranking.posthoc, strict=True)
    ]
    title = f"Post-hoc p-values: {ranking.posthoc_test}"
    return Table("posthoc", title, columns, rows, "After a significant Friedman test.")


def sentence(ranking: Ranking, alpha: float) -> str:
    """The outcome over all problems in plain words."""
    if ranking.reason:
        return f"Over all problems, no test was made: {ranking.reason}."
    best = ranking.names[int(np.argmin(ranking.ranks))]
    sure = f"p = {ranking.p:.3g}" if ranking.p else "p below 1e-300: every problem ranks alike"
    facts = (
        f"{ranking.test}: statistic {show(ranking.statistic)}, {sure}, "
        f"{len(ranking.problems)} problems, {len(ranking.names)} algorithms"
    )
    if ranking.p >= alpha:
        return f"Over all problems, the algorithms do not differ significantly ({facts})."
    return (
        f"Over all problems, the algorithms differ significantly ({facts}); {best} has the best "
        f"mean rank, {ranking.ranks.min():.3g}."
    )
