"""Parameter importance: the share of the variance between configurations that each explains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.anova import Term, decompose, terms_of
from evosweep.compare.numbers.design import Design
from evosweep.compare.numbers.location import median
from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.table import Column, Row, Table

Floats = NDArray[np.float64]
RESAMPLES = 500
DECADES = 1e3  # results with a larger ratio are replaced by their logarithms
MOST_PARAMETERS = 10
ALL = "all problems"
GRID, FOREST = "exact, full grid", "random forest"


@dataclass(frozen=True)
class Importance:
    """The shares of an algorithm's parameters and their pairs on one problem, or over all.

    Parameters
    ----------
    shares, low, high
        Of each term: the share of the variance, and its 95 % interval.
    resamples
        The shares of each resample, (resamples, terms).
    score
        The forest's out-of-bag score; None for a grid.
    reason
        Why there are no shares, or empty.
    """

    design: Design
    problem: str
    method: str = ""
    shares: Floats = field(default_factory=lambda: np.empty(0))
    resamples: Floats = field(default_factory=lambda: np.empty((0, 0)))
    score: float | None = None
    reason: str = ""
    scale: str = ""

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """Return the bounds of the 95 % intervals, by a percentile bootstrap."""
        low, high = np.percentile(self.resamples, [2.5, 97.5], axis=0)
        return low, high

    def name(self, term: Term) -> str:
        """Return a term in words: `sigma`, or `sigma × population`."""
        return " × ".join(self.design.parameters[place] for place in term)


def importance(design: Design, standing: Standing) -> Importance:
    """Return the shares on one problem, exact on a full grid, else by a forest, or a reason."""
    labels = [label for label in design.points if label in standing.values]
    samples = {label: standing.quality.loss(standing.values[label]) for label in labels}
    result = Importance(design, standing.problem)
    if len(labels) < 4 or not all(np.isfinite(sample).all() for sample in samples.values()):
        return replace(result, reason="too few configurations with finite results")
    if len(design.parameters) > MOST_PARAMETERS:
        return replace(result, reason=f"more than {MOST_PARAMETERS} parameters are swept")
    medians = np.array([median(sample) for sample in samples.values()])
    if np.ptp(medians) == 0:
        return replace(result, reason="every configuration has the same median")
    logarithm = bool(medians.min() > 0 and medians.max() >= DECADES * medians.min())
    if logarithm:
        samples = {label: np.log10(sample.clip(1e-300)) for label, sample in samples.items()}
        result = replace(result, scale="log10")
    if design.is_grid(labels):
        return _of_grid(result, samples)
    return _of_sample(result, samples)


def _of_grid(empty: Importance, samples: Mapping[str, Floats]) -> Importance:
    design, rng = empty.design, np.random.default_rng(0)
    shape = tuple(map(len, design.levels))
    count = max(1, min(RESAMPLES, 5_000_000 // max(1, int(np.prod(shape)))))
    values = np.empty((count + 1, *shape))
    for label, sample in samples.items():
        chosen = rng.integers(0, len(sample), (count, len(sample)))
        cells = np.concatenate([[np.median(sample)], np.median(sample[chosen], axis=1)])
        np.moveaxis(values, 0, -1)[design.places(label)] = cells
    shares = decompose(values)
    return replace(empty, method=GRID, shares=shares[0], resamples=shares[1:])


def _of_sample(empty: Importance, samples: Mapping[str, Floats]) -> Importance:
    from importlib.util import find_spec

    from evosweep.compare.numbers import forest

    if len(samples) < forest.FEWEST_POINTS:
        few = f"no full grid, and fewer than {forest.FEWEST_POINTS} points for a forest"
        return replace(empty, reason=few)
    if find_spec("sklearn") is None:
        return replace(empty, reason="no full grid; a forest needs scikit-learn: "
                       "pip install 'evosweep[problems]'")  # fmt: skip
    points = empty.design.scaled(list(samples))
    grown = forest.fit(points, np.array([np.median(sample) for sample in samples.values()]))
    empty = replace(empty, method=FOREST, score=grown.score)
    if grown.score < forest.LEAST_SCORE:
        reason = (
            f"the forest's out-of-bag score is {grown.score:.2g}, below {forest.LEAST_SCORE:g}: it "
            "has not learned what the parameters do"
        )
        return replace(empty, reason=reason)
    return replace(empty, shares=grown.shares, resamples=grown.refits)


def over_problems(each: Sequence[Importance]) -> Importance | None:
    """Return the mean of the shares over the problems that have them; None below two."""
    explained = [one for one in each if not one.reason]
    if len(explained) < 2:
        return None
    count = min(len(one.resamples) for one in explained)
    resamples = np.mean([one.resamples[:count] for one in explained], axis=0)
    shares = np.mean([one.shares for one in explained], axis=0)
    methods = sorted({one.method for one in explained})
    return Importance(explained[0].design, ALL, ", ".join(methods), shares, resamples=resamples)


def importance_table(importances: Sequence[Importance]) -> Table:
    """Return a row for each algorithm, problem and term."""
    rows = [row for one in importances for row in _rows(one)]
    columns = (
        Column("algorithm", "algorithm"),
        Column("problem", "problem"),
        Column("term", "parameter, or pair"),
        Column("share", "share of the variance", digits=3),
        Column("share_low", "share, lower", digits=3),
        Column("share_high", "share, upper", digits=3),
        Column("method", "method"),
        Column("score", "out-of-bag score", digits=3),
        Column("scale", "results by"),
        Column("reason", "why there is none"),
    )
    note = (
        "Functional ANOVA of the median results: main effects, and what a pair adds to them. On a "
        "full grid exact, with bootstrap intervals over the seeds; else of a random forest, with "
        "intervals over refits. 95 %, percentile."
    )
    return Table("importance", "Which parameter matters", columns, rows, note=note)


def _rows(importance: Importance) -> list[Row]:
    base: Row = {
        "algorithm": importance.design.name,
        "problem": importance.problem,
        "method": importance.method,
        "score": importance.score,
        "scale": importance.scale or None,
    }
    if importance.reason:
        return [{**base, "reason": importance.reason}]
    low, high = importance.interval
    return [
        {
            **base,
            "term": importance.name(term),
            "share": float(importance.shares[place]),
            "share_low": float(low[place]),
            "share_high": float(high[place]),
        }
        for place, term in enumerate(terms_of(len(importance.design.parameters)))
    ]
