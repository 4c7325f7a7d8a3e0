"""MPI's ranks on several hosts: a host that is cut off, and the nodes of a SLURM allocation."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engines
import pytest
import slurm
from hosts import Host
from slurm import Slurm

from evosweep.backends.table import find_program

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


_NETWORK = ("-genv", "UCX_TLS", "tcp,self")
"""These hosts are one machine, and mpich would take its shared memory, which they do not have."""


@pytest.fixture(autouse=True)
def _installed() -> None:
    engines.require("mpi")


def _is_at_work(host: Host) -> bool:
    return any(each.cmdline()[1:3] == ["-m", "mpi4py.futures"] for each in host.processes())


def test_a_host_that_is_cut_off_ends_the_ranks_on_both_sides(hosts: list[Host]) -> None:
    """MPI itself would wait for ever; on the host that was cut off, too."""
    mpiexec = find_program("mpiexec.hydra")
    assert mpiexec is not None
    command = [mpiexec, *_NETWORK, "-launcher", "ssh", "-hosts", "h1,h2", "-n", "3", sys.executable,
               "-m", "mpi4py.futures", str(HERE / "mpi_program.py")]  # fmt: skip
    with subprocess.Popen(
        hosts[0].command(*command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as ranks:
        assert ranks.stdout is not None
        assert ranks.stdout.readline() == "workers 2 True\n"
        assert ranks.stdout.readline() == "busy\n"
        hosts[1].cut()
        try:
            until = time.monotonic() + 30
            while any(map(_is_at_work, hosts)) and time.monotonic() < until:
                time.sleep(0.1)
            assert not any(map(_is_at_work, hosts))
        finally:  # mpiexec waits for its ssh, and its supervisor would end both
            ranks.kill()


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
