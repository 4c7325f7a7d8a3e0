"""The artifacts of a run: its receipt, its curves and its final population, to read and to see."""

import heapq
from collections.abc import Iterable, Iterator
from itertools import count
from operator import itemgetter
from pathlib import Path
from typing import Any

from evosweep.files import strict_json
from evosweep.records.arrow_values import matrix_of, values_of
from evosweep.records.digits import digit_texts
from evosweep.records.folder import RunFolder
from evosweep.records.record import FailureRecord, Record
from evosweep.records.tables import open_table
from evosweep.track.content.curve import convergence_plot
from evosweep.track.content.history import History

TABLE_ROWS = 1000
"""Number of individuals in the table, best first; the Parquet file has all."""
_BATCH = 4096


def record_files(
    folder: RunFolder, record: Record, history: History, title: str
) -> dict[str, Path | bytes]:
    """Return the artifacts of a run that finished."""
    return {
        "record.json": folder.record,
        "population.parquet": folder.population,
        "logbook.parquet": folder.logbook,
        "population.json": population_table(folder.population, record.population),
        "convergence.svg": convergence_plot(history, title, record.traits),
    }


def failure_files(folder: RunFolder, failure: FailureRecord) -> dict[str, Path | bytes]:
    """Return the artifacts of a run that failed."""
    files: dict[str, Path | bytes] = {"failure.json": folder.failure}
    if failure.traceback:
        files["traceback.txt"] = failure.traceback.encode()
    return files


def population_table(path: Path, size: int) -> bytes:
    """Return a final population in the format of MLflow's tables: JSON, the best rank first."""
    with open_table(path, size) as file:
        names = [name for name in file.schema_arrow.names if name != "genome"]
        columns = ["rank", *[name for name in names if name != "rank"], "genome"]
        if size > TABLE_ROWS:
            rows = heapq.nsmallest(TABLE_ROWS, _rows(file, columns), key=itemgetter(1, 0))
        else:
            rows = sorted(_rows(file, columns), key=itemgetter(1, 0))
    return strict_json.dumps({"columns": ["place", *columns], "data": rows}).encode()


def _rows(file: Any, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table, a few thousand in memory at a time."""
    place = count()
    for batch in _batches(file, columns):
        *numbers, genomes = (batch[name] for name in columns)
        yield from zip(place, *map(values_of, numbers), _texts(genomes), strict=False)


def _batches(file: Any, columns: list[str]) -> Iterable[Any]:
    if file.metadata.num_rows <= _BATCH:
        return [file.read(columns=columns, use_threads=False)]
    batches: Iterable[Any] = file.iter_batches(_BATCH, columns=columns, use_threads=False)
    return batches


def _texts(genomes: Any) -> list[str]:
    """Return genomes as JSON; lists of numbers are written at once and cut, which is faster."""
    matrix = matrix_of(genomes)
    digits = None if matrix is None else digit_texts(matrix, ", ")
    if digits is not None:
        return [f"[{each}]" for each in digits]
    values = values_of(genomes)
    if all(type(each) is list and each and type(each[0]) in (int, float) for each in values):
        parts = strict_json.dumps(values)[2:-2].split("], [")
        if len(parts) == len(values):
            return [f"[{part}]" for part in parts]
    return [each if isinstance(each, str) else strict_json.dumps(each) for each in values]
