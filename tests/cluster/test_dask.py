"""A scheduler of Dask that is there: reached by its file or address, watched, never trusted."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import engines
import pytest
from hits import hit, kills
from windows import ORGANISING

from evosweep.backends.dask import Dask, check_address
from evosweep.errors import InputError, RunError

HERE = Path(__file__).parent
FAULTS = HERE.parent / "faults"
FAILURES = "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"


@pytest.fixture(autouse=True)
def _installed() -> None:
    engines.require("dask")


class Cluster:
    """A scheduler and its workers, processes of this machine in a group of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.groups: list[subprocess.Popen[bytes]] = []

    def start(self, *, workers: int = 2, threads: int = 1) -> str:
        """The scheduler's file, once it is there."""
        file = self.folder / f"scheduler{len(self.groups)}.json"
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                    "--scheduler-file", str(file))  # fmt: skip
        for number in range(workers):
            self._start("worker", "--scheduler-file", str(file), "--nthreads", str(threads),
                        "--no-nanny", "--no-dashboard", "--local-directory",
                        str(self.folder / f"worker{number}"))  # fmt: skip
        until = time.monotonic() + 600
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.02)
        return str(file)

    def _start(self, *words: str) -> None:
        with (self.folder / "log").open("ab") as log:
            group = subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                env=os.environ | {FAILURES: "0"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.groups.append(group)

    def kill(self, number: int = 0) -> None:
        """SIGKILL to the scheduler, or to a worker of that number, counted from 1."""
        self.groups[number].kill()
        self.groups[number].wait()

    def end(self) -> None:
        for group in self.groups:
            group.send_signal(signal.SIGKILL)
            group.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.end()


def _spec(scheduler: str | None, **problem: Any) -> dict[str, Any]:
    backend: dict[str, Any] = {"use": "dask", "workers": 2, "scheduler": scheduler}
    return {
        "problem": {"use": "troubled:build", "params": {"seconds": 0.006} | problem},
        "algorithm": {
            "use": "ea_simple",
            "params": {"population": 40, "generations": 5, "crossover": 0.5, "mutation": 0.2},
        },
        "backend": backend if scheduler else {"use": "serial"},
        "seed": 5,
        "import_path": str(FAULTS),
    }


@contextmanager
def _started(spec: dict[str, Any], out: Path) -> Iterator["subprocess.Popen[str]"]:
    words = ["run", "--spec", json.dumps(spec), "--out", str(out)]
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "evosweep", *words]
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as run:
        try:
            yield run
        finally:
            run.kill()


def _performed(spec: dict[str, Any], out: Path) -> dict[str, Any]:
    with _started(spec, out) as run:
        _, errors = run.communicate(timeout=600)
        assert run.returncode == 0, errors
        record: dict[str, Any] = json.loads((out / "record.json").read_text())
        return record | {"stderr": errors}


def _wait_for_evaluations(out: Path) -> None:
    until = time.monotonic() + 600
    while time.monotonic() < until:
        path = out / "journal.bin"
        if path.exists() and path.stat().st_size > 3000:
            return
        time.sleep(0.01)
    raise AssertionError("the run does not evaluate anything")


@kills(ORGANISING)
def test_a_run_on_a_scheduler_that_is_there_survives_a_worker_and_not_the_scheduler(
    tmp_path: Path, cluster: Cluster
) -> None:
    """One file for all, since a cluster takes seconds: killed twice, and the digest is serial's."""
    reference = _performed(_spec(None, seconds=0.0), tmp_path / "serial")
    # Long enough that it is at work when a busy machine has come to the kills.
    spec = _spec(cluster.start(), seconds=0.1)
    out = tmp_path / "run"
    with _started(spec, out) as run:
        _wait_for_evaluations(out)
        cluster.kill(1)
        time.sleep(0.5)
        assert run.poll() is None
        cluster.kill()
        _, errors = run.communicate(timeout=600)
        assert run.returncode == 1
        assert "is gone; the journal has what was evaluated" in errors
        assert len(errors.splitlines()) == 1
        hit(ORGANISING)
    spec["backend"]["scheduler"] = cluster.start()
    again = _performed(spec, out)
    assert again["resumed"] == 1
    assert again["population_digest"] == reference["population_digest"]
    assert not again["stderr"]


def test_a_scheduler_that_has_stopped_between_two_batches_is_missed(cluster: Cluster) -> None:
    """Of tasks that it is given then, Dask's client tells nothing."""
    with pytest.raises(RunError, match="is gone"):
        _two_batches(cluster)


def _two_batches(cluster: Cluster) -> None:
    chunks = [SimpleNamespace(number=number, work=os.getpid) for number in range(2)]
    with Dask(2, scheduler=cluster.start()) as backend:
        assert {number for number, _ in backend.run(iter(chunks))} == {0, 1}
        client = backend._client
        cluster.kill()
        until = time.monotonic() + 60
        while client is not None and client.status == "running" and time.monotonic() < until:
            time.sleep(0.02)
        list(backend.run(iter(chunks)))


def test_workers_of_several_threads_are_refused(tmp_path: Path, cluster: Cluster) -> None:
    with _started(_spec(cluster.start(workers=1, threads=2)), tmp_path / "run") as run:
        _, errors = run.communicate(timeout=600)
        assert run.returncode == 2
        assert "has 2 threads" in errors
        assert "--nthreads 1" in errors


def test_a_worker_of_other_code_is_refused_before_it_evaluates(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a host with another processor: its numerics differ, and nothing is evaluated there."""
    monkeypatch.setenv("EVOSWEEP_NUMERICS", "portable")
    scheduler = cluster.start(workers=1)
    monkeypatch.delenv("EVOSWEEP_NUMERICS")
    out = tmp_path / "run"
    with _started(_spec(scheduler, seconds=0.05), out) as run:
        _, errors = run.communicate(timeout=600)
        assert run.returncode == 2, errors
        assert "a worker computes with" in errors
        assert "portable" in errors


@pytest.mark.parametrize("place", ["tcp://8.8.8.8:8786", "8.8.8.8:8786", "tcp://[2001:4860::1]:1"])
def test_a_public_address_without_tls_is_refused(place: str) -> None:
    with pytest.raises(InputError, match="a public address, without TLS"):
        check_address(place)


@pytest.mark.parametrize("place", ["tls://8.8.8.8:8786", "tcp://10.0.0.1:8786", "scheduler.json"])
def test_tls_and_private_addresses_are_taken(place: str) -> None:
    check_address(place)


def test_two_clusters_of_one_machine_do_not_collide() -> None:
    """Warnings are errors: a scheduler whose port for HTTP is in use would say so."""
    with Dask(1) as one, Dask(1) as other:
        addresses = [each._running()._client.scheduler_info()["address"] for each in (one, other)]
    assert len(set(addresses)) == 2
