"""When a run ends before its algorithm would end it: targets, budgets, stagnation, a callback.

Every algorithm, a stock DEAP one too, compiles its statistics once a generation. That is where the
conditions are looked at, after each generation, and where a run that is to stop leaves its
algorithm, with the population of that generation as its final one.
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
    """What a callback is given after each generation.

    number        of the generation, from 0
    evaluations   so far
    seconds       since the run started, those of interrupted sessions included
    population    the individuals, with their fitness
    row           what the logbook gets: best, mean, std, worst (best_0, ... for several objectives)
    """

    number: int
    evaluations: int
    seconds: float
    population: Population
    row: LogbookRow


class StopEvolution(BaseException):
    """Leaves an algorithm with its final population.

    Like KeyboardInterrupt no `Exception`, so that no algorithm takes it for an error of its own.
    """

    def __init__(self, population: Population, reason: str, generation: Generation) -> None:
        super().__init__(reason)
        self.population = list(population)
        self.reason = reason
        self.generation = generation

    def receipt(self) -> Stopped:
        """Return what the record keeps of it: why, and after which generation and evaluation."""
        last = self.generation
        return {
            "reason": self.reason,
            "generation": last.number,
            "evaluations": last.evaluations,
            "seconds": last.seconds,
        }


class Stopping:
    """The conditions of one run; `after` is called with each generation."""

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
        """Take the weights of the objectives; raises `InputError` for what needs one objective."""
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
        """Return a callback's own random draws are not the run's."""
        if not self._callback:
            return False
        before = seeds.state()
        try:
            return bool(self._callback(last))
        finally:
            before.restore()

    def _out_of_time(self, last: Generation) -> bool:
        """Never while a journal is replayed: the session that wrote it had time left."""
        limit = self._stop.seconds
        return limit is not None and last.seconds >= limit and not self._replaying()


def _target(target: float | str | None, traits: Traits) -> float | None:
    if not isinstance(target, str):
        return target
    if traits.target is None:
        raise InputError("stop: target is 'declared', and the problem declares none; give a number")
    return traits.target


def repeatable(record: Record) -> dict[str, Any]:
    """Return the spec of a record, to be run again; if a clock ended the run, its evaluations do
    now.

    The budget of evaluations is looked at after a generation, so that the repetition stops after
    the one after which the clock stopped the run.
    """
    spec: dict[str, Any] = {**record.spec}
    stopped = record.stopped
    if not stopped or stopped["reason"] != "seconds":
        return spec
    stop = {key: value for key, value in spec["algorithm"]["stop"].items() if key != "seconds"}
    stop["evaluations"] = stopped["evaluations"]
    return spec | {"algorithm": spec["algorithm"] | {"stop": stop}}
