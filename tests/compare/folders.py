"""Run folders in the documented formats, without running anything: histories drawn from a seed."""

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import documents
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evosweep.files import strict_json
from evosweep.records.journal import frame
from evosweep.records.journal_entry import Entry, Session, pack


@dataclass
class Made:
    """What a folder is to hold. `fitness` (generations, population, objectives) is the history."""

    problem: Mapping[str, Any]
    algorithm: Mapping[str, Any]
    backend: Mapping[str, Any]
    seed: int
    fitness: np.ndarray
    weights: Sequence[float] = (-1.0,)
    traits: Mapping[str, Any] = field(default_factory=dict)
    genomes: Sequence[Any] | None = None
    start: str = "start"
    digest: str = ""
    differs_from: int | None = None
    stopped: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    timings: Mapping[str, float] | None = None
    with_journal: bool = True
    milliseconds: float = 1.0
    finished: str = "2026-01-01T00:01:00Z"
    mixed: bool = False


def unnamed(part: Mapping[str, Any]) -> dict[str, Any]:
    """What counts in an id: everything but the user's label."""
    return {key: value for key, value in part.items() if key != "name"}


def identifier(*parts: object) -> str:
    """Twelve hex digits, as run_id and spec_id have."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def write_run(results: Path, made: Made) -> Path:
    """Write one run below results/<experiment>/runs; returns its folder."""
    parts = [unnamed(made.problem), unnamed(made.algorithm), made.seed, dict(made.sources)]
    spec_id = identifier(*parts)
    run_id = identifier(*parts, unnamed(made.backend))
    folder = results / "runs" / run_id
    folder.mkdir(parents=True)
    _write_logbook(folder, made, spec_id)
    _write_population(folder, made)
    if made.with_journal:
        _write_journal(folder, made, run_id)
    record = _record(made, run_id, spec_id)
    (folder / "record.json").write_text(strict_json.dumps(record))
    return folder


def _digest(made: Made, spec_id: str, generation: int) -> str:
    changed = made.differs_from is not None and generation >= made.differs_from
    text = made.start if generation == 0 else spec_id
    if generation == 0:
        text = f"{made.start} {made.seed}"
    return hashlib.sha256(f"{text} {generation} {changed}".encode()).hexdigest()


def _record(made: Made, run_id: str, spec_id: str) -> dict[str, Any]:
    flat, larger = made.fitness.reshape(-1, len(made.weights)), np.array(made.weights) > 0
    best = np.where(larger, np.nanmax(flat, axis=0), np.nanmin(flat, axis=0))
    generations = len(made.fitness) - 1
    parts = {"problem": made.problem, "algorithm": made.algorithm, "backend": made.backend}
    return documents.record(
        run_id=run_id,
        spec_id=spec_id,
        spec={**parts, "seed": made.seed, "import_path": "config"},
        sources=made.sources,
        population_digest=made.digest or _digest(made, spec_id, generations),
        best=best.tolist() if len(best) > 1 else float(best[0]),
        best_genome=[0] * 10 if made.genomes is None else made.genomes[0],
        weights=made.weights,
        evaluations=len(flat),
        generations=generations,
        population=made.fitness.shape[1],
        timings=made.timings or _timings(made),
        traits=made.traits,
        finished=made.finished,
        mixed=made.mixed,
        **({"stopped": {"reason": made.stopped}} if made.stopped else {}),
    )


def _timings(made: Made) -> dict[str, float]:
    count = made.fitness.shape[0] * made.fitness.shape[1]
    evaluation = count * made.milliseconds / 1000
    workers = int(made.backend.get("workers", 1))
    dispatch = 0.0 if workers == 1 else count * 20e-6
    startup = 0.05 if workers == 1 else 0.5
    total = startup + evaluation / workers + dispatch + 0.2
    return {
        "startup": startup,
        "evaluation": evaluation,
        "dispatch": dispatch,
        "variation": 0.2,
        "idle": 0.0,
        "total": total,
    }


def _write_logbook(folder: Path, made: Made, spec_id: str) -> None:
    size = made.fitness.shape[1]
    rows: dict[str, Any] = {
        "generation": list(range(len(made.fitness))),
        "evaluations": [size] * len(made.fitness),
        "seconds": [(g + 1) * size * made.milliseconds / 1000 for g in range(len(made.fitness))],
    }
    for place, weight in enumerate(made.weights):
        ending = f"_{place}" if len(made.weights) > 1 else ""
        values = made.fitness[:, :, place]
        low, high = values.min(axis=1), values.max(axis=1)
        rows[f"best{ending}"] = high if weight > 0 else low
        with np.errstate(invalid="ignore", over="ignore"):
            rows[f"mean{ending}"] = values.mean(axis=1)
            rows[f"std{ending}"] = values.std(axis=1)
        rows[f"worst{ending}"] = low if weight > 0 else high
    rows["digest"] = [_digest(made, spec_id, g) for g in range(len(made.fitness))]
    pq.write_table(pa.table(rows), folder / "logbook.parquet")


def _write_population(folder: Path, made: Made) -> None:
    last = made.fitness[-1]
    genomes = made.genomes if made.genomes is not None else [[0] * 10] * len(last)
    columns: dict[str, Any] = {"genome": genomes}
    for place in range(last.shape[1]):
        columns[f"fitness_{place}"] = last[:, place]
    order = np.argsort(-last[:, 0] if made.weights[0] > 0 else last[:, 0], kind="stable")
    columns["rank"] = np.argsort(order)
    pq.write_table(pa.table(columns), folder / "population.parquet")


def _write_journal(folder: Path, made: Made, run_id: str) -> None:
    head = struct.pack("<8sHH12s", b"EVOSWJNL", 1, 0, run_id.encode())
    parts = [head + struct.pack("<I", zlib.crc32(head)), frame(pack(Session(0.0, 1)))]
    size, now = made.fitness.shape[1], 0.0
    for batch, values in enumerate(made.fitness):
        took = size * made.milliseconds / 1000
        now += took
        entry = Entry(batch, np.arange(size), values, b"\0" * 16, took, now)
        parts.append(frame(pack(entry)))
    (folder / "journal.bin").write_bytes(b"".join(parts))


def history(
    rng: np.random.Generator, generations: int, size: int, rate: float, scale: float = 1.0
) -> np.ndarray:
    """A minimisation that gets better by and by: (generations + 1, size, 1), all above zero."""
    level = scale * np.exp(-rate * np.arange(generations + 1))
    return (level[:, None] * (1 + rng.exponential(1.0, (generations + 1, size))))[:, :, None]


SERIAL = {"name": "serial", "use": "serial", "workers": 1}
POOL = {"name": "pool", "use": "pool", "workers": 2}
SCOOP = {"name": "scoop", "use": "scoop", "workers": 2}


def small_study(
    results: Path,
    *,
    problems: int = 2,
    algorithms: int = 2,
    seeds: int = 6,
    backends: Sequence[Mapping[str, Any]] = (SERIAL, POOL),
    generations: int = 20,
    size: int = 10,
) -> Path:
    """results/study with a full grid of minimisation runs; the later algorithms are better."""
    for p in range(problems):
        problem = {"name": "sphere", "use": "bbob", "params": {"function": p + 1, "dimension": 5}}
        for a in range(algorithms):
            algorithm = {"name": "ga", "use": "ea_simple", "params": {"population": 10 * (a + 1)}}
            for seed in range(1, seeds + 1):
                rng = np.random.default_rng([p, a, seed])
                fitness = history(rng, generations, size, 0.2 + 0.1 * a, 10.0 ** (p + 1))
                for backend in backends:
                    write_run(
                        results / "study",
                        Made(
                            problem,
                            algorithm,
                            backend,
                            seed,
                            fitness,
                            traits={"optimum": 0.0, "target": 1.0},
                        ),
                    )
    return results / "study"
