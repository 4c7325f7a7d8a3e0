"""What MLflow shows of one run, made from its folder alone: the same folder, the same entry.

Nothing here knows MLflow. Times come from the record, so that a database that was deleted is
rebuilt to the same content.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from evosweep.records.folder import RunFolder
from evosweep.records.reading import read_outcome
from evosweep.records.record import FailureRecord, Named, Record
from evosweep.track.content import note
from evosweep.track.content.files import failure_files, record_files
from evosweep.track.content.history import History, read_history

FINISHED, FAILED, RUNNING, KILLED = "FINISHED", "FAILED", "RUNNING", "KILLED"
_LONGEST_NAME = 250
_LONGEST_VALUE = 6000


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a metric; `timestamp` in milliseconds since the epoch."""

    key: str
    value: float
    timestamp: int
    step: int


@dataclass(frozen=True)
class Entry:
    """One run of MLflow's: what it is called, holds and shows."""

    mlflow_id: str
    """What MLflow is asked to call it: the same content, the same id, in a rebuilt database."""
    name: str
    status: str
    start: int
    end: int | None
    params: dict[str, str]
    tags: dict[str, str]
    points: list[Point] = field(default_factory=list)
    files: dict[str, Path | bytes] = field(default_factory=dict)
    """Artifacts by name: a file to copy, or the content itself."""
    dataset: dict[str, Any] | None = None
    """The data behind its problem, as its record describes them, with the problem as `source`."""
    summary: dict[str, Any] = field(default_factory=dict)
    """What the aggregate over seeds needs: best, evaluations, seconds, success, digest, seed."""


def read_entry(folder: RunFolder, experiment: str) -> Entry:
    """The entry of a run that finished or failed; raises `Damaged` or OSError."""
    document, content = read_outcome(folder)
    mlflow_id = content_id(experiment, folder.path.name, content)
    if isinstance(document, Record):
        entry = _finished(folder, document, mlflow_id)
    else:
        entry = _failed(folder, document, mlflow_id)
    entry.tags.update(content=mlflow_id, folder=folder.path.name)
    return entry


def content_id(*parts: str | bytes) -> str:
    """32 hexadecimal digits that name a content."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:32]


def configuration_id(document: Named) -> str:
    """What runs share that differ in seed and backend alone: 12 hexadecimal digits."""
    spec: Mapping[str, Any] = document.spec
    parts = {
        kind: {key: value for key, value in spec[kind].items() if key != "name"}
        for kind in ("problem", "algorithm")
    }
    text = json.dumps([parts, document.sources], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _finished(folder: RunFolder, record: Record, mlflow_id: str) -> Entry:
    history = read_history(folder, record)
    start, end = milliseconds(record.started), milliseconds(record.finished)
    summary = _summary(record, history, start, end)
    name = run_name(record.spec)
    tags = {
        "population_digest": record.population_digest,
        "resumed": str(record.resumed),
        "mlflow.note.content": note.of_record(record, summary),
        "mlflow.loggedArtifacts": '[{"path": "population.json", "type": "table"}]',
    }
    return Entry(
        mlflow_id,
        name,
        FINISHED,
        start,
        end,
        parameters(record.spec),
        identity(record) | _provenance(record) | tags,
        [*_by_generation(history, start), *_totals(record, summary, end)],
        record_files(folder, record, history, name),
        _dataset(record),
        summary,
    )


def _failed(folder: RunFolder, failure: FailureRecord, mlflow_id: str) -> Entry:
    end = (
        milliseconds(failure.failed)
        if failure.failed
        else folder.failure.stat().st_mtime_ns // 10**6
    )
    tags = {
        "failure": failure.kind,
        "error": failure.error[:_LONGEST_VALUE],
        "mlflow.note.content": note.of_failure(failure),
    }
    return Entry(
        mlflow_id,
        run_name(failure.spec),
        FAILED,
        milliseconds(failure.started) if failure.started else end,
        end,
        parameters(failure.spec),
        identity(failure) | _provenance(failure) | tags,
        files=failure_files(folder, failure),
        summary={"seed": failure.spec["seed"], "spec_id": failure.spec_id},
    )


def milliseconds(iso: str) -> int:
    """An ISO 8601 time as MLflow counts it: milliseconds since the epoch."""
    return round(datetime.fromisoformat(iso).timestamp() * 1000)


def label(part: Mapping[str, Any]) -> str:
    """What a person calls a problem, an algorithm or a backend."""
    return str(part.get("name") or part["use"])


def run_name(spec: Mapping[str, Any]) -> str:
    """What tells a run apart, the most telling first: `onemax simple s1 pool x2 bits=100 ...`."""
    backend = spec["backend"]
    head = (
        f"{label(spec['problem'])} {label(spec['algorithm'])} s{spec['seed']} "
        f"{label(backend)} x{backend.get('workers', 1)}"
    )
    return shortened(head + described(spec))


def configuration_name(spec: Mapping[str, Any]) -> str:
    """What tells a configuration apart: `onemax simple bits=100 population=300 ...`."""
    return shortened(f"{label(spec['problem'])} {label(spec['algorithm'])}{described(spec)}")


def described(spec: Mapping[str, Any]) -> str:
    """All parameters of problem and algorithm in turn, the last first: those are the swept ones."""
    parts = [reversed(spec[kind].get("params", {}).items()) for kind in ("problem", "algorithm")]
    pairs = chain.from_iterable(zip_longest(*parts))
    return "".join(f" {pair[0]}={shown(pair[1])}" for pair in pairs if pair)


def shortened(text: str) -> str:
    """The text as far as MLflow keeps a name."""
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def shown(value: Any) -> str:
    """A parameter's value as text: JSON, but a plain string as it is."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def parameters(spec: Mapping[str, Any]) -> dict[str, str]:
    """Everything that the spec sets, one MLflow parameter each."""
    backend = spec["backend"]
    found = configuration_parameters(spec) | {
        "seed": str(spec["seed"]),
        "backend": str(backend["use"]),
        "workers": str(backend.get("workers", 1)),
    }
    extra = {k: shown(v) for k, v in backend.items() if k not in {"name", "use", "workers"}}
    return found | {f"backend.{key}": value for key, value in extra.items()}


