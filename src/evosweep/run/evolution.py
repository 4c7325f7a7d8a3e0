"""One evolution, from the seed to the final population."""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deap import tools

from evosweep.backends.protocol import Backend
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError, RunError, shown
from evosweep.evaluation import problem, seeds
from evosweep.evaluation.blame import EarlierLosses
from evosweep.evaluation.circumstances import Circumstances
from evosweep.evaluation.evaluator import Evaluator
from evosweep.evaluation.problem import BuiltProblem
from evosweep.fast import accelerate
from evosweep.genomes.deap_types import Population
from evosweep.genomes.digest import population_digest
from evosweep.plugins.loading import load_algorithm, load_problem
from evosweep.plugins.signatures import check_parameters
from evosweep.records.journal import Journal
from evosweep.records.record import Stopped
from evosweep.run import extension, hall_of_fame
from evosweep.run.early_stop import StopEvolution, Stopping
from evosweep.run.statistics import GenerationStatistics, LogbookRow, logbook_rows


@dataclass(frozen=True)
class Evolved:
    """The result of an evolution."""

    population: Population
    rows: list[LogbookRow]
    """The rows of the logbook, one for each generation."""
    stopped: Stopped | None
    """The condition that ended it before its algorithm was done, if any."""
    seconds: float
    cpu: float
    """CPU seconds of this process."""


class Evolution:
    """Problem and algorithm of a spec, ready to be run once.

    Parameters
    ----------
    announce
        Called with the weights of the objectives as soon as they are known.
    evaluator
        The class of the evaluator; a trial uses one that ends after the first individual.
    """

    def __init__(
        self,
        spec: RunSpec,
        backend: Backend,
        journal: Journal,
        *,
        announce: Callable[[Sequence[float]], None],
        lost: EarlierLosses = (),
        audit: int = 0,
        order: Path | None = None,
        evaluator: type[Evaluator] = Evaluator,
    ) -> None:
        self._spec, self._announce = spec, announce
        self.problem, self._algorithm, description = _load(spec)
        self._toolbox = accelerate(self.problem.own_toolbox())
        how = Circumstances(
            description=description, seed=spec.seed, lost=lost, audit=audit, order=order
        )
        self.evaluator = evaluator(self._toolbox, self.problem, backend, journal, how=how)
        self._hall = hall_of_fame.chosen(spec.algorithm.hall_of_fame)
        self._stopping = Stopping(
            spec.algorithm,
            spec.import_path,
            self.problem.traits,
            evaluations=lambda: self.evaluator.tally.evaluations,
            replaying=self.evaluator.replaying,
        )
        self._statistics = GenerationStatistics(
            journal.now,
            evaluations=lambda: self.evaluator.tally.evaluations,
            after=extension.compared(self._stopping.after, journal),
            reference_point=self.problem.traits.reference_point,
            digest=partial(population_digest, form=self.problem.digest_form),
        )

    @property
    def hall(self) -> tools.HallOfFame:
        """The hall of fame; an empty one if the algorithm got none."""
        return self._hall if self._hall is not None else tools.HallOfFame(1)

    def run(self) -> Evolved:
        """Seed, call the algorithm, and check its result."""
        self._wait_for_weights()
        seeds.seed_run(self._spec.seed)
        started, cpu_began = time.perf_counter(), time.process_time()
        stopped: Stopped | None = None
        try:
            returned = self._algorithm(
                self._toolbox,
                statistics=self._statistics,
                hall_of_fame=self._hall,
                **copy.deepcopy(self._spec.algorithm.params),
            )
        except StopEvolution as stop:
            returned, stopped = (stop.population, None), stop.receipt()
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_began
        population, logbook = returned_population(returned, self._spec.algorithm.use)
        self.evaluator.finish()
        rows = logbook_rows(logbook, self._statistics)
        return Evolved(population, rows, stopped, seconds=seconds, cpu=cpu)

    def _wait_for_weights(self) -> None:
        """Begin at once if the problem declares weights, else with the first evaluated individual.

        No individual is made just to learn the weights: that would draw random numbers.
        """
        if declared := getattr(self._toolbox, "weights", None):
            self._begin(tuple(declared))
        else:
            self.evaluator.when_weights_are_known = self._begin

    def _begin(self, weights: Sequence[float]) -> None:
        penalty = self.problem.penalty
        if penalty is not None and len(penalty) != len(weights):
            raise InputError(
                f"problem.failure: the penalty has {len(penalty)} numbers, and the problem "
                f"{len(weights)} objectives; give one number for each objective"
            )
        self._stopping.begin(weights)
        hall_of_fame.suit(self._hall, self._spec.algorithm.hall_of_fame, weights)
        self._announce(weights)


def _load(spec: RunSpec) -> tuple[BuiltProblem, Callable[..., object], str]:
    """Return problem, algorithm and its name; raises `InputError` for mistakes in their names."""
    algorithm = load_algorithm(spec.algorithm.use, spec.import_path)
    check_parameters("algorithm", spec.algorithm.use, algorithm, spec.algorithm.params)
    function = load_problem(spec.problem.use, spec.import_path)
    check_parameters("problem", spec.problem.use, function, spec.problem.params)
    description = problem.describe(spec.document["problem"], spec.import_path)
    return problem.build_for_run(description), algorithm, description


def returned_population(
    returned: object, use: str
) -> tuple[Population, Sequence[LogbookRow] | None]:
    """Return an algorithm's population and logbook; raises `RunError` for any other result."""
    population, logbook = returned, None
    if isinstance(returned, tuple) and len(returned) == 2 and not _is_individual(returned[0]):
        population, logbook = returned
    if not isinstance(population, Sequence):
        raise _wrong(use, f"returned {shown(returned)}")
    if len(population) == 0:
        raise _wrong(use, "returned an empty population")
    for number, individual in enumerate(population):
        if not _is_individual(individual):
            raise _wrong(
                use, f"returned a population whose item {number} is {shown(individual)}, no "
                "individual with a fitness"
            )  # fmt: skip
    if not any(individual.fitness.valid for individual in population):
        raise _wrong(use, "returned a population that is not evaluated")
    return population, logbook


def _is_individual(value: object) -> bool:
    return hasattr(getattr(value, "fitness", None), "valid")


def _wrong(use: str, what: str) -> RunError:
    return RunError(
        f"algorithm {use} {what}; return the evaluated population, or (population, logbook)"
    )
