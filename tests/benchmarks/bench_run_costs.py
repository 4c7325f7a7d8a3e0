"""What a small run of a grid costs beside its evolution, and the least that its bytes cost.

    python tests/benchmarks/bench_run_costs.py [--runs 200]

The runs are those of `make bench-grid`. A floor is what the libraries alone take for the same bytes
and rows: Parquet's writer and reader, files that are made, synced and renamed by bare calls of the
kernel, SQLite's `executemany` into MLflow's own tables. Milliseconds of the processor for each run,
the least of three rounds; syncs cost the processor little, and the disk's time is not counted.
"""

import argparse
import contextlib
import gc
import io
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
sys.path.insert(0, str(Path(__file__).parent / "grid"))
import numpy
import pyarrow
from evolution import GENERATIONS, POPULATION, Point, points
from pyarrow import parquet

from evosweep.compare.read.run import Run, read_run
from evosweep.compare.sections.run_page import ShownRun, write_run_page
from evosweep.processes import activity
from evosweep.records.folder import RunFolder, find_runs
from evosweep.supervision.job_folder import JobFolder
from evosweep.supervision.performer import perform
from evosweep.track.passes.tracking import open_store, track
from evosweep.track.store.address import resolve

ROUNDS = 3
TABLES = ("runs", "tags", "params", "metrics", "latest_metrics")


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=200)
    count = parser.parse_args().runs
    print("| of a run | floor, ms | evosweep, ms | times the floor |\n|---|---:|---:|---:|")
    for name, floor, ours in measured(count):
        each = 1000 * floor / count, 1000 * ours / count
        print(f"| {name} | {each[0]:.2f} | {each[1]:.2f} | {each[1] / each[0]:.1f} |", flush=True)


def measured(count: int) -> Iterator[tuple[str, float, float]]:
    """Yield the name of each part, and the CPU seconds of its floor and of evosweep."""
    specs = [_spec(point) for point in points(count)]
    with tempfile.TemporaryDirectory(prefix="evosweep-costs-") as scratch:
        rounds = [Path(scratch) / str(number) / "costs" for number in range(ROUNDS)]
        beside = min(performed(specs, each / "runs") for each in rounds)
        folders = list(find_runs(rounds[0]))
        contents = [_contents(folder) for folder in folders]
        written = least(lambda: rewrite(contents, Path(scratch)))
        yield "beside its evolution: files on the disk", written, beside
        track(rounds[0].parent)  # MLflow's import
        tracked = min(map(tracking, rounds[1:]))
        stored = least(lambda: store_again(folders, rounds[1].parent, Path(scratch)))
        yield "in MLflow: rows and artifacts", stored, tracked
        shown = [_shown(read_run(folder)) for folder in folders]
        yield (
            "its page in the report",
            least(lambda: read_for_a_page(folders)),
            least(lambda: [write_run_page(each) for each in shown]),
        )


def cpu_of(act: Callable[[], object]) -> float:
    """Return the CPU seconds of a call."""
    began = time.process_time()
    act()
    return time.process_time() - began


def least(act: Callable[[], object]) -> float:
    """Return the least CPU seconds of several calls."""
    return min(cpu_of(act) for _ in range(ROUNDS))


def tracking(experiment: Path) -> float:
    """Return the CPU seconds in which an experiment comes to MLflow, whose tables are there."""
    open_store(resolve(experiment.parent))
    return cpu_of(lambda: track(experiment.parent))


