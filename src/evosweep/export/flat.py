"""Write flat tables for any other tool, as CSV and Parquet: runs, generations, improvements."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import SupportsFloat, cast

import pyarrow as pa
import pyarrow.parquet as pq

from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.errors import Damaged
from evosweep.export.curves import curves, points, single_objective
from evosweep.export.written import Written, cell
from evosweep.records.tables import read_rows
from evosweep.run.best_so_far import with_best_so_far

ROWS = 50_000  # number of rows in memory at a time
Row = Mapping[str, object]


def write(study: Study, folder: Path) -> Written:
    """Write the three tables, with every run of every backend."""
    tables: dict[str, Callable[[Study, list[str]], Iterator[Row]]] = {
        "runs": _runs,
        "generations": _generations,
        "improvements": _improvements,
    }
    counts, left_out = {}, dict[str, None]()
    for name, rows in tables.items():
        lines: list[str] = []
        counts[name] = _write(folder, name, partial(rows, study, lines))
        left_out |= dict.fromkeys(lines)
    return Written(", ".join(f"{count} {name}" for name, count in counts.items()), list(left_out))


def _names(study: Study, run: Run) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "problem": study.problem(run),
        "algorithm": study.algorithm(run),
        "backend": study.backend(run),
        "seed": run.seed,
    }


def _runs(study: Study, _: list[str]) -> Iterator[Row]:
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


def _generations(study: Study, left_out: list[str]) -> Iterator[Row]:
    for run in study.runs:
        names = _names(study, run)
        try:
            rows = read_rows(run.folder.logbook, run.logbook_rows)
            for row in with_best_so_far(rows, run.weights):
                own = {name: row[name] for name in row if name not in names}
                yield {**names, **_told_apart(own)}
        except Damaged as damage:
            left_out.append(f"{damage}: its generations are left out")
        except OSError as error:
            left_out.append(f"{run.run_id}: no generations: its logbook: {error.strerror}")


def _told_apart(row: Row) -> Row:
    """Return the row of a generation without `best`, which `generation_best` repeats."""
    return {name: value for name, value in row.items() if f"generation_{name}" not in row}


def _improvements(study: Study, left_out: list[str]) -> Iterator[Row]:
    for run, trace in curves(single_objective(study.runs), left_out):
        names = _names(study, run)
        for count, best in points(run, trace):
            yield {**names, "evaluations": count, "best_so_far": best}


def _write(folder: Path, name: str, rows: Callable[[], Iterator[Row]]) -> int:
    """Write a table in both formats, in parts; `rows` is called twice, so that memory is
    bounded."""
    schema = _schema(rows())
    count = 0
    with (
        (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file,
        pq.ParquetWriter(folder / f"{name}.parquet", schema) as parquet,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(map(cell, schema.names))
        queue = rows()
        while batch := list(islice(queue, ROWS)):
            writer.writerows([cell(row.get(name)) for name in schema.names] for row in batch)
            parquet.write_table(_table(batch, schema))
            count += len(batch)
    return count


def _schema(rows: Iterator[Row]) -> pa.Schema:
    """Return the columns in order of appearance; each holds whole numbers, numbers, or text."""
    kinds: dict[str, set[type]] = {}
    for row in rows:
        for key, value in row.items():
            kinds.setdefault(key, set()).update(() if value is None else (_kind(value),))
    return pa.schema([(name, _arrow(types)) for name, types in kinds.items()])


def _kind(value: object) -> type:
    """Return the type of a value for its column; ints beyond 64 bits count as floats."""
    return float if type(value) is int and not -(2**63) <= value < 2**63 else type(value)


def _arrow(kinds: set[type]) -> pa.DataType:
    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {int, float} else pa.string()


def _table(batch: Sequence[Row], schema: pa.Schema) -> pa.Table:
    columns = []
    for field in schema:
        values = [row.get(field.name) for row in batch]
        if field.type == pa.string():
            values = [None if value is None else str(value) for value in values]
        elif field.type == pa.float64():
            values = [
                None if value is None else float(cast(SupportsFloat, value)) for value in values
            ]
        columns.append(pa.array(values, field.type))
    return pa.table(columns, schema=schema)
