"""Make chunks of batches, with the terms that a worker must have to evaluate them."""

from collections.abc import Sequence

from evosweep.backends.protocol import Backend
from evosweep.evaluation import agreement
from evosweep.evaluation.batch import Batch
from evosweep.evaluation.circumstances import Circumstances
from evosweep.evaluation.epoch import Sent
from evosweep.evaluation.problem import BuiltProblem
from evosweep.evaluation.result import Outcome
from evosweep.evaluation.worker import Chunk
from evosweep.genomes import blocks


class Chunks:
    """Makes the chunks of a run for its backend."""

    def __init__(self, problem: BuiltProblem, backend: Backend, how: Circumstances) -> None:
        self._problem, self._backend, self._how = problem, backend, how
        self._terms = agreement.terms(how.description, with_code=backend.elsewhere)
        elsewhere = agreement.travelling(how.description) if backend.elsewhere else None
        self.sent = Sent(
            elsewhere or how.description, agreement.digest(self._terms), backend.elsewhere
        )
        """The facts about the run that a worker needs."""

    def make(
        self, batch: Batch, number: int, items: Sequence[int], *, sent: bool, followed: bool = False
    ) -> Chunk:
        """Make a chunk of items of a batch; `sent`: it goes to a worker, not to this process."""
        problem = self._problem
        together = problem.evaluate_batch is not None and not batch.spread
        size = len(items) if together else blocks.SIZE
        parts = blocks.Blocks(
            batch.source, items, size, form=problem.form, declared=problem.attributes
        )
        needed = self.sent if sent else Sent(self._how.description)
        return Chunk(
            number=number,
            batch=batch.number,
            indices=list(items),
            blocks=parts.to_send() if sent else parts,
            objectives=batch.objectives,
            problem=needed.problem,
            seed=self._how.seed,
            pooled=sent and self._backend.watches,
            spread=batch.spread,
            terms=needed.terms,
            with_code=needed.with_code,
            followed=followed,
        )

    def again(self, batch: Batch, indices: Sequence[int]) -> Outcome:
        """Evaluate some items once more, in this process; returns the outcome."""
        return self.make(batch, -1, indices, sent=False).work()

    def refuse_others(self, terms: str) -> None:
        """Raise `InputError` if a worker returned terms, which differ from ours."""
        if terms:
            agreement.refuse(terms, self._terms)