def performed(specs: Sequence[dict[str, object]], out: Path) -> float:
    """Perform the runs as one job; returns its CPU seconds without those of the evolutions."""
    others = list(specs[1:])
    what = {"spec": specs[0], "seeds": [specs[0]["seed"]], "others": others, "several": True}
    with (
        JobFolder.temporary(**what, out=out) as job,
        activity.board(job.board),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        gc.freeze()  # as the working process does
        whole = cpu_of(lambda: perform(job))
    receipts = (json.loads(folder.record.read_bytes()) for folder in find_runs(out.parent))
    timings = [receipt["timings"] for receipt in receipts]
    assert len(timings) == len(specs)
    return whole - sum(each["parent_cpu"] + each["evaluation_cpu"] for each in timings)


Contents = tuple[list[pyarrow.Table], dict[str, bytes]]
"""The tables of a run, and its files by name."""


def _contents(folder: RunFolder) -> Contents:
    files = (folder.journal, folder.population, folder.logbook, folder.record)
    tables = [parquet.read_table(file) for file in (folder.population, folder.logbook)]
    return tables, {file.name: file.read_bytes() for file in files}


def rewrite(runs: Sequence[Contents], scratch: Path) -> None:
    """Make the files of the runs anew: tables by Parquet's writer, and all on the disk."""
    with tempfile.TemporaryDirectory(dir=scratch) as new:
        for number, (tables, files) in enumerate(runs):
            for table in tables:
                parquet.write_table(table, pyarrow.BufferOutputStream())
            place = Path(new) / str(number)
            place.mkdir()
            for name, content in files.items():
                _put(place / name, content, sync=True)


def store_again(folders: Sequence[RunFolder], results: Path, scratch: Path) -> None:
    """Read the runs as tracking must, and insert its rows and artifacts into empty tables."""
    for folder in folders:
        json.loads(folder.record.read_bytes())
        for file in (folder.logbook, folder.population):
            _table(file).read(use_threads=False)
    with tempfile.TemporaryDirectory(dir=scratch) as new:
        artifacts = [path for path in results.glob("mlartifacts/**/*") if path.is_file()]
        for number, path in enumerate(artifacts):
            _put(Path(new) / str(number), path.read_bytes(), sync=False)
        with contextlib.closing(sqlite3.connect(results / "mlflow.db")) as old:
            _insert(old, Path(new) / "mlflow.db")


def _insert(old: sqlite3.Connection, database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as new:
        named = ", ".join(f"'{name}'" for name in TABLES)
        made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN"
        for (statement,) in old.execute(f"{made} ({named}) ORDER BY type DESC"):
            new.execute(statement)
        for name in TABLES:
            rows = old.execute(f"SELECT * FROM {name}").fetchall()
            new.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        new.commit()


def read_for_a_page(folders: Sequence[RunFolder]) -> None:
    """Read what a page shows of the runs, and find the principal components of each population."""
    for folder in folders:
        _table(folder.logbook).read(columns=["generation", "best"], use_threads=False)
        columns = ["genome", "rank", "fitness_0"]
        table = _table(folder.population).read(columns=columns, use_threads=False)
        genomes = numpy.from_dlpack(table["genome"].chunk(0).values).reshape(len(table), -1)
        numpy.linalg.eigh(genomes.astype(float) @ genomes.T)


def _table(path: Path) -> parquet.ParquetFile:
    return parquet.ParquetFile(pyarrow.BufferReader(path.read_bytes()))


def _put(path: Path, content: bytes, *, sync: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.write(descriptor, content)
    if sync:
        os.fsync(descriptor)
    os.close(descriptor)


def _spec(point: Point) -> dict[str, object]:
    own = {"crossover": point.crossover, "mutation": point.mutation}
    params = {"population": POPULATION, "generations": GENERATIONS, **own}
    return {
        "problem": {"use": "onemax", "params": {"bits": point.bits}},
        "algorithm": {"use": "ea_simple", "params": params},
        "backend": {"use": "serial", "workers": 1},
        "seed": point.seed,
    }


def _shown(run: Run) -> ShownRun:
    texts = ("onemax", "simple", "serial", "fitness")
    return ShownRun(
        run, *texts, result=0.0, receipt="record.json", results="results", experiment="costs",
        sign="ui.svg",
    )  # fmt: skip


if __name__ == "__main__":
    main()
