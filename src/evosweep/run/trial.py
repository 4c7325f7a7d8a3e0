"""Try a run up to its first evaluation, to check the values and functions of a config.

It builds the problem, calls the algorithm, which makes its first individuals, and evaluates the
first of them as a run would. No result is kept.
"""

import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from evosweep.backends.table import REFERENCE, create
from evosweep.config.spec import RunSpec
from evosweep.errors import EvosweepError, one_line
from evosweep.evaluation.batch import Batch
from evosweep.evaluation.evaluator import Evaluator
from evosweep.evaluation.failure import EvaluationFailed
from evosweep.evaluation.problem import build, describe
from evosweep.evaluation.stream import Stream
from evosweep.genomes.deap_types import Individual
from evosweep.records.journal import Journal
from evosweep.run.early_stop import StopEvolution
from evosweep.run.evolution import Evolution

_TIMED = 9  # individuals


class _Enough(BaseException):
    """The first individual was evaluated, which ends the trial."""


class _FirstOfStream(Stream):
    """Evaluates the first individual that is submitted, and ends the trial."""

    def __init__(self, evaluator: Evaluator) -> None:
        super().__init__(evaluator, 0)
        self._first = evaluator

    def submit(self, individual: Individual) -> None:
        self._first.map(self._first.evaluate, [individual])


class _FirstOnly(Evaluator):
    """Evaluates one individual, and ends the trial."""

    def asynchronous(self) -> Stream:
        return _FirstOfStream(self)

    def _evaluated(self, batch: Batch) -> Sequence[object]:
        items = batch.items[:1]
        if batch.rows is not None:
            first = Batch.of_rows(batch.number, batch.rows[:1])
        else:
            first = Batch.of_individuals(batch.number, items, changed=self.problem.lamarckian)
        super()._evaluated(first)
        raise _Enough


class _Measured(BaseException):
    """Ends a measurement; holds the seconds of one evaluation."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class _Timed(Evaluator):
    """Evaluates one individual, measures the time of some more, and ends the trial."""

    def _evaluated(self, batch: Batch) -> Sequence[object]:
        super()._evaluated(self._part(batch, 0, 1))  # the first one may fill caches
        count = min(_TIMED, len(batch.items) - 1)
        began = time.perf_counter()
        super()._evaluated(self._part(batch, 1, 1 + count) if count else self._part(batch, 0, 1))
        raise _Measured((time.perf_counter() - began) / max(1, count))

    def _part(self, batch: Batch, start: int, stop: int) -> Batch:
        if batch.rows is not None:
            return Batch.of_rows(batch.number, batch.rows[start:stop])
        items = batch.items[start:stop]
        return Batch.of_individuals(batch.number, items, changed=self.problem.lamarckian)


def seconds_of_evaluation(spec: RunSpec) -> float | None:
    """Return the seconds of one evaluation on this machine; None if the run fails before it."""
    with tempfile.TemporaryDirectory(prefix="evosweep-probe-") as folder:
        try:
            with (
                create(REFERENCE) as backend,
                Journal(Path(folder, "journal.bin"), spec.run_id) as journal,
            ):
                Evolution(spec, backend, journal, announce=lambda _: None, evaluator=_Timed).run()
        except _Measured as measured:
            return measured.seconds
        except (Exception, SystemExit):
            return None
    return None


def problem_mistake(spec: RunSpec) -> str:
    """Try to build the problem of `spec`; returns the error in one line, empty if there is none."""
    try:
        build(describe(spec.to_dict()["problem"], spec.import_path))
    except EvosweepError as error:
        return one_line(error)
    except (Exception, SystemExit) as error:
        return _in_one_line(error)
    return ""


def evolution_mistake(spec: RunSpec) -> tuple[str, str]:
    """Return whose mistake it is, "problem" or "algorithm", and the mistake; two empty texts if
    there is none."""
    with tempfile.TemporaryDirectory(prefix="evosweep-check-") as folder:
        try:
            with (
                create(REFERENCE) as backend,
                Journal(Path(folder, "journal.bin"), spec.run_id) as journal,
            ):
                Evolution(
                    spec, backend, journal, announce=lambda _: None, evaluator=_FirstOnly
                ).run()
        except (_Enough, StopEvolution):
            pass
        except EvaluationFailed as error:
            return "problem", one_line(f"its evaluation fails: {error}")
        except EvosweepError as error:
            return "algorithm", one_line(error)
        except (Exception, SystemExit) as error:
            return "algorithm", _in_one_line(error)
    return "", ""


def _in_one_line(error: BaseException) -> str:
    """Return an error of the user's code in one line, with the line number that raised it."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return one_line(f"{type(error).__name__}: {error} ({where})")
