"""SCOOP's workers on three hosts: the population of the serial run, whatever becomes of a host."""

import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from fault_table import injected
from hits import hit, kills, of_journal, was_hit
from hosts import Host, words
from often import ONLY_AT_FULL_SIZE, TIMES, TOGETHER
from over_hosts import Run, spec
from windows import AT_WORK, BETWEEN

from evosweep.config.spec import RunSpec

OVER_HOSTS = {"use": "scoop", "hosts": ["h1", "h2", "h3"]}
Make = Callable[..., Run]


@pytest.fixture
def make(hosts: list[Host], tmp_path: Path) -> Make:
    def made(backend: dict[str, Any] = OVER_HOSTS, **problem: Any) -> Run:
        folder = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        return Run(hosts, folder, spec(backend, **problem))

    return made


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the serial run."""
    from hosts import missing, network

    if missing():
        return ""
    folder = tmp_path_factory.mktemp("serial")
    with network(folder / "network", 1) as hosts:
        run = Run(hosts, folder / "run", spec({"use": "serial"}, seconds=0))
        assert run.complete() == 0, run.errors
        return str(run.record["population_digest"])


def _assert_equal(run: Run, expected: str) -> None:
    found = Path(run.folder / "record.json")
    assert found.exists(), run.errors
    assert run.record["population_digest"] == expected
    assert run.left() == []


@dataclass
class Disturb:
    """Injects a fault into runs that have come to their middle, and counts what came of it."""

    make: Make
    expected: str

    def __call__(
        self, fault: str, times: int, what: Callable[[list[Host]], None], **how: Any
    ) -> None:
        """`what` is done to the hosts, several times; `how` are the parameters of the problem.

        Until a run was interrupted: one may have ended before, on a busy machine.
        """
        together = min(times, TOGETHER)
        seconds = 0.2 if together == 1 else 0.6  # so that none has ended when all are at work
        done = 0
        while done < times or not was_hit(BETWEEN):
            done += together
            runs = [self.make(**{"seconds": seconds} | how) for _ in range(together)]
            seconds *= 2  # if this one ends too early, the next one does not
            for run in runs:
                run.start()
            for run in runs:
                run.wait_for_evaluations(20)
            self._disturb(fault, runs, what)

    def _disturb(self, fault: str, runs: list[Run], what: Callable[[list[Host]], None]) -> None:
        hosts, ends = runs[0].hosts, list[tuple[int, float]]()
        for host in hosts[1:]:
            runs[0].wait_until(lambda: len(runs[0].workers(host)) == len(runs), "workers")  # noqa: B023
        began = time.monotonic()
        what(hosts)
        for run in runs:
            ends.append((run.finish(), time.monotonic() - began))
        _mend(hosts)
        for run, (code, recovery) in zip(runs, ends, strict=True):
            with injected(fault, expected=self.expected) as one:
                assert code == 0, run.errors
                left = [(each.pid, *words(each)) for each in run.left()]
                print("left:", left)  # for the report, if the fault has failed
                one.recovery, one.left = recovery, len(left)
                one.digest = run.record["population_digest"]
            hit(*of_journal(run.folder / "journal.bin"))


def _mend(hosts: list[Host]) -> None:
    """As they were before a fault."""
    for host in hosts:
        host.mend() if host.is_up else host.boot()
        for process in host.processes():
            with suppress(psutil.NoSuchProcess):
                if process.status() == psutil.STATUS_STOPPED:
                    process.resume()


@pytest.fixture
def disturb(make: Make, expected: str) -> Disturb:
    return Disturb(make, expected)


def test_every_host_evaluates_and_nobody_else_can_reach_them(make: Make, expected: str) -> None:
    pause = 4.0  # of each generation: a host of a busy machine may begin late
    run, alone = make(pause=pause), make({"use": "scoop", "workers": 3}, pause=pause)
    run.start()
    for host in run.hosts:
        run.wait_until(lambda: bool(_ports(host)), f"ports of {host.name}")  # noqa: B023
        addresses, port = {address for address, _ in _ports(host)}, _ports(host)[0][1]
        assert addresses == {host.address}
    stranger = run.hosts[1].run(sys.executable, "-c", _STRANGER, port, "h3")
    assert stranger.stdout.split() == ["nothing"], stranger
    assert run.finish() == 0, run.errors
    assert run.errors == ""
    assert run.record["hosts"] == ["h1", "h2", "h3"]
    assert run.record["environment"]["numerics"]["mode"] == "portable"
    _assert_equal(run, expected)
    names = [RunSpec.parse(each.spec).run_id for each in (run, alone)]
    assert names == [run.record["run_id"]] * 2


def _ports(host: Host) -> list[tuple[str, str]]:
    """Address and number of every port that is listened on, but for sshd's."""
    lines = host.run("ss", "-Hltn").stdout.splitlines()
    places = [line.split()[3].rpartition(":") for line in lines]
    addresses = [(address.strip("[]").removeprefix("::ffff:"), port) for address, _, port in places]
    return [place for place in addresses if place[1] != "22"]


