"""Flat tables for every other tool, as CSV and as Parquet: runs, generations, improvements."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.errors import RunError
from evosweep.export.curves import curves, points, single_objective

ROWS = 50_000  # in memory at a time
Row = Mapping[str, Any]


def write(study: Study, folder: Path) -> str:
    """Write the three tables, every run of every backend; returns what was written."""
    tables: dict[str, Callable[[Study], Iterator[Row]]] = {
        "runs": _runs,
        "generations": _generations,
        "improvements": _improvements,
    }
    counts = {name: _write(folder, name, partial(rows, study)) for name, rows in tables.items()}
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _names(study: Study, run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "problem": study.problem(run),
        "algorithm": study.algorithm(run),
        "backend": study.backend(run),
        "seed": run.seed,
    }


def _runs(study: Study) -> Iterator[Row]:
    width = max((run.objectives for run in study.runs), default=0)
    for run in study.runs:
        best = {f"best_{i}": run.best[i] if i < len(run.best) else None for i in range(width)}
        times = {f"{name}_seconds": seconds for name, seconds in sorted(run.timings.items())}
        yield {
            **_names(study, run),
            "spec_id": run.spec_id,
            "workers": run.workers,
            **best,
            "evaluations": run.evaluations,
            "generations": run.generations,
            "population": run.population,
            **times,
            "population_digest": run.digest,
            "resumed": run.resumed,
        }


def _generations(study: Study) -> Iterator[Row]:
    import pyarrow.parquet as pq

    for run in study.runs:
        names = _names(study, run)
        try:
            rows = pq.read_table(run.folder.logbook).to_pylist()
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise RunError(
                f"{run.folder.logbook}: cannot be read, so nothing was exported: {reason}; "
                "remove the run's folder and run it again"
            ) from error
        for row in rows:
            yield {**names, **row}


def _improvements(study: Study) -> Iterator[Row]:
    for run, trace in curves(single_objective(study.runs)):
        names = _names(study, run)
        for count, best in points(run, trace):
            yield {**names, "evaluations": count, "best": best}


def _write(folder: Path, name: str, rows: Callable[[], Iterator[Row]]) -> int:
    """Write a table in both formats, in parts: the rows are gone through twice, never all kept."""
    import pyarrow.parquet as pq

    schema = _schema(rows())
    count = 0
    with (
        (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file,
        pq.ParquetWriter(folder / f"{name}.parquet", schema) as parquet,
    ):
        writer = csv.DictWriter(file, schema.names, lineterminator="\n")
        writer.writeheader()
        waiting = rows()
        while batch := list(islice(waiting, ROWS)):
            writer.writerows(batch)
            parquet.write_table(_table(batch, schema))
            count += len(batch)
    return count


def _schema(rows: Iterator[Row]) -> Any:
    """Columns in order of coming: whole numbers, numbers, or text where neither will do."""
    import pyarrow as pa

    kinds: dict[str, set[type]] = {}
    for row in rows:
        for key, value in row.items():
            kinds.setdefault(key, set()).update(() if value is None else (type(value),))
    return pa.schema([(name, _arrow(found)) for name, found in kinds.items()])


def _arrow(kinds: set[type]) -> Any:
    import pyarrow as pa

    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {int, float} else pa.string()


def _table(batch: Sequence[Row], schema: Any) -> Any:
    import pyarrow as pa

    columns = []
    for field in schema:
        values = [row.get(field.name) for row in batch]
        if field.type == pa.string():
            values = [None if value is None else str(value) for value in values]
        elif field.type == pa.float64():
            values = [None if value is None else float(value) for value in values]
        columns.append(pa.array(values, field.type))
    return pa.table(columns, schema=schema)
