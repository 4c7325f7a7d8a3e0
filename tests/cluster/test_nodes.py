"""The nodes of a SLURM allocation as one run's workers: MPI's ranks, Dask's workers."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import engines
import psutil
import pytest
import slurm
from hits import hit, kills
from lacking import lacking
from slurm import Slurm
from windows import WATCHED

ROOT = Path(__file__).parents[2]


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
        lacking(reason)
    with slurm.cluster(tmp_path / "slurm", 2) as made:
        yield made


@pytest.mark.parametrize("use", ["mpi", "dask"])
def test_the_nodes_of_an_allocation_are_a_run_s_workers(
    nodes: Slurm, tmp_path: Path, use: str
) -> None:
    engines.require(use)
    subprocess.run(_command(_spec(use="serial"), tmp_path / "serial"), check=True)
    script, log = tmp_path / "job.sh", tmp_path / "log"
    run = shlex.join(_command(_spec(use=use, workers=3), tmp_path / use))
    script.write_text(f"#!/bin/sh\nexec {run}\n")
    steps: set[str] = set()
    job = nodes.call(
        "sbatch", "--parsable", "--nodes=2", "--ntasks=2", f"--output={log}", str(script)
    )
    while (state := nodes.state(job)) in ("PENDING", "RUNNING", "COMPLETING", "CONFIGURING"):
        steps |= set(nodes.call("squeue", "--steps", "--noheader", "--format=%N").split())
        time.sleep(0.2)
    assert (state, "n[1-2]" in steps) == ("COMPLETED", True), log.read_text()
    serial, spread = (
        json.loads((tmp_path / name / "record.json").read_text()) for name in ("serial", use)
    )
    assert serial["population_digest"] == spread["population_digest"]
    assert spread["environment"]["numerics"]["mode"] == "portable"


@kills(WATCHED)
def test_workers_of_dask_on_nodes_end_with_their_run(nodes: Slurm, tmp_path: Path) -> None:
    engines.require("dask")
    script, log = tmp_path / "job.sh", tmp_path / "log"
    spec = _spec(use="dask", workers=2)
    spec["problem"]["params"]["seconds"] = 5.0
    run = shlex.join(_command(spec, tmp_path / "run"))
    script.write_text(f"#!/bin/sh\n{run} &\necho $! > {tmp_path}/pid\nwait\nsleep 600\n")
    nodes.call("sbatch", "--nodes=2", "--ntasks=2", f"--output={log}", str(script))
    _wait(lambda: len(_dask_workers()) >= 2 and (tmp_path / "pid").exists(), log)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    _wait(lambda: not _dask_workers(), log)
    hit(WATCHED)


def _wait(condition: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.2)


def _dask_workers() -> list[psutil.Process]:
    """What this test's srun has started: workers and their nannies."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if "distributed.cli.dask_worker" in process.cmdline() and "SLURM_STEP_ID" in (
                process.environ()
            ):
                found.append(process)
    return found