def configuration_parameters(spec: Mapping[str, Any]) -> dict[str, str]:
    """Problem and algorithm, their options and their parameters."""
    found: dict[str, str] = {}
    for kind in ("problem", "algorithm"):
        part = spec[kind]
        found[kind] = label(part)
        options = {k: v for k, v in part.items() if k not in {"name", "params"}}
        for key, value in {**options, **part.get("params", {})}.items():
            found[f"{kind}.{key}"] = shown(value)
    return found


def identity(record: Named) -> dict[str, str]:
    """The tags by which a run, its equals and its configuration are found again."""
    return {
        "run_id": record.run_id,
        "spec_id": record.spec_id,
        "configuration": configuration_id(record),
        "kind": "run",
        "evosweep": "entry",
        "mlflow.source.name": "evosweep run",
        "mlflow.source.type": "LOCAL",
    }


def _provenance(record: Record | FailureRecord) -> dict[str, str]:
    environment: Mapping[str, Any] = record.environment
    names = {
        "git_commit": "git_commit",
        "git_dirty": "git_dirty",
        "image": "image",
        "image_digest": "image_digest",
        "mlflow.source.git.commit": "git_commit",
        "mlflow.docker.image.uri": "image",
        "platform": "platform",
        "machine": "machine",
        "cpu": "cpu",
        "version.python": "python",
        "version.evosweep": "evosweep",
    }
    found = {tag: environment.get(key) for tag, key in names.items()}
    versions = environment.get("packages") or {}
    found |= {f"version.{name}": version for name, version in list(versions.items())[:60]}
    digests = record.sources
    found |= {f"source.{kind}": digest for kind, digest in digests.items()}
    return {key: str(value) for key, value in found.items() if value is not None}


def _summary(record: Record, history: History, start: int, end: int) -> dict[str, Any]:
    best = record.best
    seconds = record.timings.get("total")
    return {
        "seed": record.spec["seed"],
        "spec_id": record.spec_id,
        "digest": record.population_digest,
        "best": best if isinstance(best, (int, float)) else None,
        "hypervolume": history.last("hypervolume"),
        "evaluations": record.evaluations,
        "seconds": seconds if seconds is not None else (end - start) / 1000,
        "success": success(record),
        "weight": record.weights[0],
    }


def success(record: Record) -> bool | None:
    """Whether the run reached its problem's target; None where none is declared.

    Without a target, a known optimum counts as reached within 1e-8, as BBOB's functions do.
    """
    goal, best = _goal(record), record.best
    if goal is None or not isinstance(best, (int, float)):
        return None
    sign = math.copysign(1.0, record.weights[0])
    return sign * best >= sign * goal


def _goal(record: Record) -> float | None:
    target, optimum = record.traits.get("target"), record.traits.get("optimum")
    if target is not None or optimum is None:
        return target
    return optimum - math.copysign(1e-8, record.weights[0])


def _dataset(record: Record) -> dict[str, Any] | None:
    found = record.dataset
    return found and {**found, "source": record.spec["problem"]["use"]}


def _by_generation(history: History, start: int) -> Iterator[Point]:
    for key, values in history.columns.items():
        for step, value, seconds in zip(history.generations, values, history.seconds, strict=True):
            if value is not None:
                yield Point(key, float(value), start + round(1000 * seconds), step)


def _totals(record: Record, summary: dict[str, Any], end: int) -> Iterator[Point]:
    for phase, seconds in record.timings.items():
        yield Point(f"time_{phase}", float(seconds), end, 0)
    if summary["success"] is not None:
        yield Point("success", float(summary["success"]), end, 0)
    counts: Mapping[str, Any] = record.failures
    for kind in ("penalised", "retried"):
        if count := counts.get(kind):
            yield Point(f"failures_{kind}", float(count), end, 0)
