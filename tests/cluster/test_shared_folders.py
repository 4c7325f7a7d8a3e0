"""Runs in a folder that hosts share: two writers cost work, and never a result."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from fault_table import injected
from hits import hit, kills
from hosts import Host, words
from lacking import lacking
from mounts import missing, mount
from often import ONLY_AT_FULL_SIZE, TIMES, TOGETHER
from windows import AT_WORK

HERE = Path(__file__).parent
SPEC = {
    "problem": {"use": "sleeping:build", "params": {"seconds": 0.02}},
    "algorithm": {
        "use": "ea_simple",
        "params": {"population": 20, "generations": 6, "crossover": 0.5, "mutation": 0.2},
    },
    "backend": {"use": "serial", "workers": 1},
    "seed": 5,
    "import_path": str(HERE),
}
CONFIG = {
    "experiment": "x",
    "problems": {"ones": {"use": "onemax"}},
    "algorithms": {"simple": {"use": "ea_simple"}},
    "backends": {"serial": {"use": "serial"}},
    "seeds": [1],
}
READ = "import sys; from evosweep.journal import read; from pathlib import Path\n" \
    "places = [(e.batch, i) for e in read(Path(sys.argv[1])) for i in e.indices.tolist()]\n" \
    "print(len(places), len(set(places)))"  # fmt: skip


@dataclass
class Attempt:
    """`evosweep run` on a host."""

    host: Host
    process: "subprocess.Popen[str]"
    said: str = ""

    def code(self, timeout: float = 120) -> int:
        """Its exit code, once it has ended."""
        _, self.said = self.process.communicate(timeout=timeout)
        return self.process.returncode

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to every process of the run."""
        for process in self.host.processes():
            with suppress(psutil.NoSuchProcess):
                if "evosweep" in " ".join(words(process)):
                    process.send_signal(number)
        if number != signal.SIGSTOP:  # nsenter stops with the command that it has started
            self.process.send_signal(signal.SIGCONT)


