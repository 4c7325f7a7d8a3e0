"""A real SLURM of several nodes on this machine, from Debian's packages, without accounting.

Its configuration has to be at /etc/slurm/slurm.conf, so there is one at a time on a machine.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PROGRAMS = ("slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "sinfo")
_HOME = Path("/etc/slurm")
_CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control}
SlurmUser=root
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/control.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/control.log
SlurmdLogFile={folder}/%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/{proctrack}
TaskPlugin=task/{task}
SelectType=select/cons_tres
SelectTypeParameters=CR_Core{unit}
SchedulerParameters=sched_interval=2,sched_min_interval=0,batch_sched_delay=0,bf_interval=2
ReturnToService=2
SlurmdTimeout=10
KillWait=5
MinJobAge=600
JobCompType=jobcomp/none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{ports}] CPUs=2 RealMemory=2000
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE PriorityTier=1 PreemptMode=REQUEUE
PartitionName=urgent Nodes=ALL MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF
"""
_CGROUP = """
CgroupPlugin=cgroup/v1
CgroupMountpoint=/sys/fs/cgroup
ConstrainCores=no
ConstrainRAMSpace={memory}
"""


def missing() -> str:
    """What this machine lacks for a SLURM of its own; empty where it lacks nothing."""
    absent = [name for name in _PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"SLURM needs {', '.join(absent)} (tests/setup.sh)"
    if os.geteuid() != 0:
        return "SLURM needs root"
    theirs = _HOME / "slurm.conf"
    if theirs.exists() and not theirs.is_symlink():
        return f"{theirs} is this machine's own"
    return ""


class Slurm:
    """A cluster, and what a user calls on it."""

    def __init__(self, folder: Path, nodes: int, *, memory: bool = False) -> None:
        self.folder, self.nodes = folder, nodes
        self.has_cgroups = Path("/sys/fs/cgroup/freezer").is_dir()
        self.limits_memory = memory and Path("/sys/fs/cgroup/memory").is_dir()
        """Whether a job that needs more memory than it asked for is killed."""

    def call(self, *words: str, cwd: Path | None = None) -> str:
        """What a command prints; fails where it fails, or waits for ever."""
        done = subprocess.run(
            words, cwd=cwd, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def jobs(self) -> dict[str, str]:
        """The state of each job that has not ended, by its number or that of its task."""
        lines = self.call("squeue", "--noheader", "--array", "--format", "%i %T").splitlines()
        return dict(line.split(maxsplit=1) for line in lines)

    def state(self, job: str) -> str:
        """The state of a job, ended ones included."""
        shown = self.call("scontrol", "--oneliner", "show", "job", job)
        return shown.partition("JobState=")[2].split()[0]

    def node_of(self, job: str) -> str:
        """The node that a job runs on."""
        return self.call("squeue", "--noheader", "--jobs", job, "--format", "%N")

    def up(self) -> None:
        """Start the controller and the nodes, and wait until they are idle."""
        (self.folder / "state").mkdir(parents=True)
        for node in range(1, self.nodes + 1):
            (self.folder / f"n{node}").mkdir()
        self._configure()
        self.start_controller()
        for node in range(1, self.nodes + 1):
            self.start_node(f"n{node}")
        self.wait_until_idle()

    def start_controller(self) -> None:
        """Start the controller, also after a kill."""
        self.call("slurmctld")

    def start_node(self, name: str) -> None:
        """Start the daemon of a node, also after a kill."""
        self.call("slurmd", "-N", name)

    def daemon(self, name: str) -> int:
        """The number of a daemon's process: `control`, or the name of a node."""
        return int((self.folder / f"{name}.pid").read_text())

    def wait_until_idle(self) -> None:
        """Until every node is up and has nothing to do."""
        until = time.monotonic() + 600
        while len(self._idle()) < self.nodes:
            assert time.monotonic() < until, (self.folder / "control.log").read_text()[-3000:]
            time.sleep(0.1)

    def down(self) -> None:
        """End all jobs and daemons."""
        with suppress(AssertionError, subprocess.TimeoutExpired):
            self.call("scancel", "--user", "root", "--full")
            until = time.monotonic() + 15
            while self.jobs() and time.monotonic() < until:
                time.sleep(0.2)
        for file in [*self.folder.glob("n*.pid"), self.folder / "control.pid"]:
            with suppress(OSError, ValueError):
                _end(int(file.read_text()))
        for name in ("slurm.conf", "cgroup.conf"):
            (_HOME / name).unlink(missing_ok=True)

    def _idle(self) -> list[str]:
        try:
            return self.call("sinfo", "--noheader", "-N", "--states=idle").splitlines()
        except AssertionError:  # the controller is not there yet
            return []

    def _configure(self) -> None:
        first, *ports = _free_ports(self.nodes + 1)
        _HOME.mkdir(exist_ok=True)
        (self.folder / "slurm.conf").write_text(
            _CONFIGURATION.format(
                host=socket.gethostname(),
                folder=self.folder,
                control=first,
                nodes=self.nodes,
                ports=",".join(map(str, ports)),
                proctrack="cgroup" if self.has_cgroups else "linuxproc",
                task="cgroup" if self.limits_memory else "none",
                unit="_Memory\nDefMemPerCPU=900" if self.limits_memory else "",
            )
        )
        (self.folder / "cgroup.conf").write_text(
            _CGROUP.format(memory="yes" if self.limits_memory else "no") if self.has_cgroups else ""
        )
        for name in ("slurm.conf", "cgroup.conf"):
            (_HOME / name).unlink(missing_ok=True)
            (_HOME / name).symlink_to(self.folder / name)


@contextmanager
def cluster(folder: Path, nodes: int, *, memory: bool = False) -> Iterator[Slurm]:
    """A SLURM for as long as the block; waits for one that another process has."""
    with Path("/run/evosweep-test-slurm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        slurm = Slurm(folder, nodes, memory=memory)
        try:
            slurm.up()
            yield slurm
        finally:
            slurm.down()


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > until:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
