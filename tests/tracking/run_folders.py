"""Run folders as `evosweep run` leaves them, without evolving anything: for tracking at scale."""

import json
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import documents
import pyarrow
from pyarrow import parquet

_STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def spec(seed: int, backend: str = "serial", workers: int = 1, **params: Any) -> dict[str, Any]:
    """A spec of OneMax; `params` go to the algorithm."""
    return {
        "problem": {"name": "onemax", "use": "onemax", "params": {"bits": 20}},
        "algorithm": {
            "name": "simple",
            "use": "ea_simple",
            "params": {"population": 10, "generations": 5, **params},
        },
        "backend": {"name": backend, "use": backend, "workers": workers},
        "seed": seed,
        "import_path": ".",
    }


def names(of: dict[str, Any]) -> tuple[str, str]:
    """(run_id, spec_id) of a spec; hashes of its text serve."""
    import hashlib

    whole = json.dumps(of, sort_keys=True)
    without = json.dumps({k: v for k, v in of.items() if k != "backend"}, sort_keys=True)
    return tuple(hashlib.sha256(text.encode()).hexdigest()[:12] for text in (whole, without))  # type: ignore[return-value]


def write_run(
    runs: Path, of: dict[str, Any], generations: int = 5, population: int = 10, **changes: Any
) -> Path:
    """A finished run in `runs/<run_id>`; `changes` go to its record."""
    run_id, spec_id = names(of)
    folder = runs / run_id
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(spec_id)
    fitnesses = sorted((draw.randint(8, 20) for _ in range(population)), reverse=True)
    write_population(folder, fitnesses, draw)
    best = write_logbook(folder, generations, fitnesses[0], draw)
    started = _STARTED + timedelta(seconds=of["seed"])
    record = documents.record(
        run_id=run_id,
        spec_id=spec_id,
        spec=of,
        population_digest=f"{int(spec_id, 16):064x}",
        best=best,
        evaluations=7 * generations + population,
        generations=generations,
        population=population,
        traits={"optimum": 20.0, "target": 20.0},
        dataset={"name": "cells", "digest": "d" * 64, "rows": 10, "columns": 20},
        started=started.isoformat(timespec="milliseconds"),
        finished=(started + timedelta(seconds=2)).isoformat(timespec="milliseconds"),
    )
    finish(folder, record | changes)
    return folder


def copy_run(folder: Path, of: dict[str, Any]) -> Path:
    """A run with the curves and the population of another one: its files, by links."""
    run_id, spec_id = names(of)
    copy = folder.parent / run_id
    copy.mkdir()
    for name in ("population.parquet", "logbook.parquet"):
        os.link(folder / name, copy / name)
    record = json.loads((folder / "record.json").read_bytes())
    started = _STARTED + timedelta(seconds=of["seed"])
    times = {
        "started": started.isoformat(timespec="milliseconds"),
        "finished": (started + timedelta(seconds=2)).isoformat(timespec="milliseconds"),
    }
    finish(copy, record | times | {"run_id": run_id, "spec_id": spec_id, "spec": of})
    return copy


def finish(folder: Path, record: dict[str, Any]) -> None:
    """Puts a record in place by a rename, as a run does."""
    draft = folder / ".record.json"
    draft.write_text(json.dumps(record, indent=2))
    draft.replace(folder / "record.json")


def write_population(folder: Path, fitnesses: list[int], draw: random.Random) -> None:
    order = sorted(set(fitnesses), reverse=True)
    table = {
        "genome": [[draw.randint(0, 1) for _ in range(20)] for _ in fitnesses],
        "fitness_0": [float(value) for value in fitnesses],
        "rank": [order.index(value) for value in fitnesses],
    }
    parquet.write_table(pyarrow.table(table), folder / "population.parquet")


def write_logbook(folder: Path, generations: int, last: int, draw: random.Random) -> float:
    """A logbook whose best falls back once, as it may without elitism; returns the best ever."""
    steps = range(generations + 1)
    best = [min(20.0, 8.0 + last * step / (generations + 1)) for step in steps]
    table = {
        "generation": list(steps),
        "evaluations": [10, *[7] * generations],
        "best": best,
        "mean": [value - 2 for value in best],
        "std": [draw.random() for _ in steps],
        "worst": [value - 4 for value in best],
        "diversity": [draw.random() for _ in steps],
        "novelty": [draw.random() for _ in steps],
        "spread": [draw.random() for _ in steps],
        "seconds": [0.01 * step for step in steps],
        "digest": [f"{step:064x}" for step in steps],
    }
    parquet.write_table(pyarrow.table(table), folder / "logbook.parquet")
    return max(best)


def write_failure(runs: Path, of: dict[str, Any]) -> Path:
    """A failed run in `runs/<run_id>`."""
    run_id, spec_id = names(of)
    folder = runs / run_id
    folder.mkdir(parents=True, exist_ok=True)
    failure = documents.failure(run_id=run_id, spec_id=spec_id, spec=of)
    (folder / "failure.json").write_text(json.dumps(failure))
    return folder


def touch(path: Path, seconds: int) -> None:
    """Moves a file's modification time, so that two writes in one tick are told apart."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + seconds * 10**9))
