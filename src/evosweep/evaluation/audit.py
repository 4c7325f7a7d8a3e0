"""Check that evaluations in the journal are equal to those of this process."""

from collections.abc import Callable, Sequence

import numpy

from evosweep.evaluation.batch import Batch
from evosweep.evaluation.failure import AuditFailed
from evosweep.evaluation.result import Outcome, rows_of
from evosweep.records.journal_entry import PENALISED, Entry


def check_sample(
    batch: Batch, entry: Entry, every: int, *, evaluate: Callable[[Batch, Sequence[int]], Outcome]
) -> None:
    """Repeat one in `every` evaluations of a recorded chunk; raises `AuditFailed` if one differs.

    Penalties are left out, since they have no evaluation to compare.
    """
    flags = entry.flags if entry.flags is not None else numpy.zeros(len(entry.indices))
    rows = [row for row in range(0, len(entry.indices), every) if flags[row] != PENALISED]
    if not rows:
        return
    indices = [0] if batch.spread else [int(entry.indices[row]) for row in rows]
    outcome = evaluate(batch, indices)
    repeated = [fitness for result in outcome.fitnesses for fitness in rows_of(result)]
    if batch.spread:
        repeated = [repeated[row] for row in rows if row < len(repeated)]
    for row, fitness in zip(rows, repeated, strict=False):
        recorded = tuple(entry.fitnesses[row].tolist())
        if recorded != fitness:
            raise AuditFailed(
                f"batch {batch.number}, individual {entry.indices[row]}: its fitness is {fitness}, "
                f"and the journal has {recorded}"
            )
