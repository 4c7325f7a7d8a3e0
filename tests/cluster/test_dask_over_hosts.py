"""Dask's workers on several hosts: one that is stopped costs its chunk, and not five minutes."""

import sys
from pathlib import Path

import engines
import psutil
import pytest
from hits import hit, kills
from hosts import Host, words
from over_hosts import ROOT, Run, spec
from windows import EVALUATING

SCHEDULER = "tcp://10.77.0.1:8786"  # nothing else is on this network


@pytest.fixture(autouse=True)
def _installed() -> None:
    engines.require("dask")


def _begin(host: Host, *command: str) -> None:
    """Start a program of Dask's on a host, for as long as the host is up."""
    line = f'EVOSWEEP_PAUSE=2 "$0" -m dask "$@" > /run/{command[0]}.log 2>&1 &'
    assert host.run("sh", "-c", line, sys.executable, *command, folder=ROOT).returncode == 0


def _workers(host: Host) -> list[psutil.Process]:
    return [each for each in host.processes() if words(each)[1:4] == ["-m", "dask", "worker"]]


@kills(EVALUATING)
def test_a_worker_that_is_stopped_on_another_host_costs_no_result(
    hosts: list[Host], tmp_path: Path
) -> None:
    _begin(hosts[0], "scheduler", "--host", "10.77.0.1", "--port", "8786", "--no-dashboard")
    for host in hosts[1:]:
        _begin(host, "worker", SCHEDULER, "--nthreads", "1", "--no-nanny", "--no-dashboard",
               "--local-directory", f"/run/{host.name}",
               "--preload", "evosweep.entry.dask_worker")  # fmt: skip
    serial = Run(hosts, tmp_path / "serial", spec({"use": "serial"}, seconds=0))
    run = Run(hosts, tmp_path / "run", spec({"use": "dask", "workers": 2, "scheduler": SCHEDULER}))
    run.environment["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = "0"
    run.start()
    run.wait_for_evaluations(20)
    (victim,) = _workers(hosts[1])
    victim.suspend()
    assert run.finish() == 0, run.errors
    psutil.wait_procs([victim], timeout=600)
    assert _workers(hosts[1]) == []
    hit(EVALUATING)
    assert serial.complete() == 0, serial.errors
    assert run.record["population_digest"] == serial.record["population_digest"]