@dataclass
class SharedRun:
    """A run in a shared folder, which any host may be told to perform."""

    folder: Path
    hosts: list[Host]
    seconds: float = 0.02
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def spec(self) -> dict[str, Any]:
        problem = {"use": "sleeping:build", "params": {"seconds": self.seconds}}
        return SPEC | {"problem": problem}

    def start(self, host: Host, *before: str, options: tuple[str, ...] = ()) -> Attempt:
        """`before` are the words in front of the command, `options` those behind it."""
        words = [*before, sys.executable, "-m", "evosweep", "run", "--spec", json.dumps(self.spec),
                 "--sync", "0.1", "--out", str(self.folder), *options]  # fmt: skip
        process = subprocess.Popen(
            host.command(*words, folder=HERE),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.attempts.append(Attempt(host, process))
        return self.attempts[-1]

    def start_and_wait(self, host: Host, *before: str) -> Attempt:
        """Starts it, and waits until it has evaluated something."""
        attempt = self.start(host, *before)
        self.wait(attempt)
        return attempt

    def wait(self, attempt: Attempt) -> None:
        """Until a run that was started has evaluated something."""
        first, host = 0, attempt.host
        until = time.monotonic() + 600
        while time.monotonic() < until:
            size = int(host.run("stat", "-c", "%s", f"{self.folder}/journal.bin").stdout or 0)
            first = first or size
            if size > first + 300:
                return
            assert attempt.process.poll() is None, attempt.code()
            time.sleep(0.1)
        raise AssertionError("it evaluates nothing")

    def complete(self, host: Host) -> int:
        return self.start(host).code()

    def record(self, host: Host) -> dict[str, Any]:
        return json.loads(host.run("cat", f"{self.folder}/record.json").stdout)

    def left(self, patience: float = 120.0) -> int:
        """How many processes of evosweep still run on any host a while after the run has ended."""
        until = time.monotonic() + patience
        while True:
            commands = [" ".join(each) for host in self.hosts for each in host.commands()]
            count = sum("evosweep" in command for command in commands)
            if not count or time.monotonic() > until:
                return count
            time.sleep(0.1)

    def check_journal(self, host: Host) -> None:
        """Its journal can be read, and has each evaluation of the run once."""
        done = host.run(sys.executable, "-c", READ, f"{self.folder}/journal.bin")
        count = self.record(host)["evaluations"]
        assert done.stdout.split() == [str(count), str(count)], done.stderr


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the undisturbed run."""
    folder = tmp_path_factory.mktemp("reference") / "run"
    words = [sys.executable, "-m", "evosweep", "run", "--spec", json.dumps(SPEC)]
    subprocess.run([*words, "--out", str(folder)], check=True, stdout=subprocess.DEVNULL)
    return str(json.loads((folder / "record.json").read_text())["population_digest"])


@pytest.fixture
def share(hosts: list[Host], tmp_path: Path) -> Callable[[str], list[SharedRun]]:
    """Makes runs in a folder of a kind, after having told each host another start of a kernel."""

    def make(kind: str) -> Callable[..., SharedRun]:
        if reason := missing(kind):
            lacking(reason)
        shared = mount(kind, hosts, tmp_path / kind)
        for host in hosts:
            boot = tmp_path / f"boot-{host.name}"
            boot.write_text(f"00000000-0000-0000-0000-00000000000{host.name[1]}\n")
            host.run("mount", "--bind", str(boot), "/proc/sys/kernel/random/boot_id")
            host.run(
                "mount", "-t", "tmpfs", "tmpfs", "/dev/shm"
            )  # where faketime names files by pid
        count = iter(range(1000))
        return lambda seconds=0.02: SharedRun(shared / f"run{next(count)}", hosts, seconds)

    return make


def test_check_tells_where_locks_hold_on_one_host_only(share: Any, hosts: list[Host]) -> None:
    study = share("sshfs")().folder
    served = study.parent.with_name("served") / study.name  # the same folder, where it is a disk
    config = json.dumps(CONFIG)
    hosts[2].run("sh", "-c", 'mkdir "$0" && echo "$1" > "$0/c.yaml"', str(served), config)
    command = (sys.executable, "-m", "evosweep", "check", "c.yaml", "--no-build")
    on_sshfs = hosts[0].run(*command, folder=study)
    assert on_sshfs.returncode == 0, on_sshfs.stderr
    assert "(fuse.sshfs) shows no lock of one host to another" in on_sshfs.stderr
    assert hosts[2].run(*command, folder=served).stderr == ""


@pytest.mark.parametrize("times", TIMES)
def test_two_hosts_that_see_no_lock_of_each_other(
    share: Any, hosts: list[Host], reference: str, times: int
) -> None:
    make = share("sshfs")
    for _ in range(times):
        run = make()
        with injected("two hosts at once on sshfs", expected=reference) as one:
            codes = [attempt.code() for attempt in [run.start(host) for host in hosts[:2]]]
            assert 0 in codes
            assert set(codes) <= {0, 75}, [attempt.said for attempt in run.attempts]
            assert run.complete(hosts[codes[0] == 0]) == 0
            run.check_journal(hosts[0])
            one.left = run.left()
            one.digest = run.record(hosts[0])["population_digest"]


@pytest.mark.parametrize("times", TIMES)
def test_a_writer_that_sleeps_while_another_host_takes_over(
    share: Any, hosts: list[Host], reference: str, times: int
) -> None:
    make = share("sshfs")
    for _ in range(times):
        run = make()
        with injected("a paused writer that wakes up, sshfs", expected=reference) as one:
            sleeper = run.start_and_wait(hosts[0])
            sleeper.send(signal.SIGSTOP)
            assert run.complete(hosts[1]) == 0
            woken = time.monotonic()
            sleeper.send(signal.SIGCONT)
            assert sleeper.code() == 75, sleeper.said
            one.recovery = time.monotonic() - woken
            assert "on h2, since 20" in sleeper.said
            assert "has taken over the journal" in sleeper.said
            assert len(sleeper.said.splitlines()) == 1
            assert run.record(hosts[1])["resumed"] == 1
            run.check_journal(hosts[1])
            one.left = run.left()
            one.digest = run.record(hosts[1])["population_digest"]


@pytest.mark.parametrize("times", TIMES)
def test_a_writer_that_is_cut_off_and_comes_back(
    share: Any, hosts: list[Host], reference: str, times: int
) -> None:
    make = share("sshfs")
    for _ in range(times):
        run = make()
        with injected("a host that is cut off and comes back, sshfs", expected=reference) as one:
            lost = run.start_and_wait(hosts[0])
            hosts[0].cut()
            assert run.complete(hosts[1]) == 0
            back = time.monotonic()
            hosts[0].mend()
            assert lost.code() == 75, lost.said
            one.recovery = time.monotonic() - back
            run.check_journal(hosts[1])
            one.left = run.left()
            one.digest = run.record(hosts[1])["population_digest"]


@kills(AT_WORK)
@pytest.mark.parametrize("times", TIMES)
def test_true_locks_name_the_holder_and_end_with_it(
    share: Any, hosts: list[Host], reference: str, times: int
) -> None:
    make = share("moosefs")
    for _ in range(times):
        run = make()
        with injected("a killed holder of a true lock, MooseFS", expected=reference) as one:
            holder = run.start_and_wait(hosts[0])
            holder.send(signal.SIGSTOP)
            assert run.complete(hosts[1]) == 75
            assert "on h1, since 20" in run.attempts[-1].said
            killed = time.monotonic()
            holder.send(signal.SIGKILL)
            holder.code()
            while (code := run.complete(hosts[1])) == 75:
                assert time.monotonic() < killed + 60
            one.recovery = time.monotonic() - killed
            assert code == 0, run.attempts[-1].said
            assert run.record(hosts[1])["resumed"] == 1
            hit(AT_WORK)
            run.check_journal(hosts[1])
            one.left = run.left()
            one.digest = run.record(hosts[1])["population_digest"]


@pytest.mark.parametrize("times", ONLY_AT_FULL_SIZE)
def test_a_true_lock_that_is_lost_with_the_link(
    share: Any, hosts: list[Host], reference: str, times: int
) -> None:
    """MooseFS gives it to another host after a minute, and lets the first one write again."""
    make = share("moosefs")
    for _ in range(0, times, TOGETHER):
        runs = [make(seconds=0.1) for _ in range(TOGETHER)]
        lost = [run.start(hosts[0]) for run in runs]
        for run, attempt in zip(runs, lost, strict=True):
            run.wait(attempt)
        hosts[0].cut()
        cut = time.monotonic()
        ends = [_taken_over(run, hosts[1]) - cut for run in runs]
        hosts[0].mend()
        codes = [attempt.code(600) for attempt in lost]
        for run, attempt, code, recovery in zip(runs, lost, codes, ends, strict=True):
            fault = "a host that is cut off and comes back, MooseFS"
            with injected(fault, expected=reference) as one:
                assert code in (1, 75), attempt.said
                assert run.complete(hosts[0]) == 0
                one.recovery = recovery
                run.check_journal(hosts[1])
                one.left = run.left()
                one.digest = run.record(hosts[1])["population_digest"]


def _taken_over(run: SharedRun, host: Host) -> float:
    """When a host has done a run whose lock another one has at first."""
    until = time.monotonic() + 300
    while (code := run.complete(host)) == 75:
        assert time.monotonic() < until
        time.sleep(2)
    assert code == 0, run.attempts[-1].said
    return time.monotonic()


@kills(AT_WORK)
@pytest.mark.parametrize("times", TIMES)
def test_hosts_whose_clocks_differ(
    share: Any, hosts: list[Host], reference: str, times: int
) -> None:
    make = share("sshfs")
    for _ in range(times):
        run = make()
        with injected("clocks of hosts two days apart", expected=reference) as one:
            late = run.start_and_wait(hosts[0], "faketime", "-f", "+1d")
            late.send(signal.SIGKILL)
            late.code()
            early = run.start(hosts[1], "faketime", "-f", "-1d")
            assert early.code() == 0, early.said
            record = run.record(hosts[1])
            assert record["finished"] < record["started"]
            assert record["resumed"] == 1
            hit(AT_WORK)
            run.check_journal(hosts[1])
            one.left = run.left()
            one.digest = record["population_digest"]


@pytest.mark.parametrize("times", TIMES)
def test_a_shared_folder_that_is_full(
    share: Any, hosts: list[Host], reference: str, times: int
) -> None:
    make = share("sshfs")
    for number in range(times):
        run = make()
        served = str(run.folder.parent.with_name("served"))
        with injected("a shared folder that is full, sshfs", expected=reference) as one:
            _leave(hosts[2], served, 4 + 4 * (number % 7))  # a whole run needs 36
            assert run.complete(hosts[0]) in (1, 2)
            assert len(run.attempts[-1].said.splitlines()) == 1, run.attempts[-1].said
            assert str(run.folder) in run.attempts[-1].said
            assert hosts[2].run("test", "-e", f"{served}/{run.folder.name}/record.json").returncode
            _leave(hosts[2], served, 2**15)
            code = run.complete(hosts[0])
            if code == 1 and "--fresh" in run.attempts[-1].said:  # what was lost lay in its middle
                code = run.start(hosts[0], options=("--fresh",)).code()
            assert code == 0, run.attempts[-1].said
            one.left = run.left()
            one.digest = run.record(hosts[0])["population_digest"]


def _leave(server: Host, served: str, kilobytes: int) -> None:
    """Lets the served folder have so much room left."""
    used = int(server.run("du", "-sk", served).stdout.split()[0])
    options = f"remount,size={used + kilobytes}k"
    assert server.run("mount", "-o", options, served).returncode == 0
