"""A run up to its first evaluation, to see whether a config's numbers and functions can work.

The problem is built, the algorithm is called and makes its first individuals, and the first of them
is evaluated as a run would do it. Nothing is kept.
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
    """The first individual is evaluated: the trial is over."""


class _FirstOfStream(Stream):
    """Evaluates what is submitted first, which ends the trial."""

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
    """Some individuals are evaluated: the seconds of one are known."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class _Timed(Evaluator):
    """Evaluates one individual, then some more with a clock beside, and ends the trial."""

    def _evaluated(self, batch: Batch) -> Sequence[object]:
        super()._evaluated(self._part(batch, 0, 1))  # it prepares what later ones find
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
    """Return how long an evaluation takes here, in seconds; None if the run does not get that
    far."""
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
    """Return what is wrong with building the problem of `spec`, in one line; empty if nothing
    is."""
    try:
        build(describe(spec.to_dict()["problem"], spec.import_path))
    except EvosweepError as error:
        return one_line(error)
    except (Exception, SystemExit) as error:
        return _told(error)
    return ""


def evolution_mistake(spec: RunSpec) -> tuple[str, str]:
    """Whose mistake, "problem" or "algorithm", and which; empty texts if nothing is wrong."""
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
            return "algorithm", _told(error)
    return "", ""


def _told(error: BaseException) -> str:
    """Return an error of the user's code, with the line of it that raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return one_line(f"{type(error).__name__}: {error} ({where})")
