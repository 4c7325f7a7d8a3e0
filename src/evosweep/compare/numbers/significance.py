"""Test which of two configurations is better on a problem, by fixed rules.

Samples are final results, one per seed. Wilcoxon's signed-rank test is used if seeds pair the runs:
both configurations have the same seeds with equal first populations, and enough of them to reach
the level after Holm's correction. Else the Mann-Whitney U test is used. Both are two-sided. They
are exact if there are no ties and at most 50 values per side; else they use the normal
approximation with corrections for ties and continuity. Holm's correction covers all pairs of a
problem. A pair is not tested if even perfectly separated samples would not reach the level.

Where seeds come in stages, the tests are those of the last look at which every run is there, and
the correction is of their repeated p-values (`numbers.spending`), which hold over all looks. Then
all that could differ between looks is fixed: the family is every pair, and whether seeds pair the
runs is decided by the most seeds that there may be.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.agreement import generation_digests
from evosweep.compare.numbers.effects import effect
from evosweep.compare.numbers.location import median, scale_of
from evosweep.compare.numbers.look import Look, repeated_one
from evosweep.compare.numbers.ranks import average_ranks
from evosweep.compare.read.run import Run

Floats = NDArray[np.float64]
EXACT_UP_TO = 50  # values per side; up to it, SciPy's exact distributions are quick
MOST_PAIRS = 300  # most pairs of a problem; beyond, each one is tested against the best


EQUAL = "all results are equal"
INCOMPLETE = "the first stage of seeds is not complete"


@dataclass
class Pair:
    """Two samples of losses and, after the test, its result; or the `reason` for no test."""

    problem: str
    names: tuple[str, str]
    one: Floats
    other: Floats
    paired: bool
    statistic: float = float("nan")
    p: float = float("nan")
    corrected: float = float("nan")
    method: str = ""
    reason: str = ""
    look: Look | None = None
    """Where seeds come in stages: which of the looks this is."""
    repeated: float = float("nan")
    """The p-value over all looks."""

    def level(self, alpha: float) -> float:
        """Return the level of this one test, for `alpha` over all looks."""
        return alpha if self.look is None else self.look.level(alpha)

    def decides(self, alpha: float) -> bool:
        """Return True if the test finds a significant difference."""
        return not self.reason and self.corrected < alpha

    def favours(self, name: str, alpha: float) -> bool:
        """Return True if the test finds that the algorithm `name` is better."""
        return self.decides(alpha) and self.names[0 if better(self) > 0 else 1] == name


@dataclass(frozen=True)
class Starts:
    """The digests of first populations; each is read once, when a test needs it."""

    known: dict[str, str] = field(default_factory=dict)

    def of(self, run: Run) -> str:
        """Return the digest of a run's first logged population, or its run_id without a logbook."""
        if run.run_id not in self.known:
            digests = generation_digests(run)
            self.known[run.run_id] = digests[0][1] if digests else run.run_id
        return self.known[run.run_id]

    def pair(self, one: Sequence[Run], other: Sequence[Run]) -> bool:
        """Return True if the seeds pair two lists of runs, each sorted by seed."""
        return [run.seed for run in one] == [run.seed for run in other] and all(
            self.of(a) == self.of(b) for a, b in zip(one, other, strict=True)
        )


def run_pairs(pairs: Sequence[Pair], alpha: float) -> None:
    """Test all pairs and store their results; Holm's correction covers the given pairs."""
    groups: dict[tuple[object, ...], list[Pair]] = defaultdict(list)
    family = family_size(pairs)
    for pair in pairs:
        pair.reason = refusal(pair, alpha, family)
        if not pair.reason:
            pair.method = _method(pair)
            groups[pair.method, len(_used(pair)[0]), len(_used(pair)[1])].append(pair)
    for members in groups.values():
        _run_tests(members)
    _correct([pair for pair in pairs if not pair.reason], family)


def _correct(tested: Sequence[Pair], family: int) -> None:
    """Apply Holm's correction: over the tested pairs; in stages over the whole family."""
    look = tested[0].look if tested else None
    if look is None:
        for pair, corrected in zip(tested, holm([pair.p for pair in tested]), strict=True):
            pair.corrected = corrected
        return
    repeated = look.repeated([pair.p for pair in tested])
    padded = [*repeated, *(1.0 for _ in range(family - len(tested)))]
    for pair, value, corrected in zip(tested, repeated, holm(padded), strict=False):
        pair.repeated, pair.corrected = value, corrected


def family_size(pairs: Sequence[Pair]) -> int:
    """Return how many pairs Holm's correction counts: all in stages, else those that differ."""
    if pairs and pairs[0].look is not None:
        return len(pairs)
    return max(1, sum(_differs(pair) for pair in pairs))


def _differs(pair: Pair) -> bool:
    if pair.paired:
        return bool((pair.one != pair.other).any())
    return not all_equal(np.concatenate([pair.one, pair.other]))


