"""Vectorised evaluation: one call a chunk, the same on every backend, and checked."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import RunError
from evosweep.plugins.builtins import PROBLEMS
from evosweep.plugins.loading import load_problem
from evosweep.records.folder import RunFolder
from evosweep.records.record import Record
from evosweep.run.attempt import run_one

PROBLEM = """
import numpy as np
from evosweep.problems.continuous import continuous

def build(kind="exact"):
    toolbox = continuous(function="sphere", dimension=6)
    calls = []
    def exact(genomes):
        calls.append(len(genomes))
        assert len(calls) < 400, "one call a chunk, not one a genome"
        return np.array([[sum(gene * gene for gene in row)] for row in genomes.tolist()])
    def by_size(genomes):
        return exact(genomes) + len(genomes)
    def flat(genomes):
        return exact(genomes)[:, 0]
    def nan(genomes):
        values = exact(genomes)
        values[genomes[:, 0] > 2] = np.nan
        return values
    def broken(genomes):
        raise ZeroDivisionError("broken")
    toolbox.register("evaluate_batch", locals()[kind])
    if kind == "exact":
        toolbox.register("evaluate", lambda genome: 1 / 0)
    return toolbox
"""


def _run(tmp_path: Path, kind: str, backend: str = "serial", workers: int = 1) -> Record:
    (tmp_path / "together_problem.py").write_text(PROBLEM)
    spec = {
        "problem": {"use": "together_problem:build", "params": {"kind": kind}},
        "algorithm": {"use": "ea_simple", "params": {"population": 30, "generations": 5}},
        "backend": {"use": backend, "workers": workers},
        "seed": 2,
        "import_path": str(tmp_path),
    }
    with create(backend, workers) as opened:
        return run_one(RunSpec.parse(spec), RunFolder(tmp_path / f"{kind}-{backend}"), opened)


def test_stands_in_for_evaluate_on_every_backend(tmp_path: Path) -> None:
    digests = {
        _run(tmp_path, "exact", backend, workers).population_digest
        for backend, workers in (("serial", 1), ("pool", 2))
    }
    spec = {
        "problem": {"use": "continuous", "params": {"function": "sphere", "dimension": 6}},
        "algorithm": {"use": "ea_simple", "params": {"population": 30, "generations": 5}},
        "backend": {"use": "serial"},
        "seed": 2,
    }
    with create("serial") as backend:
        single = run_one(RunSpec.parse(spec), RunFolder(tmp_path / "single"), backend)
    assert digests == {single.population_digest}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("by_size", "alone and"),
        ("flat", "array of shape"),
        ("nan", "NaN"),
        ("broken", "ZeroDivisionError: broken"),
    ],
)
def test_what_is_wrong_with_a_batch(kind: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=words):
        _run(tmp_path, kind)


# COCO's own functions, which stand in for those of ioh, take one genome a call.
BATCHED = [*(["bbob"] if find_spec("ioh") else []), "knapsack", "tsp"]


def test_every_builtin_batch_is_looked_at() -> None:
    built = {name: load_problem(name)() for name in PROBLEMS}
    assert [
        name for name, toolbox in built.items() if hasattr(toolbox, "evaluate_batch")
    ] == BATCHED


@pytest.mark.parametrize("name", BATCHED)
def test_builtin_batches_equal_their_evaluate(name: str) -> None:
    toolbox = load_problem(name)()
    individuals = toolbox.population(n=50)
    together = np.asarray(toolbox.evaluate_batch(np.array([list(one) for one in individuals])))
    alone = np.array([toolbox.evaluate(one) for one in individuals])
    assert together.shape == alone.shape
    tolerance = toolbox.traits.batch_tolerance
    assert (
        np.allclose(together, alone, rtol=tolerance, atol=0.0)
        if tolerance
        else (together == alone).all()
    )
