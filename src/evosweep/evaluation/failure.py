"""Reasons of failed evaluations, and remedies for their authors."""

import traceback
from dataclasses import dataclass

from evosweep.errors import RunError
from evosweep.genomes.readable import readable


@dataclass(slots=True)
class FailureReason:
    """The reason of a failed evaluation, and its individual."""

    index: int
    kind: str
    """program, fitness, stochastic, impure, worker, timeout"""
    error: str
    remedy: str
    traceback: str | None = None


def of_program(index: int, error: BaseException) -> FailureReason:
    """`evaluate` raised an exception."""
    reason = " ".join(str(error).split())
    return FailureReason(
        index,
        "program",
        f"evaluate raised {type(error).__name__}: {reason}",
        "mend the problem and run again; or give the problem a failure policy: "
        "penalty: [..] or retry: n",
        traceback="".join(traceback.format_exception(error)),
    )


def of_change(index: int) -> FailureReason:
    """`evaluate` changed its individual."""
    return FailureReason(
        index,
        "impure",
        "evaluate modified the individual that it was given",
        "work on a copy; or declare the problem lamarckian and return (fitness, genome)",
    )


def of_draw(index: int) -> FailureReason:
    """`evaluate` drew random numbers."""
    return FailureReason(
        index,
        "stochastic",
        "evaluate drew from random or numpy.random, and the problem does not declare it",
        "declare the problem `stochastic: true`, and each evaluation is seeded from the run's "
        "seed; or use a generator of your own with a fixed seed",
    )


class EvaluationFailed(RunError):
    """An evaluation failed for good; `failure` has the individual and a remedy."""

    def __init__(self, failure: FailureReason, batch: int, individual: object) -> None:
        self.failure, self.batch, self.individual = failure, batch, individual
        text = readable(individual) if individual is not None else None
        super().__init__(
            f"individual {failure.index} of batch {batch}: {failure.error}; "
            f"{failure.remedy}; the individual: {_short(text)}"
        )


class AuditFailed(RunError):
    """A repeated evaluation gave another fitness than the journal has."""


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
