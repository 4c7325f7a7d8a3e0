"""The statistics object of every algorithm; it records each generation."""

import math
from collections.abc import Callable, Sequence
from itertools import repeat
from operator import attrgetter, is_, truediv
from typing import Any

import numpy
from deap import base, tools

from evosweep.genomes.deap_types import Population
from evosweep.genomes.digest import population_digest
from evosweep.run.best_so_far import with_best_so_far
from evosweep.run.hypervolume import EXACT_UP_TO, hypervolume

LogbookRow = dict[str, Any]
"""The row of a generation: numbers and texts by name; algorithms may add values."""

AfterGeneration = Callable[[Population, LogbookRow], None]
"""A function of the population of a generation and its row; it may end the run."""

_SMALL = 2.0**-64  # a power of two: nothing is rounded
_SQUARABLE = 1e150


class GenerationStatistics(tools.Statistics):  # type: ignore[misc]
    """DEAP's `Statistics` with fixed fields: best, mean, std, worst, seconds and digest.

    With m > 1 objectives the first four have a suffix: `best_0`, ... The sign of the weight decides
    which value is best. A `reference_point`, one value for each objective in raw units, adds
    `hypervolume` for up to six objectives. `digest` covers the whole population. `rows` keeps all
    rows, in case the algorithm has no logbook or is stopped before it returns one. `after` is
    called with each population and its row, and may end the run. `evaluations` returns the number
    of all evaluations so far.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        evaluations: Callable[[], int] = lambda: 0,
        after: AfterGeneration = lambda *_: None,
        reference_point: Sequence[float] | None = None,
        digest: Callable[[Population], str] = population_digest,
    ) -> None:
        super().__init__()
        self._clock, self._evaluations, self._after = clock, evaluations, after
        self._reference_point, self._digest = reference_point, digest
        self._counted = 0
        self.weights: tuple[float, ...] = ()
        self.rows: list[LogbookRow] = []
        self.fields = ["best", "mean", "std", "worst", "seconds", "digest"]

    def compile(self, data: Population) -> LogbookRow:
        """Return the row of a population, whose individuals all have a fitness."""
        row: LogbookRow = dict(summary(data))
        self.weights = self.weights or weights_of(data)
        if self._reference_point is not None:
            row["hypervolume"] = _hypervolume(data, self._reference_point)
        row["seconds"] = self._clock()
        row["digest"] = self._digest(data)
        total, before = self._evaluations(), self._counted
        self._counted = total
        self.rows.append({"nevals": total - before} | row)
        self._after(data, row)
        return row


def weights_of(population: Population) -> tuple[float, ...]:
    """Return the weights of the first individual that has a fitness; empty if none has."""
    first = next((ind.fitness for ind in population if ind.fitness.valid), None)
    return () if first is None else tuple(first.weights)


def summary(population: Population) -> dict[str, float]:
    """Return best, mean, std (of the population) and worst of each objective, in raw units."""
    valid = _valid(population)
    if not valid:
        return {}
    weights = valid[0].weights
    columns = _columns(valid)
    row: dict[str, float] = {}
    for number, (weight, values) in enumerate(zip(weights, columns, strict=True)):
        suffix = f"_{number}" if len(weights) > 1 else ""
        best, worst = (max, min) if weight >= 0 else (min, max)
        mean = _mean(values)
        row[f"best{suffix}"] = best(values)
        row[f"mean{suffix}"] = mean
        row[f"std{suffix}"] = _std(values, mean)
        row[f"worst{suffix}"] = worst(values)
    return row


_VALUES, _FITNESS, _WEIGHTED, _WEIGHTS = map(
    attrgetter, ("values", "fitness", "wvalues", "weights")
)


def _valid(population: Population) -> list[base.Fitness]:
    """Return the valid fitnesses, with a faster path for the usual class of fitness."""
    fitnesses = list(map(_FITNESS, population))
    ways = map(attrgetter("valid"), set(map(type, fitnesses)))
    if all(way is base.Fitness.valid for way in ways) and all(map(_WEIGHTED, fitnesses)):
        return fitnesses
    return [fitness for fitness in fitnesses if fitness.valid]


def _columns(fitnesses: Sequence[base.Fitness]) -> list[Sequence[float]]:
    """Return the values of each objective, with a faster path for the usual class of fitness."""
    weights = fitnesses[0].weights
    ways = map(_VALUES, set(map(type, fitnesses)))
    usual = all(way is base.Fitness.values for way in ways)
    if not usual or not all(map(is_, map(_WEIGHTS, fitnesses), repeat(weights))):
        return list(zip(*map(_VALUES, fitnesses), strict=True))
    columns = zip(*map(_WEIGHTED, fitnesses), strict=True)
    pairs = zip(columns, weights, strict=False)  # as `values` pairs them
    return [list(map(truediv, column, repeat(weight))) for column, weight in pairs]


def _hypervolume(population: Population, reference: Sequence[float]) -> float | None:
    """Return the population's hypervolume; None if it would be wrong or slower than a
    generation."""
    valid = [ind.fitness for ind in population if ind.fitness.valid]
    if not valid or not len(valid[0].weights) == len(reference) <= EXACT_UP_TO:
        return None
    points = numpy.array([fitness.values for fitness in valid], dtype=float)
    return hypervolume(points, valid[0].weights, reference)


def _mean(values: Sequence[float]) -> float:
    if not all(map(math.isfinite, values)):
        return float(numpy.mean(values))
    try:
        return math.fsum(values) / len(values)  # the same on every processor
    except OverflowError:  # of the sum: the mean of finite values is finite
        mean = math.fsum(value * _SMALL for value in values) / len(values) / _SMALL
        return min(max(mean, min(values)), max(values))


def _std(values: Sequence[float], mean: float) -> float:
    if not math.isfinite(mean):
        return math.nan
    unit = max(max(values) / 2 - mean / 2, mean / 2 - min(values) / 2)
    if unit == 0 or 1 / _SQUARABLE < unit < _SQUARABLE:
        deviations = [value - mean for value in values]
        return math.sqrt(math.fsum(map(pow, deviations, repeat(2))) / len(values))
    squares = math.fsum(((value / 2 - mean / 2) / unit) ** 2 for value in values)
    return math.sqrt(squares / len(values)) * unit * 2


def logbook_rows(
    logbook: Sequence[LogbookRow] | None, statistics: GenerationStatistics
) -> list[LogbookRow]:
    """Return one row for each generation; `gen` and `nevals` become `generation` and `evaluations`.

    The chapters of a `tools.MultiStatistics` become columns: `size_avg` for the chapter `size`.
    `generation_best` repeats `best`; `best_so_far` is the best of all generations until then.
    """
    source: Sequence[LogbookRow] = logbook if logbook else statistics.rows
    rows = []
    for number, row in enumerate(source):
        row = row | _chapters(source, number)  # noqa: PLW2901 - flatten nested chapters
        named = {"generation": row.get("gen", number), "evaluations": row.get("nevals")}
        rest = {key: value for key, value in row.items() if key not in _RENAMED}
        rows.append(named | rest)
    return list(with_best_so_far(rows, statistics.weights))


_RENAMED = ("gen", "nevals")


def _chapters(logbook: Sequence[LogbookRow], number: int) -> LogbookRow:
    """Return the values of a generation that are only in the chapters of a logbook."""
    values: LogbookRow = {}
    for name, chapter in getattr(logbook, "chapters", {}).items():
        if number < len(chapter):
            own = {**chapter[number], **_chapters(chapter, number)}
            values |= {f"{name}_{k}": own[k] for k in own if k not in logbook[number]}
    return values