_STRANGER = """
import sys, zmq
socket = zmq.Context().socket(zmq.DEALER)
socket.setsockopt(zmq.LINGER, 0)
socket.connect(f"tcp://{sys.argv[2]}:{sys.argv[1]}")
socket.send_multipart([b"I", b"x"])
print("something" if socket.poll(1000) or socket.getsockopt(zmq.EVENTS) & 4 else "nothing")
"""


@kills(BETWEEN)
@pytest.mark.parametrize("times", TIMES)
def test_a_host_that_is_killed_costs_no_result(disturb: Disturb, times: int) -> None:
    fault = "a host of SCOOP's workers is killed"
    disturb(fault, times, lambda hosts: hosts[2].kill())


def test_demes_evolve_on_every_host(make: Make, hosts: list[Host], tmp_path: Path) -> None:
    """Each epoch of a deme is one worker's; who evolved which deme decides nothing."""
    params = {"demes": 6, "population": 10, "epochs": 3, "migration": 4}
    algorithm = {"use": "islands", "params": params}
    over_hosts = make()
    serial = Run(hosts, tmp_path / "serial", spec({"use": "serial"}, seconds=0))
    over_hosts.spec["algorithm"] = serial.spec["algorithm"] = algorithm
    assert serial.complete() == 0, serial.errors
    assert over_hosts.complete() == 0, over_hosts.errors
    assert over_hosts.record["hosts"] == ["h1", "h2", "h3"]
    _assert_equal(over_hosts, serial.record["population_digest"])


@pytest.mark.slow
@kills(BETWEEN)
@pytest.mark.parametrize("killed", [True, False])
def test_a_long_run_is_started_again_without_the_host(
    make: Make, expected: str, killed: bool
) -> None:
    run = make(seconds=0.3)
    run.start()
    run.wait_for_workers(run.hosts[2])
    run.wait_for_evaluations(20)
    run.hosts[2].kill() if killed else run.hosts[2].cut()
    assert run.finish() == 0, run.errors
    assert "host h3 does not answer" in run.errors
    hit(*of_journal(run.folder / "journal.bin"))
    if not killed:
        run.hosts[2].mend()
    _assert_equal(run, expected)


@pytest.mark.parametrize("times", ONLY_AT_FULL_SIZE)
def test_a_host_that_is_cut_and_comes_back_costs_no_result(disturb: Disturb, times: int) -> None:
    fault = "a host of SCOOP's workers is cut off and comes back"
    disturb(fault, times, lambda hosts: hosts[2].cut())


@kills(BETWEEN)
@pytest.mark.parametrize("times", ONLY_AT_FULL_SIZE)
@pytest.mark.parametrize("pause", [0.0, 0.5])
def test_a_worker_that_is_killed_elsewhere_busy_or_idle_costs_no_result(
    disturb: Disturb, times: int, pause: float
) -> None:
    fault = "SIGKILL of a worker on another host, scoop"
    disturb(fault, times, lambda hosts: _signal(hosts[1], signal.SIGKILL, _WORKER), pause=pause)