def refusal(pair: Pair, alpha: float, family: int = 1) -> str:
    """Return why a pair cannot be tested, or "": too few values, or no difference.

    There are too few values if even perfectly separated samples would not reach the level after
    Holm's correction over a family of pairs.
    """
    sizes = len(pair.one), len(pair.other)
    if pair.look is not None and not pair.look.number:
        return INCOMPLETE
    if all_equal(np.concatenate([pair.one, pair.other])):
        return EQUAL
    if pair.paired:
        count = int((pair.one != pair.other).sum())
        least, what = 2.0 * 0.5**count, f"{count} pairs with different results"
    else:
        least, what = 2.0 / comb(sum(sizes), sizes[0]), f"{sizes[0]} and {sizes[1]} runs"
    over_looks = least if pair.look is None else repeated_one(pair.look, least)
    if over_looks * family <= alpha:
        return ""
    tail, corrected = (f" for {family} pairs", "corrected ") if family > 1 else ("", "")
    smallest = min(over_looks * family, 1.0)
    looks = "" if pair.look is None else " over all looks"
    return f"{what} are too few{tail}: the least {corrected}p{looks} is {smallest:.3g}"


def all_equal(values: Floats) -> bool:
    """Return True if all values are equal; infinity equals itself."""
    return bool((values == values[0]).all())


def _used(pair: Pair) -> tuple[Floats, Floats]:
    """Return the values that enter the test: Wilcoxon's test drops zero differences."""
    if not pair.paired:
        return pair.one, pair.other
    kept = pair.one != pair.other
    return pair.one[kept], pair.other[kept]


def _differences(pair: Pair) -> Floats:
    """Return the nonzero differences, scaled so that none overflows."""
    one, other = _used(pair)
    scale = 2 * scale_of(pair.one, pair.other)
    with np.errstate(invalid="ignore"):
        differences: Floats = one / scale - other / scale
    return differences


def _method(pair: Pair) -> str:
    one, other = _used(pair)
    values = np.abs(_differences(pair)) if pair.paired else np.concatenate([one, other])
    ties = len(np.unique(values)) < len(values)
    exact = not ties and max(len(one), len(other)) <= EXACT_UP_TO
    name = "Wilcoxon signed-rank" if pair.paired else "Mann-Whitney U"
    return f"{name}, {'exact' if exact else 'approximate'}"


def _run_tests(pairs: Sequence[Pair]) -> None:
    """Run all tests of one kind and size in one call, which is fast for thousands of pairs."""
    from scipy.stats import mannwhitneyu, wilcoxon

    exact = pairs[0].method.endswith("exact")
    method = "exact" if exact else "asymptotic"
    if pairs[0].paired:
        differences = np.array([_differences(pair) for pair in pairs])
        outcomes = wilcoxon(differences, axis=1, method=method, correction=not exact)
    else:
        one, other = (
            np.array([pair.one for pair in pairs]),
            np.array([pair.other for pair in pairs]),
        )
        outcomes = mannwhitneyu(one, other, axis=1, method=method)
    for pair, statistic, p in zip(pairs, outcomes.statistic, outcomes.pvalue, strict=True):
        pair.statistic, pair.p = float(statistic), float(p)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values after Holm's step-down correction (Scandinavian J. of Statistics 6, 1979)."""
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")
    scaled = np.asarray(p_values, dtype=np.float64)[order] * (count - np.arange(count))
    corrected = np.empty(count)
    corrected[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return [float(value) for value in corrected]


def make_pairs(
    problem: str,
    groups: Mapping[str, Sequence[Run]],
    losses: Mapping[str, Floats],
    *,
    starts: Starts,
    alpha: float,
    look: Look | None = None,
) -> list[Pair]:
    """Return the pairs of algorithms to test on a problem, paired by seeds if possible.

    Parameters
    ----------
    groups, losses
        The runs of each algorithm, and the losses of their results in the same order.
    look
        Where seeds come in stages: the look whose runs these are.
    """
    pairs = [
        Pair(problem, (one, other), losses[one], losses[other], paired=False, look=look)
        for one, other in _choose(losses, every=look is not None)
    ]
    family = family_size(pairs)
    for pair in pairs:
        pair.paired = len(pair.one) == len(pair.other)
        pair.paired = pair.paired and _reaches_paired(pair, alpha, family)
        pair.paired = pair.paired and starts.pair(*(groups[name] for name in pair.names))
    return pairs


def _reaches_paired(pair: Pair, alpha: float, family: int) -> bool:
    """Return True if a paired test could decide; in stages, once all seeds are there."""
    if pair.look is None:
        return not refusal(pair, alpha, family)
    least = 2.0 * 0.5 ** len(pair.look.stages)
    return repeated_one(pair.look.last, least) * family <= alpha


def _choose(losses: Mapping[str, Floats], *, every: bool = False) -> Iterable[tuple[str, str]]:
    if every or comb(len(losses), 2) <= MOST_PAIRS:
        return combinations(losses, 2)
    best = min(losses, key=lambda name: (median(losses[name]), name))
    return ((best, name) for name in losses if name != best)


def fewest_seeds(family: int, alpha: float) -> int:
    """Return the fewest runs per algorithm with which each of `family` pairs can reach the
    level."""
    seeds = 2
    while 2.0 / comb(2 * seeds, seeds) * family > alpha:
        seeds += 1
    return seeds


def better(pair: Pair) -> float:
    """Return a number that is positive if the first of a pair is better, as its test measures
    it."""
    if not pair.paired:
        return effect(pair.one, pair.other).delta
    differences = -_differences(pair)
    return float((np.sign(differences) * average_ranks(np.abs(differences))).sum())
