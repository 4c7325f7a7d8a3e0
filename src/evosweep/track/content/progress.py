"""The progress of a run, read from its journal while it grows."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from evosweep.errors import EvosweepError
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Entry, Session, read_behind
from evosweep.records.reading import read_running
from evosweep.records.record import RunningRecord
from evosweep.track.content.metrics import milliseconds_at
from evosweep.track.content.mlflow_run import Point


@dataclass
class GenerationProgress:
    """The progress of a run that is under way; `advance` reads on from where it stopped.

    A generation is a batch of the journal: the individuals of one `toolbox.map` call.
    """

    folder: RunFolder
    document: RunningRecord | None = None
    """`running.json`."""
    started: float = 0.0
    generation: int = -1
    """The last generation that is done."""
    evaluations: int = 0
    """What was evaluated up to then."""
    _counted: int = 0
    _offset: int = 0
    _batch: int = 0
    _best: list[float] = field(default_factory=list)
    _finished: float = 0.0

    def advance(self) -> list[Point]:
        """Return the metrics of the generations that were done since the last call.

        Raises `Damaged` if `running.json` is, or if the folder is that of another run.
        """
        with suppress(OSError):
            self.document = self.document or read_running(self.folder)
        if not self.document:
            return []
        with suppress(OSError, EvosweepError):  # the run itself says what is wrong with its journal
            if self.folder.journal.stat().st_size < self._offset:
                self.__init__(self.folder, self.document)  # type: ignore[misc]
            return list(self._read_on())
        return []

    def _read_on(self) -> Iterator[Point]:
        for end, entry in read_behind(self.folder.journal, self._offset):
            self._offset = end
            if isinstance(entry, Session):
                self.started = self.started or entry.started
            elif self.document:
                yield from self._count(entry, self.document.weights)

    def _count(self, entry: Entry, weights: Sequence[float]) -> Iterator[Point]:
        if entry.batch > self._batch:
            yield from self._generation_done()
            self._batch = entry.batch
        self._counted += len(entry.indices)
        self._finished = max(self._finished, entry.finished)
        for number, weight in enumerate(weights):
            column = entry.fitnesses[:, number]
            values = [float(value) for value in column if value == value]  # noqa: PLR0124 - NaN
            values += self._best[number : number + 1]
            if values:
                self._best[number : number + 1] = [max(values) if weight > 0 else min(values)]

    def _generation_done(self) -> Iterator[Point]:
        when = milliseconds_at(self.started) + round(1000 * self._finished)
        self.generation, self.evaluations = self._batch, self._counted
        yield Point("evaluations", float(self.evaluations), when, self._batch)
        for number, best in enumerate(self._best):
            name = "best_so_far" if len(self._best) == 1 else f"best_so_far_{number}"
            yield Point(name, best, when, self._batch)
