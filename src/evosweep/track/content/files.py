"""The artifacts of a run: its receipt, its curves and its final population, to read and to see."""

import heapq
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from evosweep.files import strict_json
from evosweep.records.arrow_values import values_of
from evosweep.records.folder import RunFolder
from evosweep.records.record import FailureRecord, Record
from evosweep.records.tables import open_table
from evosweep.track.content.curve import convergence_plot
from evosweep.track.content.history import History

TABLE_ROWS = 1000
"""Number of individuals in the table, best first; the Parquet file has all."""


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
        rows = _best_rows(_rows(file, columns), TABLE_ROWS if size > TABLE_ROWS else size)
    return strict_json.dumps({"columns": ["place", *columns], "data": rows}).encode()


def _rows(file: Any, columns: list[str]) -> Iterator[list[Any]]:
    batches = file.iter_batches(batch_size=4096, columns=columns, use_threads=False)
    place = count()
    for batch in batches:
        *numbers, genomes = (values_of(batch.column(name)) for name in columns)
        yield from map(list, zip(place, *numbers, _texts(genomes), strict=False))


def _texts(genomes: list[Any]) -> list[str]:
    """Return genomes as JSON; lists of numbers are written at once and cut, which is faster."""
    if all(type(each) is list and each and type(each[0]) in (int, float) for each in genomes):
        parts = strict_json.dumps(genomes)[2:-2].split("], [")
        if len(parts) == len(genomes):
            return [f"[{part}]" for part in parts]
    return [each if isinstance(each, str) else strict_json.dumps(each) for each in genomes]


def _best_rows(rows: Iterator[list[Any]], most: int) -> list[list[Any]]:
    """Return the first `most` rows by rank and index, without reading all rows into memory."""
    if most < TABLE_ROWS:  # these are all rows
        return sorted(rows, key=lambda row: (row[1], row[0]))
    return heapq.nsmallest(most, rows, key=lambda row: (row[1], row[0]))