@kills(BETWEEN)
@pytest.mark.parametrize("times", ONLY_AT_FULL_SIZE)
def test_a_connection_that_is_killed_costs_no_result(disturb: Disturb, times: int) -> None:
    fault = "SIGKILL of the connection to a host, scoop"
    disturb(fault, times, lambda hosts: _signal(hosts[0], signal.SIGKILL, "ssh"))


@pytest.mark.parametrize("times", ONLY_AT_FULL_SIZE)
@pytest.mark.parametrize("program", ["scoop.bootstrap", "workers_elsewhere.py"])
def test_what_is_paused_elsewhere_costs_no_result(
    disturb: Disturb, times: int, program: str
) -> None:
    """A worker that is stopped, or the program that looks after them: nobody continues either."""
    victim = "a worker" if program == _WORKER else "the keeper of workers"
    fault = f"SIGSTOP of {victim} on another host, scoop"
    disturb(fault, times, lambda hosts: _signal(hosts[1], signal.SIGSTOP, program))


_WORKER = "scoop.bootstrap"


def _signal(host: Host, number: signal.Signals, program: str) -> None:
    """To each process on a host whose command line has that word or its beginning."""
    for process in host.processes():
        if _runs(process, program):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)


def _runs(process: psutil.Process, program: str) -> bool:
    return any(Path(word).name.startswith(program) for word in words(process))


@pytest.mark.slow
def test_an_evaluation_that_kills_its_worker_on_another_host_is_named(make: Make) -> None:
    run = make({"use": "scoop", "hosts": ["h1", "h2", "h2", "h3"]}, trouble="kills")
    assert run.complete() == 1
    assert "killed its worker" in run.errors
    assert run.left() == []


@pytest.mark.slow
def test_a_stop_ends_everything_on_every_host(make: Make, expected: str) -> None:
    run = make()
    run.start()
    run.wait_for_workers(run.hosts[2])
    run.wait_for_evaluations(20)
    outer = next(each for each in run.hosts[0].processes() if "evosweep" in words(each))
    outer.send_signal(signal.SIGTERM)
    assert run.finish() == 143
    assert run.left() == []
    assert run.complete() == 0
    _assert_equal(run, expected)


@pytest.mark.slow
@kills(AT_WORK)
def test_what_kills_the_supervisor_leaves_nothing_on_any_host(make: Make) -> None:
    run = make()
    run.start()
    run.wait_for_workers(run.hosts[2])
    outer = next(each for each in run.hosts[0].processes() if "evosweep" in words(each))
    outer.send_signal(signal.SIGKILL)
    assert run.finish() != 0
    hit(AT_WORK)
    assert run.left() == []


@pytest.mark.slow
def test_a_host_whose_key_is_unknown_is_left_out(make: Make, expected: str, tmp_path: Path) -> None:
    known = tmp_path / "network" / "known_hosts"
    lines = known.read_text().splitlines(keepends=True)
    known.write_text("".join(line for line in lines if not line.startswith("h3,")))
    run = make()
    assert run.complete() == 0
    assert "host h3 does not answer" in run.errors
    assert "h3" not in run.record["hosts"]
    _assert_equal(run, expected)


@pytest.mark.slow
def test_a_host_with_other_code_is_refused(make: Make, tmp_path: Path) -> None:
    run = make()
    other = tmp_path / "faults"
    other.mkdir()
    source = Path(run.spec["import_path"]) / "troubled.py"
    (other / "troubled.py").write_text(source.read_text() + "\nANOTHER = 1\n")
    run.hosts[1].run("mount", "--bind", str(other), str(source.parent.absolute()))
    assert run.complete() == 2
    assert "h2: a worker computes with problem=" in run.errors
    assert run.left() == []
