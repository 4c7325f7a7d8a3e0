"""The tested pairs as a table, and the outcome of each in a few words."""

from collections.abc import Sequence

import numpy as np

from evosweep.compare.numbers.effects import effect
from evosweep.compare.numbers.significance import Pair, better
from evosweep.compare.numbers.table import Column, Row, Table

COLUMNS = (
    Column("problem", "problem"),
    Column("a", "A"),
    Column("b", "B"),
    Column("outcome", "outcome"),
    Column("p_holm", "p, Holm", digits=3),
    Column("a12", "A12", digits=3),
    Column("effect", "effect"),
    Column("delta", "Cliff's delta", digits=3),
    Column("delta_low", "delta, lower", digits=3),
    Column("delta_high", "delta, upper", digits=3),
    Column("test", "test"),
    Column("n_a", "n of A"),
    Column("n_b", "n of B"),
    Column("statistic", "statistic"),
    Column("p", "p", digits=3),
)
LOOK_COLUMNS = (
    Column("look", "look"),
    Column("p_looks", "p over all looks", digits=3),
)
"""What is added where seeds come in stages."""


def pairs_table(pairs: Sequence[Pair], alpha: float, *, common: bool = False) -> Table:
    """Return a row for each pair: test, n, statistic, p, Holm's p, effect sizes and the outcome.

    `common` says that the pairs are of results at the largest common budget.
    """
    note = (
        f"Two-sided, level {alpha:g}, Holm's correction over the tested pairs of a problem. A12: "
        "the probability that A gives the better result, ties half. Delta: Cliff's, with its "
        f"{100 * (1 - alpha):g} % interval. See Methods for how a test is chosen."
    )
    columns: Sequence[Column] = COLUMNS
    if any(pair.look for pair in pairs):
        columns = (*COLUMNS, *LOOK_COLUMNS)
        note += (
            " Seeds came in stages: n are those of the last complete look, p is of its test alone, "
            "Holm's correction is of the p over all looks, and intervals hold over all looks too."
        )
    rows = [_row(pair, alpha) for pair in pairs]
    if common:
        title = "Pairs of algorithms at the largest common budget"
        return Table("tests_common_budget", title, columns, rows, note=note)
    return Table("tests", "Pairs of algorithms", columns, rows, note=note)


def _row(pair: Pair, alpha: float) -> Row:
    size_of_effect = effect(pair.one, pair.other, pair.level(alpha))
    refused = bool(pair.reason)  # then the size of the effect has no word either
    return {
        "problem": pair.problem,
        "a": pair.names[0],
        "b": pair.names[1],
        "outcome": outcome(pair, alpha),
        "p_holm": None if refused else pair.corrected,
        "a12": size_of_effect.a12,
        "effect": None if refused else size_of_effect.size,
        "delta": size_of_effect.delta,
        "delta_low": _finite(size_of_effect.low),
        "delta_high": _finite(size_of_effect.high),
        "test": pair.method or "none",
        "n_a": len(pair.one),
        "n_b": len(pair.other),
        "statistic": None if refused else pair.statistic,
        "p": None if refused else pair.p,
        "look": None if pair.look is None else pair.look.number,
        "p_looks": _finite(pair.repeated),
    }


def _finite(value: float) -> float | None:
    return None if np.isnan(value) else value


def outcome(pair: Pair, alpha: float) -> str:
    """Return which algorithm is better, or why the pair was not tested, in a few words."""
    if pair.reason:
        return f"not tested: {pair.reason}"
    if not pair.decides(alpha):
        return "no significant difference"
    return f"{pair.names[0 if better(pair) > 0 else 1]} is better"
