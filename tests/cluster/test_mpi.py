"""MPI's ranks on the nodes of a SLURM allocation."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engines
import pytest
import slurm
from slurm import Slurm

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _installed() -> None:
    engines.require("mpi")


def _spec(**backend: Any) -> dict[str, Any]:
    return {
        "problem": {"use": "troubled:build", "params": {"seconds": 0.01}},
        "algorithm": {
            "use": "ea_simple",
            "params": {"population": 40, "generations": 5, "crossover": 0.5, "mutation": 0.2},
        },
        "backend": backend,
        "seed": 5,
        "import_path": str(ROOT / "tests" / "faults"),
    }


def _command(spec: dict[str, Any], out: Path) -> list[str]:
    program = [sys.executable, "-m", "evosweep", "run"]
    return [*program, "--spec", json.dumps(spec), "--out", str(out)]


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Slurm]:
    """Two nodes of a SLURM."""
    if reason := slurm.missing():
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with slurm.cluster(tmp_path / "slurm", 2) as made:
        yield made


@pytest.mark.usefixtures("nodes")
def test_the_nodes_of_an_allocation_are_a_run_s_ranks(tmp_path: Path) -> None:
    subprocess.run(_command(_spec(use="serial"), tmp_path / "serial"), check=True)
    script = tmp_path / "job.sh"
    run = shlex.join(_command(_spec(use="mpi", workers=3), tmp_path / "mpi"))
    script.write_text(f"#!/bin/sh\nexec {run}\n")
    log = tmp_path / "log"
    words = ["sbatch", "--wait", "--nodes=2", "--ntasks=2", f"--output={log}", str(script)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, log.read_text()
    records = [
        json.loads((tmp_path / use / "record.json").read_text()) for use in ("serial", "mpi")
    ]
    assert records[0]["population_digest"] == records[1]["population_digest"]
