"""The ranking over problems as tables and as sentences."""

from collections.abc import Sequence

import numpy as np

from evosweep.compare.numbers.ranking import Ranking
from evosweep.compare.numbers.table import Column, Row, Table, show
from evosweep.compare.numbers.words import first_of


def ranks_table(rankings: Sequence[Ranking]) -> Table:
    """Return the algorithms by mean rank, for each kind of problem."""
    rows: list[Row] = [
        {
            "objectives": ranking.kind,
            "algorithm": ranking.names[place],
            "mean_rank": float(ranking.ranks[place]),
            "problems": len(ranking.problems),
        }
        for ranking in rankings
        for place in np.argsort(ranking.ranks, kind="stable")
    ]
    columns = (
        Column("objectives", "objectives"),
        Column("algorithm", "algorithm"),
        Column("mean_rank", "mean rank"),
        Column("problems", "problems"),
    )
    note = (
        "Ranks of the medians over the largest block of problems and algorithms that is complete; "
        "1 is best, equal medians share a rank. Where budgets are unequal, the medians are those "
        "at the largest common budget."
    )
    return Table("ranks", "Mean ranks", columns, rows, note=note)


def posthoc_table(ranking: Ranking) -> Table | None:
    """Return the p-values of the post-hoc test; None if there was no such test."""
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
    name = "posthoc" if ranking.kind != "several" else "posthoc_several"
    return Table(name, title, columns, rows, note="After a significant Friedman test.")


def sentence(ranking: Ranking, alpha: float) -> str:
    """Return the outcome over the problems of one kind in plain words."""
    where = f"Over problems with {ranking.kind} objective{'s' * (ranking.kind == 'several')}"
    if ranking.reason:
        return f"{where}, no test was made: {ranking.reason}."
    sure = f"p = {ranking.p:.3g}" if ranking.p else "p below 1e-300: every problem ranks alike"
    facts = (
        f"{ranking.test}: statistic {show(ranking.statistic)}, {sure}, "
        f"{len(ranking.problems)} problems, {len(ranking.names)} algorithms"
    )
    if ranking.p >= alpha:
        return f"{where}, the algorithms do not differ significantly ({facts})."
    verb = "has" if len(ranking.leaders) == 1 else "share"
    return (
        f"{where}, the algorithms differ significantly ({facts}); {first_of(ranking.leaders)} "
        f"{verb} the best mean rank, {show(float(min(ranking.ranks)), 3)}."
    )


def left_out(ranking: Ranking) -> list[str]:
    """Return the names of the problems and algorithms that the ranking leaves out."""
    kinds = (
        ("algorithm", ranking.algorithms_left_out),
        ("problem", ranking.problems_left_out),
    )
    return [
        f"Not ranked, {ranking.kind} objective{'s' * (ranking.kind == 'several')}: "
        f"{what}{'s' * (len(names) > 1)} {', '.join(names)}, outside the largest complete block."
        for what, names in kinds
        if names and ranking.names
    ]
