"""The documents of run folders for tests: built by their models, so no test invents a field."""

import json
from typing import Any

from evosweep.records.record import FORMAT, FailureRecord, Record

SPEC = {
    "problem": {"name": "onemax", "use": "onemax", "params": {"bits": 20}},
    "algorithm": {"name": "simple", "use": "ea_simple", "params": {"population": 10}},
    "backend": {"name": "serial", "use": "serial", "workers": 1},
    "seed": 1,
    "import_path": ".",
}
ENVIRONMENT = {
    "evosweep": "0.1.0",
    "python": "3.11.2",
    "packages": {"deap": "1.4.4", "numpy": "2.4.0"},
    "platform": "Linux",
    "machine": "x86_64",
    "cpu": "a processor",
    "threads": {"OMP_NUM_THREADS": "1"},
    "git_commit": "0123456789abcdef0123456789abcdef01234567",
    "git_dirty": False,
    "image": None,
    "image_digest": None,
}
NAMES = {"format": FORMAT, "run_id": "a" * 12, "spec_id": "b" * 12, "spec": SPEC}
TIMINGS = {
    "startup": 0.1,
    "evaluation": 0.2,
    "dispatch": 0.01,
    "variation": 0.05,
    "idle": 0.0,
    "total": 0.36,
}


def record(**changes: Any) -> dict[str, Any]:
    """The receipt of a small run, with `changes`, as JSON data."""
    data = {
        **NAMES,
        "sources": {"problem": "a" * 64, "algorithm": "b" * 64},
        "population_digest": "c" * 64,
        "best": 20.0,
        "best_genome": [1] * 20,
        "weights": [1.0],
        "population": 10,
        "evaluations": 45,
        "generations": 5,
        "traits": {},
        "failures": {"penalised": 0, "retried": 0},
        "timings": TIMINGS,
        "environment": ENVIRONMENT,
        "resumed": 0,
        "started": "2026-01-02T03:04:05.000+00:00",
        "finished": "2026-01-02T03:04:07.000+00:00",
    }
    return dict(Record.model_validate_json(json.dumps(data | changes)).document())


def failure(**changes: Any) -> dict[str, Any]:
    """The failure of a small run, with `changes`, as JSON data."""
    data = {
        **NAMES,
        "sources": {"problem": "a" * 64, "algorithm": "b" * 64},
        "kind": "exception",
        "error": "ZeroDivisionError: division by zero",
        "traceback": "Traceback (most recent call last):\n  ...\nZeroDivisionError: division",
        "individual": [0, 1, 0],
        "batch": 2,
        "index": 3,
        "remedy": "mend the evaluation, then run again",
        "environment": ENVIRONMENT,
        "failed": "2026-01-02T03:04:05.000+00:00",
    }
    return dict(FailureRecord.model_validate_json(json.dumps(data | changes)).document())
