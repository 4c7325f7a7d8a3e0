"""Find the first difference of two runs that should be equal: generation and individual."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from evosweep.files.opening import is_file
from evosweep.records import journal
from evosweep.records.folder import RunFolder
from evosweep.records.tables import read_rows


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
    individual = next(_differing(_rows(one.population), _rows(other.population)), None)
    generation = next(
        _differing(_rows(one.logbook, ["digest"]), _rows(other.logbook, ["digest"])), None
    )
    return Difference(
        _generation(one, generation[0]) if generation else None,
        _first_evaluation(one.journal, other.journal),
        *(individual or (None, None, None)),
    )


def _generation(run: RunFolder, row: int) -> int:
    numbers = [each["generation"] for each in _rows(run.logbook, ["generation"])]
    number = numbers[row] if row < len(numbers) else None
    return number if isinstance(number, int) else row


def _differing(
    one: Iterator[object], other: Iterator[object]
) -> Iterator[tuple[int, object, object]]:
    for number, (was, now) in enumerate(zip_longest(one, other)):
        if was != now:
            yield number, was, now


def _rows(path: Path, columns: list[str] | None = None) -> Iterator[dict[str, object]]:
    if is_file(path):
        yield from read_rows(path, 2**40, columns)


def _first_evaluation(one: Path, other: Path) -> tuple[int, int] | None:
    if not (is_file(one) and is_file(other)):
        return None
    for (batch, was), (_, now) in zip(_batches(one), _batches(other), strict=False):
        if was != now:
            return batch, min(i for i in was.keys() | now.keys() if was.get(i) != now.get(i))
    return None


def _batches(path: Path) -> Iterator[tuple[int, dict[int, tuple[float, ...]]]]:
    """Yield (batch, fitness by index); memory is bounded by one batch."""
    current, fitnesses = -1, dict[int, tuple[float, ...]]()
    for entry in journal.read(path):
        if entry.batch != current and fitnesses:
            yield current, fitnesses
            fitnesses = {}
        current = entry.batch
        fitnesses.update(
            zip(entry.indices.tolist(), map(tuple, entry.fitnesses.tolist()), strict=True)
        )
    if fitnesses:
        yield current, fitnesses


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
