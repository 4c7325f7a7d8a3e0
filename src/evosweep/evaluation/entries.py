"""Make the journal's entry of an outcome, and the outcome of an evaluation that is given up."""

from collections.abc import Sequence
from typing import cast

import numpy

from evosweep.evaluation.batch import Batch
from evosweep.evaluation.failure import EvaluationFailed, FailureReason
from evosweep.evaluation.problem import BuiltProblem
from evosweep.evaluation.result import Fitness, Outcome, table_of
from evosweep.genomes import blocks
from evosweep.records.journal_entry import PENALISED, Entry


def entry_of(batch: Batch, indices: Sequence[int], outcome: Outcome, *, finished: float) -> Entry:
    """Return the journal's entry of the items at `indices`.

    Parameters
    ----------
    batch
        The batch of the items.
    indices
        Indices of the k items in the batch.
    outcome
        Their k fitnesses, all with the same number of objectives, and the rest of the outcome.
    finished
        Seconds that the run has worked.
    """
    fitnesses = cast("Sequence[Fitness]", outcome.fitnesses)
    return Entry(
        batch=batch.number,
        indices=numpy.asarray(indices),
        fitnesses=table_of(fitnesses, batch.objectives or len(fitnesses[0])),
        digest=outcome.digest,
        seconds=outcome.seconds,
        finished=finished,
        flags=None if outcome.flags is None else numpy.asarray(outcome.flags, dtype="u1"),
        genomes=outcome.genomes,
    )


def penalty_of(batch: Batch, failure: FailureReason, problem: BuiltProblem) -> Outcome:
    """Return the penalty as the outcome of an evaluation that is given up.

    Raises
    ------
    EvaluationFailed
        If no failure policy covers the failure.
    """
    if problem.penalty is None:
        raise EvaluationFailed(failure, batch.number, batch.first_of(failure.index))
    individual = batch.source[failure.index]
    genomes = [problem.form.genome(individual)] if problem.lamarckian else None
    digest = blocks.digest(batch.source, [failure.index], problem.form)
    return Outcome([problem.penalty], genomes, flags=[PENALISED], digest=digest)
