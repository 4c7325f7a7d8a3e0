"""A small whole run, and files of every kind that readers read: where the mutations start."""

import hashlib
import json
import sys
from pathlib import Path

_TESTS = Path(__file__).parents[1]
sys.path += [str(_TESTS), str(_TESTS / "compare")]

import documents  # noqa: E402
import folders  # noqa: E402
import numpy as np  # noqa: E402

from evosweep.compare.read.run import Run  # noqa: E402
from evosweep.compare.read.study import Study  # noqa: E402
from evosweep.compare.sections.run_page import ShownRun  # noqa: E402

_PROBLEM = {"name": "sphere", "use": "bbob", "params": {"function": 1, "dimension": 5}}
_ALGORITHM = {"name": "ga", "use": "ea_simple", "params": {"population": 10}}
_SPEC = {
    "problem": {"use": "onemax", "params": {"bits": 10}},
    "algorithm": {"use": "ea_simple", "params": {"population": 10, "generations": 2,
                                                  "crossover": 0.5, "mutation": 0.2}},
    "backend": {"use": "serial", "workers": 1},
    "seed": 1,
    "import_path": ".",
}  # fmt: skip


def _made() -> folders.Made:
    fitness = np.arange(12.0).reshape(3, 4, 1)
    genomes = [[float(place)] * 3 for place in range(4)]
    return folders.Made(_PROBLEM, _ALGORITHM, folders.SERIAL, 1, fitness, genomes=genomes)


def _run_id() -> str:
    made = _made()
    own, *rest = (folders.unnamed(part) for part in (made.backend, made.problem, made.algorithm))
    return folders.identifier(*rest, made.seed, dict(made.sources), own)


RUN_ID = _run_id()


def write_run(results: Path) -> Path:
    """Write the run below `results`, an experiment's folder; returns its folder."""
    return folders.write_run(results, _made())


def study(run: Run) -> Study:
    """A study of one run."""
    return Study("study", run.folder.path.parents[1], (run,), ())


def shown_run(run: Run) -> ShownRun:
    """The run as the report shows it."""
    labels = {name: name for name in ("problem", "algorithm", "backend", "measure", "experiment")}
    return ShownRun(run, **labels, result=run.best[0], receipt="r", results=".", sign="s")


def documents_of_runs() -> dict[str, bytes]:
    """The documents of a run's folder, by the reader's name."""
    names = {"run_id": RUN_ID}
    running = {**documents.NAMES, **names, "weights": [1.0, -1.0]}
    return {
        "record": json.dumps(documents.record(**names)).encode(),
        "failure": json.dumps(documents.failure(**names)).encode(),
        "running": json.dumps(running).encode(),
        "receipt_of_job": json.dumps(documents.record(**names)).encode(),
        "estimate": json.dumps(documents.record(**names)).encode(),
    }


def spec() -> bytes:
    """The spec of a small run."""
    return json.dumps(_SPEC).encode()


def digest(data: bytes) -> str:
    """A short name for an input in the corpus."""
    return hashlib.sha256(data).hexdigest()[:12]
