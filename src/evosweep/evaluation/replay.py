"""Give the evaluations of earlier sessions to the run, batch by batch, while it repeats them."""

from collections.abc import Iterator

from evosweep.errors import RunError
from evosweep.evaluation.batch import Batch
from evosweep.genomes.plain_form import PlainForm
from evosweep.records.journal import Journal
from evosweep.records.journal_entry import Entry


class NotDeterministic(RunError):
    """A repeated run made other individuals than the journal has."""


class Replay:
    """Reads the journal once, while the run goes on; memory is bounded by one chunk."""

    def __init__(self, journal: Journal, form: PlainForm | None = None) -> None:
        self._path, self._form = journal.path, form or PlainForm()
        self._entries = journal.recorded()
        self._next = next(self._entries, None)

    @property
    def pending(self) -> bool:
        """True if the journal has evaluations that the run has not repeated yet."""
        return self._next is not None

    def entries_of(self, batch: Batch) -> Iterator[Entry]:
        """Yield the recorded chunks of a batch; raises `NotDeterministic` if genomes differ."""
        while self._next is not None and self._next.batch <= batch.number:
            entry = self._next
            self._next = next(self._entries, None)
            if entry.batch != batch.number:
                raise self.differs(batch.number, "has another size")
            if not batch.has(entry.indices.tolist(), entry.digest, self._form):
                places = f"{entry.indices.min()} to {entry.indices.max()}"
                raise self.differs(batch.number, f"has other genomes (among individuals {places})")
            yield entry

    def finish(self, batches: int) -> None:
        """Raise if the journal goes on after the run's last batch."""
        if self._next is not None:
            raise self.differs(batches, "is not evaluated any more")

    def is_at(self, batch: int) -> bool:
        """Return True if the next recorded chunk belongs to this batch, or to an earlier one."""
        return self._next is not None and self._next.batch <= batch

    def next_of(self, batch: int) -> Entry | None:
        """Return the next recorded chunk, which must belong to this batch; None at the end."""
        entry = self._next
        if entry is None:
            return None
        if entry.batch != batch:
            raise self.differs(batch, "has another size")
        self._next = next(self._entries, None)
        return entry

    def differs(self, batch: int, how: str) -> NotDeterministic:
        """Return the error for a program that does not repeat the evaluations of its journal."""
        return NotDeterministic(
            f"{self._path}: the program is not deterministic: with the same seed, batch {batch} "
            f"{how} than in the journal; likely causes: the clock, the order of a set, a random "
            "generator that the seed does not reach, a library of another version; mend it and "
            "call with --fresh"
        )
