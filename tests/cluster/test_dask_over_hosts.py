"""Dask's workers on several hosts: one that is stopped costs its chunk, and not five minutes."""

import sys
import time
from pathlib import Path

import engines
import psutil
import pytest
from fault_table import injected
from hits import hit, kills
from hosts import Host, words
from often import TIMES
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


def _begin_worker(host: Host) -> None:
    _begin(host, "worker", SCHEDULER, "--nthreads", "1", "--no-nanny", "--no-dashboard",
           "--local-directory", f"/run/{host.name}",
           "--preload", "evosweep.entry.dask_worker")  # fmt: skip


@kills(EVALUATING)
@pytest.mark.parametrize("times", TIMES)
def test_a_worker_that_is_stopped_on_another_host_costs_no_result(
    hosts: list[Host], tmp_path: Path, times: int
) -> None:
    serial = Run(hosts, tmp_path / "serial", spec({"use": "serial"}, seconds=0))
    assert serial.complete() == 0, serial.errors
    _begin(hosts[0], "scheduler", "--host", "10.77.0.1", "--port", "8786", "--no-dashboard")
    _begin_worker(hosts[2])
    for number in range(times):
        _begin_worker(hosts[1])  # instead of the one that was killed
        _wait_for_a_keeper(hosts[1])
        _stop_a_worker(hosts, tmp_path / f"run{number}", serial.record["population_digest"])


def _wait_for_a_keeper(host: Host) -> None:
    """Until the worker of a host has started, as far as its preload."""
    until = time.monotonic() + 240
    while not any("evosweep.processes.keeper" in command for command in host.commands()):
        assert time.monotonic() < until, "no keeper"
        time.sleep(0.1)


def _stop_a_worker(hosts: list[Host], folder: Path, expected: str) -> None:
    run = Run(hosts, folder, spec({"use": "dask", "workers": 2, "scheduler": SCHEDULER}))
    run.environment["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = "0"
    run.start()
    run.wait_for_evaluations(20)
    (victim,) = _workers(hosts[1])
    victim.suspend()
    began = time.monotonic()
    with injected("SIGSTOP of a worker on another host, dask", expected=expected) as one:
        assert run.finish() == 0, run.errors
        one.recovery = time.monotonic() - began
        psutil.wait_procs([victim], timeout=600)
        one.left = len(_workers(hosts[1]))
        one.digest = run.record["population_digest"]
    hit(EVALUATING)
