"""One finished, failed or unfinished run, as the comparison sees it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evosweep.errors import InputError
from evosweep.records.folder import FORMAT, RunFolder, load_record


@dataclass(frozen=True)
class Run:
    """What a receipt says, with everything that the comparison does not need left out.

    `best` and `weights` hold one value an objective; a weight is negative where smaller is better.
    `timings` are seconds by phase. `genome_length` is None where genomes have no fixed length.
    """

    folder: RunFolder
    run_id: str
    spec_id: str
    problem: Mapping[str, Any]
    algorithm: Mapping[str, Any]
    backend: Mapping[str, Any]
    seed: int
    sources: Mapping[str, str]
    digest: str
    weights: tuple[float, ...]
    best: tuple[float, ...]
    evaluations: int
    generations: int
    population: int
    timings: Mapping[str, float]
    traits: Mapping[str, Any] = field(default_factory=dict)
    stopped: str = ""
    """Why it ended before its algorithm would have; "seconds" for a clock. Empty: it did not."""
    resumed: int = 0
    penalised: int = 0
    genome_length: int | None = None
    workers: int = 1

    @property
    def objectives(self) -> int:
        """How many objectives the run's problem has."""
        return len(self.weights)

    @property
    def spec(self) -> dict[str, Any]:
        """What the run was asked to do."""
        parts = {"problem": self.problem, "algorithm": self.algorithm, "backend": self.backend}
        return {**parts, "seed": self.seed}

    @property
    def seconds(self) -> float:
        """Wall time of the whole run, in seconds."""
        return float(self.timings.get("total", float("nan")))


@dataclass(frozen=True)
class Failure:
    """A run that left `failure.json`, or nothing at all, instead of a receipt.

    `kind` is "unfinished" for a folder without any outcome and "missing" for a run of the grid that
    has no folder.
    """

    run_id: str
    kind: str
    error: str
    path: Path | None = None
    spec: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


def read_run(folder: RunFolder) -> Run:
    """The run in a folder; raises InputError where its receipt is damaged."""
    try:
        return _run(folder, load_record(folder.path))
    except (KeyError, TypeError, ValueError) as error:
        missing = f"it has no {error}" if isinstance(error, KeyError) else error
        raise InputError(f"{folder.record}: no receipt that can be read: {missing}") from error


def _run(folder: RunFolder, record: Mapping[str, Any]) -> Run:
    _check_format(record.get("format"))
    spec, best = record["spec"], _best(record["best"])
    return Run(
        folder=folder,
        run_id=record["run_id"],
        spec_id=record["spec_id"],
        problem=spec["problem"],
        algorithm=spec["algorithm"],
        backend=spec["backend"],
        seed=int(spec["seed"]),
        sources=record.get("sources") or {},
        digest=record["population_digest"],
        weights=tuple(float(weight) for weight in record["weights"]),
        best=best,
        evaluations=int(record["evaluations"]),
        generations=int(record["generations"]),
        population=int(record["population"]),
        timings=record.get("timings") or {},
        traits=record.get("traits") or {},
        stopped=str((record.get("stopped") or {}).get("reason", "")),
        resumed=int(record.get("resumed") or 0),
        penalised=int((record.get("failures") or {}).get("penalised", 0)),
        genome_length=_length(record.get("best_genome")),
        workers=int(spec["backend"].get("workers") or 1),
    )


def _check_format(found: object) -> None:
    """Refuse a receipt of another version of the format: its numbers may mean something else."""
    if found != FORMAT:
        raise ValueError(f"its format is {found}, and this evosweep reads format {FORMAT}")


def _best(best: Any) -> tuple[float, ...]:
    values = tuple(map(float, best if isinstance(best, list) else [best]))
    if any(math.isnan(value) for value in values):
        raise ValueError("its best result is not a number")
    return values


def _length(genome: object) -> int | None:
    return len(genome) if isinstance(genome, list) else None


def read_failure(folder: RunFolder) -> Failure:
    """The failure in a folder; a folder without receipt and failure is an unfinished run."""
    if not folder.failure.exists():
        return Failure(
            folder.path.name,
            "unfinished",
            "neither a receipt nor a failure in its folder",
            folder.path,
        )
    try:
        found = json.loads(folder.failure.read_text(encoding="utf-8"))
        spec = found.get("spec")
        return Failure(
            str(found.get("run_id", folder.path.name)),
            str(found.get("kind", "failed")),
            str(found.get("error", "")),
            folder.path,
            spec if isinstance(spec, dict) else {},
        )
    except (OSError, ValueError, AttributeError) as error:
        return Failure(folder.path.name, "damaged", f"failure.json: {error}", folder.path)
