"""Faults of a SLURM: whatever ends a task in the middle, the next attempt has the same population.

Runs are tasks of their own, two on each node, so that twenty of them are disturbed at once.
"""

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import slurm
from fault_table import injected
from hits import hit, kills, of_journal
from lacking import lacking
from slurm import Slurm
from windows import BETWEEN, ORGANISING

from evosweep.records import journal

HERE = Path(__file__).parent
_PATIENCE = 400.0
_OVER = ("COMPLETED", "FAILED", "TIMEOUT", "OUT_OF_MEMORY", "CANCELLED", "NODE_FAIL", "PREEMPTED")
FULL_SIZE = [pytest.mark.slow, pytest.mark.timeout(2 * 3600)]
TIMES = [2, pytest.param(20, marks=FULL_SIZE)]
ONLY_AT_FULL_SIZE = [pytest.param(20, marks=FULL_SIZE)]
"""How many runs each fault disturbs: in the gate, and by `make faults`."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    """Ten nodes with two processors each, which kill who needs more memory than it asked for."""
    if reason := slurm.missing():
        lacking(reason)
    with slurm.cluster(tmp_path_factory.mktemp("slurm") / "cluster", 10, memory=True) as made:
        yield made


@dataclass
class Runs:
    """Runs in folders of their own that all wait at one gate, each a job of SLURM."""

    cluster: Slurm
    folder: Path
    count: int
    jobs: list[str] = field(default_factory=list)

    @property
    def gate(self) -> Path:
        return self.folder / "gate"

    def out(self, number: int) -> Path:
        return self.folder / f"run{number}"

    def submit(self, number: int, *options: str) -> str:
        """A job that does one of the runs; `options` are sbatch's."""
        script = self.folder / f"job{number}.sh"
        words = [sys.executable, "-m", "evosweep", "run", "--sync", "0.1"]
        words += ["--spec", json.dumps(_spec(self.gate)), "--out", str(self.out(number))]
        script.write_text(f"#!/bin/sh\nexec {shlex.join(words)}\n")
        log = f"--output={self.folder}/log{number}"
        fixed = ("--parsable", "--open-mode=append", "--requeue", "--cpus-per-task=1", log)
        return self.cluster.call("sbatch", *fixed, *options, str(script), cwd=self.folder)

    def start(self, *options: str) -> None:
        """Submit all, and wait until each has come to the gate."""
        self.jobs = [self.submit(number, *options) for number in range(self.count)]
        self.wait(lambda: all(map(self.is_at_work, range(self.count))))

    def is_at_work(self, number: int) -> bool:
        path = self.out(number) / "journal.bin"
        with suppress(OSError, journal.JournalCorrupt):
            return any(True for _ in journal.read(path))
        return False

    def states(self) -> list[str]:
        return [self.cluster.state(job) for job in self.jobs]

    def wait_for_states(self, *allowed: str) -> None:
        self.wait(lambda: set(self.states()) <= set(allowed))

    def wait(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + _PATIENCE
        while not condition():
            assert time.monotonic() < until, (self.states(), self.logs())
            time.sleep(0.2)

    def logs(self) -> str:
        return "\n".join(path.read_text()[-500:] for path in sorted(self.folder.glob("log*")))

    def open_gate(self) -> None:
        self.gate.touch()

    def record(self, number: int) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self.out(number) / "record.json").read_text())
        return read

    def count_all(self, fault: str, expected: str, began: float) -> None:
        """Count the fault once for each run; `began`: when all could be well again."""
        for number in range(self.count):
            with injected(fault, expected=expected) as one:
                path = self.out(number) / "record.json"
                assert path.exists(), (self.states(), self.logs())
                record = self.record(number)
                one.recovery = path.stat().st_mtime - began
                one.left = len(self.left())
                one.digest = record["population_digest"]
                places = _places(self.out(number) / "journal.bin")
                assert len(places) == len(set(places)) == record["evaluations"]
            hit(*of_journal(self.out(number) / "journal.bin"))

    def left(self, patience: float = 15.0) -> list[int]:
        """What still works on these runs a while after all jobs have ended."""
        until = time.monotonic() + patience
        while found := [each.pid for each in psutil.process_iter() if self._is_mine(each)]:
            if time.monotonic() > until:
                return found
            time.sleep(0.2)
        return []

    def _is_mine(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            is_dead = process.status() == psutil.STATUS_ZOMBIE
            return process.cwd() == str(self.folder) and not is_dead
        return False


def _places(path: Path) -> list[tuple[int, int]]:
    """Batch and index of each evaluation of a journal."""
    return [(entry.batch, i) for entry in journal.read(path) for i in entry.indices.tolist()]


def _spec(gate: Path) -> dict[str, Any]:
    return {
        "problem": {"use": "gated:build", "params": {"gate": str(gate)}},
        "algorithm": {"use": "ea_simple", "params": {"population": 10, "generations": 4}},
        "backend": {"use": "serial"},
        "seed": 7,
        "import_path": str(HERE),
    }


@pytest.fixture
def runs(cluster: Slurm, tmp_path: Path) -> Iterator[Callable[[int], Runs]]:
    """Makes runs; whatever a test has left in the queue is cancelled."""

    def make(count: int) -> Runs:
        return Runs(cluster, tmp_path, count)

    yield make
    (tmp_path / "gate").touch()
    cluster.call("scancel", "--user", "root")
    cluster.wait_until_idle()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the undisturbed run, which does not depend on where its gate is."""
    folder = tmp_path_factory.mktemp("undisturbed")
    spec = _spec(folder / "gate")
    spec["problem"]["params"]["gate"] = ""
    words = [sys.executable, "-m", "evosweep", "run", "--spec", json.dumps(spec)]
    subprocess.run([*words, "--out", str(folder / "run")], check=True, stdout=subprocess.DEVNULL)
    return str(json.loads((folder / "run" / "record.json").read_text())["population_digest"])


@pytest.mark.parametrize("times", TIMES)
def test_a_task_that_is_preempted_resumes_also_beside_a_retry_at_once(
    runs: Callable[[int], Runs], expected: str, times: int
) -> None:
    """The retry begins while the first process may still end: one of the two is refused."""
    some = runs(times)
    some.start()
    urgent = ["--partition=urgent", "--parsable", "--exclusive", "--nodes=10", "--wrap=sleep 3"]
    began = time.time()
    preempting = some.cluster.call("sbatch", *urgent, "--output=/dev/null", cwd=some.folder)
    some.wait(lambda: "RUNNING" not in some.states())
    retries = [some.submit(number, "--no-requeue") for number in range(times)]
    some.wait(lambda: some.cluster.state(preempting) == "COMPLETED")
    some.open_gate()
    some.jobs += retries
    some.wait(lambda: set(some.states()) <= set(_OVER))
    assert set(some.states()[:times]) <= {"COMPLETED", "FAILED"}  # FAILED: the other had it (75)
    for number in range(times):
        assert some.record(number)["resumed"] >= 1
        reasons = [each["why"] for each in some.record(number)["interruptions"]]
        assert len(reasons) == some.record(number)["resumed"]
    some.count_all("preempted by SLURM, and retried at once", expected, began)


@kills(BETWEEN)
@pytest.mark.parametrize("times", TIMES)
def test_a_task_that_outgrows_its_memory_is_done_by_the_next_attempt(
    runs: Callable[[int], Runs], expected: str, times: int
) -> None:
    some = runs(times)
    if not some.cluster.limits_memory:
        pytest.skip("no control group for memory here, so that SLURM limits none")
    some.start("--mem=300M")
    began = time.time()
    (some.folder / "hungry").touch()
    some.wait(lambda: set(some.states()) <= {"OUT_OF_MEMORY", "FAILED"})
    assert not [number for number in range(times) if (some.out(number) / "record.json").exists()]
    (some.folder / "hungry").unlink()
    some.open_gate()
    for job in some.jobs:
        some.cluster.call("scontrol", "requeue", job)
    some.wait_for_states("COMPLETED")
    some.count_all("out of memory in SLURM", expected, began)
    assert all(some.record(number)["resumed"] >= 1 for number in range(times))


@kills(BETWEEN)
@pytest.mark.parametrize("times", ONLY_AT_FULL_SIZE)
def test_tasks_of_a_node_that_is_taken_away_resume(
    runs: Callable[[int], Runs], expected: str, times: int
) -> None:
    """Two tasks share each node; all go back into the queue."""
    some = runs(times)
    some.start()
    began = time.time()
    some.cluster.call("scontrol", "update", "nodename=n[1-10]", "state=down", "reason=test")
    some.wait(lambda: "RUNNING" not in some.states())
    some.open_gate()
    some.wait_for_states("COMPLETED")
    some.count_all("a node of SLURM that two tasks share is down", expected, began)
    assert all(some.record(number)["resumed"] >= 1 for number in range(times))


@pytest.mark.parametrize("times", ONLY_AT_FULL_SIZE)
def test_tasks_of_a_node_that_is_drained_come_to_their_end(
    runs: Callable[[int], Runs], expected: str, times: int
) -> None:
    some = runs(times)
    some.start()
    began = time.time()
    some.cluster.call("scontrol", "update", "nodename=n[1-10]", "state=drain", "reason=test")
    some.open_gate()
    some.wait_for_states("COMPLETED")
    some.cluster.call("scontrol", "update", "nodename=n[1-10]", "state=resume")
    some.count_all("a node of SLURM that two tasks share is drained", expected, began)
    assert all(some.record(number)["resumed"] == 0 for number in range(times))


@kills(BETWEEN)
@pytest.mark.parametrize("times", ONLY_AT_FULL_SIZE)
def test_tasks_of_a_node_that_is_killed_resume(
    runs: Callable[[int], Runs], expected: str, times: int
) -> None:
    """Its daemon and all that it has started die at once; SLURM notices by the silence."""
    some = runs(times)
    some.start()
    began = time.time()
    _kill(*(psutil.Process(some.cluster.daemon(f"n{number}")) for number in range(1, 11)))
    _kill(*_stepds())  # else they would tell SLURM how the tasks ended
    _kill(*(each for each in psutil.process_iter() if each.pid in some.left(0.0)))
    some.wait(lambda: "RUNNING" not in some.states())
    for number in range(1, 11):
        some.cluster.start_node(f"n{number}")
    some.open_gate()
    some.wait_for_states("COMPLETED")
    some.count_all("a node of SLURM is killed", expected, began)
    assert all(some.record(number)["resumed"] >= 1 for number in range(times))


@kills(ORGANISING)
@pytest.mark.parametrize("times", ONLY_AT_FULL_SIZE)
def test_tasks_go_on_while_the_controller_is_killed(
    runs: Callable[[int], Runs], expected: str, times: int
) -> None:
    some = runs(times)
    some.start()
    began = time.time()
    _kill(psutil.Process(some.cluster.daemon("control")))
    hit(ORGANISING)  # no task passes the gate before
    some.open_gate()
    time.sleep(5)
    some.cluster.start_controller()
    some.wait_for_states("COMPLETED")
    some.count_all("SLURM's controller is killed", expected, began)


@pytest.mark.parametrize("times", ONLY_AT_FULL_SIZE)
def test_a_task_at_its_time_limit_resumes_in_the_next_attempt(
    runs: Callable[[int], Runs], expected: str, times: int
) -> None:
    some = runs(times)
    some.start("--time=1", "--signal=B:TERM@10")
    some.wait_for_states("FAILED", "TIMEOUT")
    began = time.time()
    some.open_gate()
    for job in some.jobs:
        some.cluster.call("scontrol", "requeue", job)
    some.wait_for_states("COMPLETED")
    for number in range(times):
        reasons = [each["why"] for each in some.record(number)["interruptions"]]
        assert reasons == ["SIGTERM: the time limit of its job"]
    some.count_all("a time limit of SLURM", expected, began)


def _stepds() -> list[psutil.Process]:
    """What looks after the tasks of all nodes; there is one SLURM on this machine."""
    return [each for each in psutil.process_iter(["name"]) if each.info["name"] == "slurmstepd"]


def _kill(*processes: psutil.Process) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
