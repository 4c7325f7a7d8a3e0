"""End a run before its algorithm ends: targets, budgets, stagnation, a callback.

Every algorithm, including DEAP's own, compiles its statistics once per generation. At this moment
the conditions are checked. If one holds, an exception leaves the algorithm, and the population of
this generation is the final one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evosweep.config.spec import AlgorithmSpec
from evosweep.errors import InputError
from evosweep.evaluation import seeds
from evosweep.genomes.deap_types import Population
from evosweep.plugins import loading
from evosweep.problems.traits import Traits
from evosweep.records.record import Record, Stopped
from evosweep.run.statistics import LogbookRow


@dataclass(frozen=True)
class Generation:
    """The argument of a callback, made after each generation.

    number        of the generation, from 0
    evaluations   so far
    seconds       since the run started, those of interrupted sessions included
    population    the individuals, with their fitness
    row           the logbook's row: best, mean, std, worst (best_0, ... for several objectives)
    """

    number: int
    evaluations: int
    seconds: float
    population: Population
    row: LogbookRow


class StopEvolution(BaseException):
    """Leaves an algorithm with its final population.

    Like KeyboardInterrupt it is no `Exception`, so that no algorithm catches it as an error.
    """

    def __init__(self, population: Population, reason: str, generation: Generation) -> None:
        super().__init__(reason)
        self.population = list(population)
        self.reason = reason
        self.generation = generation

    def receipt(self) -> Stopped:
        """Return the record's entry: the reason, and the last generation and evaluation."""
        last = self.generation
        return {
            "reason": self.reason,
            "generation": last.number,
            "evaluations": last.evaluations,
            "seconds": last.seconds,
        }


class Stopping:
    """The stop conditions of one run; the statistics call `after` for each generation."""

    def __init__(
        self,
        algorithm: AlgorithmSpec,
        import_path: str,
        traits: Traits,
        *,
        evaluations: Callable[[], int],
        replaying: Callable[[], bool],
    ) -> None:
        stop = algorithm.stop
        self._stop = stop
        self._weights: Sequence[float] = ()
        self._target = _target(stop.target, traits)
        self._evaluations, self._replaying = evaluations, replaying
        use = algorithm.callback
        self._callback = use and loading.load("callback", use, import_path)
        self._number, self._best, self._best_at = -1, float("-inf"), 0

    def begin(self, weights: Sequence[float]) -> None:
        """Take the weights; raises `InputError` for conditions that need a single objective."""
        needs_one = self._stop.target is not None or self._stop.stagnation is not None
        if len(weights) > 1 and needs_one:
            raise InputError(
                f"stop: target and stagnation need one objective, and the problem has "
                f"{len(weights)}; use evaluations, seconds or a callback"
            )
        self._weights = weights

    def after(self, population: Population, row: LogbookRow) -> None:
        """Raise `StopEvolution` if a condition holds after this generation."""
        if not self._weights:  # nothing was evaluated by `toolbox.map`
            self.begin(next((ind.fitness.weights for ind in population), (1.0,)))
        self._number += 1
        last = Generation(
            number=self._number,
            evaluations=self._evaluations(),
            seconds=row["seconds"],
            population=population,
            row=row,
        )
        self._note_best(row)
        for reason, holds in (
            ("target", self._reached),
            ("evaluations", self._spent),
            ("stagnation", self._stagnates),
            ("callback", self._called_back),
            ("seconds", self._out_of_time),
        ):
            if holds(last):
                raise StopEvolution(population, reason, last)

    def _note_best(self, row: LogbookRow) -> None:
        if "best" in row and row["best"] * self._weights[0] > self._best:
            self._best, self._best_at = row["best"] * self._weights[0], self._number

    def _reached(self, last: Generation) -> bool:
        if self._target is None or "best" not in last.row:
            return False
        return bool(last.row["best"] * self._weights[0] >= self._target * self._weights[0])

    def _spent(self, last: Generation) -> bool:
        return self._stop.evaluations is not None and last.evaluations >= self._stop.evaluations

    def _stagnates(self, last: Generation) -> bool:
        patience = self._stop.stagnation
        return patience is not None and last.number - self._best_at >= patience

    def _called_back(self, last: Generation) -> bool:
        """Call the callback; random numbers that it draws do not change the run."""
        if not self._callback:
            return False
        before = seeds.state()
        try:
            return bool(self._callback(last))
        finally:
            before.restore()

    def _out_of_time(self, last: Generation) -> bool:
        """Return True if the time is over; False while a journal is replayed, which had time
        left."""
        limit = self._stop.seconds
        return limit is not None and last.seconds >= limit and not self._replaying()


def _target(target: float | str | None, traits: Traits) -> float | None:
    if not isinstance(target, str):
        return target
    if traits.target is None:
        raise InputError("stop: target is 'declared', and the problem declares none; give a number")
    return traits.target


def repeatable(record: Record) -> dict[str, Any]:
    """Return a spec that repeats a record's run, even if a clock had ended the run.

    Then its number of evaluations replaces the time limit. This budget is checked after each
    generation, so that the repetition stops after the same generation as the run.
    """
    spec: dict[str, Any] = {**record.spec}
    stopped = record.stopped
    if not stopped or stopped["reason"] != "seconds":
        return spec
    stop = {key: value for key, value in spec["algorithm"]["stop"].items() if key != "seconds"}
    stop["evaluations"] = stopped["evaluations"]
    return spec | {"algorithm": spec["algorithm"] | {"stop": stop}}
