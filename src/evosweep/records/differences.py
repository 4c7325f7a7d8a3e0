"""Find the first difference of two runs that should be equal: generation and individual.

As in a digest, numbers are compared bit for bit: NaN equals itself, and -0.0 is not 0.0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from evosweep.files.opening import is_file
from evosweep.records import journal
from evosweep.records.folder import RunFolder
from evosweep.records.tables import read_batches

if TYPE_CHECKING:
    from pyarrow import RecordBatch


@dataclass(frozen=True)
class Difference:
    """The first places where two runs differ; None if nothing differs or a file is missing."""

    generation: int | None
    """The first generation whose population digests in the logbooks differ."""
    evaluation: tuple[int, int] | None
    """(batch, index) of the first individual whose fitnesses in the journals differ."""
    individual: int | None
    """Index of the first individual that differs in the final populations."""
    was: object = None
    """Its genome and fitness in the first run."""
    now: object = None
    """Its genome and fitness in the second run."""

    def __str__(self) -> str:
        parts = []
        if self.generation is not None:
            parts.append(f"the first generation that differs is {self.generation}")
        if self.evaluation is not None:
            batch, index = self.evaluation
            parts.append(
                f"the first evaluation that differs is that of individual {index} in batch {batch}"
            )
        if self.individual is not None:
            parts.append(
                f"the first individual of the final population that differs is {self.individual}: "
                f"it was {_short(self.was)}, and is {_short(self.now)}"
            )
        return "; ".join(parts) or "no file of the two runs tells where they part"


def first_difference(one: RunFolder, other: RunFolder) -> Difference:
    """Compare logbooks, journals and final populations of two runs, row by row."""
    individual = _differing(one.population, other.population)
    generation = _differing(one.logbook, other.logbook, ["digest"])
    return Difference(
        _generation(one, generation[0]) if generation else None,
        _first_evaluation(one.journal, other.journal),
        *(individual or (None, None, None)),
    )


def _generation(run: RunFolder, row: int) -> int:
    numbers = [each["generation"] for each in _rows(_batches(run.logbook, ["generation"]))]
    number = numbers[row] if row < len(numbers) else None
    return number if isinstance(number, int) else row


def _differing(
    one: Path, other: Path, columns: list[str] | None = None
) -> tuple[int, object, object] | None:
    """Return number and content of the first row that differs, None if none does.

    Batches of rows are compared first, since a small file may hold millions of equal rows.
    """
    ours, theirs = _batches(one, columns), _batches(other, columns)
    start = 0
    for was, now in zip_longest(ours, theirs):
        if was is None or now is None or not was.serialize().equals(now.serialize()):
            return _differing_row(_rows(_from(was, ours)), _rows(_from(now, theirs)), start)
        start += was.num_rows
    return None


def _differing_row(
    ours: Iterator[object], theirs: Iterator[object], start: int
) -> tuple[int, object, object] | None:
    for number, (was, now) in enumerate(zip_longest(ours, theirs), start):
        if repr(was) != repr(now):
            return number, was, now
    return None


def _from(batch: "RecordBatch | None", rest: "Iterator[RecordBatch]") -> "Iterator[RecordBatch]":
    return rest if batch is None else chain([batch], rest)


def _batches(path: Path, columns: list[str] | None) -> "Iterator[RecordBatch]":
    if is_file(path):
        yield from read_batches(path, 2**40, columns)


def _rows(batches: "Iterable[RecordBatch]") -> Iterator[dict[str, object]]:
    return chain.from_iterable(batch.to_pylist() for batch in batches)


def _first_evaluation(one: Path, other: Path) -> tuple[int, int] | None:
    if not (is_file(one) and is_file(other)):
        return None
    for (batch, was), (_, now) in zip(_evaluations(one), _evaluations(other), strict=False):
        if was != now:
            return batch, min(i for i in was.keys() | now.keys() if was.get(i) != now.get(i))
    return None


def _evaluations(path: Path) -> Iterator[tuple[int, dict[int, bytes]]]:
    """Yield (batch, bytes of the fitness by index); memory is bounded by one batch."""
    current, fitnesses = -1, dict[int, bytes]()
    for entry in journal.read(path):
        if entry.batch != current and fitnesses:
            yield current, fitnesses
            fitnesses = {}
        current = entry.batch
        rows = (row.tobytes() for row in entry.fitnesses)
        fitnesses.update(zip(entry.indices.tolist(), rows, strict=True))
    if fitnesses:
        yield current, fitnesses


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
