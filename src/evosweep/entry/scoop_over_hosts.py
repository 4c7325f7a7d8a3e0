"""SCOOP over several hosts: its launcher on this one, and its workers on all of them.

`scoop_over_hosts.py JOB -m scoop ...` starts the launcher. SCOOP believes that all workers are on
one host. This program starts the workers of the other hosts by ssh or srun, with one program per
host (`workers_elsewhere.py`). SCOOP's sockets listen only on the interface that faces the other
hosts. Every connection is encrypted and needs the secret key of this start (CurveZMQ). When a host
is lost, the launcher exits, and the supervisor starts the whole group again.
"""

import os
import runpy
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import zmq

from evosweep.machine.addresses import address_towards

KEY_VARIABLE = "EVOSWEEP_SCOOP_KEY"
"""Names the variable with the secret key of this start, which only its processes have."""
BROKER_VARIABLE = "EVOSWEEP_SCOOP_BROKER"
"""Names the variable with the address of the broker's host."""
WORKER = "scoop.bootstrap.__main__"


class CurveSocket(zmq.Socket[bytes]):
    """A socket on one interface that only talks to processes with the key of this start."""

    def bind(self, address: str) -> Any:
        """Listen on the interface that faces the other hosts."""
        self.curve_secretkey = _key()
        self.curve_publickey = zmq.curve_public(_key())
        self.curve_server = True
        own = address_towards(os.environ[BROKER_VARIABLE])
        return super().bind(address.replace("//*:", f"//{own}:"))

    def connect(self, address: str) -> Any:
        """Connect to a socket of this start; a stranger that listens there gets no message."""
        self.curve_publickey, self.curve_secretkey = zmq.curve_keypair()
        self.curve_serverkey = zmq.curve_public(_key())
        return super().connect(address)


class CurveContext(zmq.Context[CurveSocket]):
    """A context whose sockets are encrypted."""

    _socket_class = CurveSocket


def _key() -> bytes:
    return os.environ[KEY_VARIABLE].encode("ascii")


def main(words: list[str]) -> None:
    """Run SCOOP's launcher for a job, `JOB -m scoop ...`, or a worker, `-m scoop.bootstrap...`."""
    job = "" if words[0] == "-m" else words.pop(0)
    _, program, *rest = words
    if job:
        rest = _prepared(Path(job), rest)
    _make_curve()
    sys.argv = [program, *rest]
    runpy.run_module(program, run_name="__main__", alter_sys=True)  # as `python -m` does


def _prepared(job: Path, words: Sequence[str]) -> list[str]:
    """Make this process the launcher of a job; returns SCOOP's words with this host's address."""
    from scoop import launcher, utils
    from scoop.broker import brokerzmq
    from scoop.launch import Host

    from evosweep.entry.hosts_elsewhere import Elsewhere

    _, secret = zmq.curve_keypair()
    elsewhere = Elsewhere(job)
    here = address_towards(next(iter(elsewhere.places.elsewhere), "localhost"))
    os.environ |= {KEY_VARIABLE: secret.decode("ascii"), BROKER_VARIABLE: here}
    utils.localHostnames.append(here)

    def launch(host: Any, _: object = None) -> list["subprocess.Popen[bytes]"]:
        workers = _launch(host, elsewhere.places.here)
        elsewhere.start([*host._WorkerCommand_options(), *host._WorkerCommand_executable()])
        return workers

    run = brokerzmq.Broker.run

    def run_or_end(broker: Any) -> None:
        try:
            run(broker)
        except BaseException:  # else SCOOP would wait for ever
            os._exit(1)

    brokerzmq.Broker.run = run_or_end
    launcher.ScoopApp.LAUNCH_HOST_CLASS = type("HostHere", (Host,), {"launch": launch})
    return ["--external-hostname", here, *words]


def _launch(host: Any, count: int) -> list["subprocess.Popen[bytes]"]:
    """Start the workers of this host, the first of which is the run's own process."""
    program = [sys.executable, "-P", __file__, "-m", WORKER]
    for _ in range(count):
        words = [*host._WorkerCommand_options(), *host._WorkerCommand_executable()]
        host.subprocesses.append(subprocess.Popen([*program, *words]))
        host.workersArguments = host.workersArguments._replace(origin=False)
    workers: list[subprocess.Popen[bytes]] = host.subprocesses
    return workers


def _make_curve() -> None:
    """Replace the name `zmq` in SCOOP's own modules only; a user's sockets do not change."""
    import scoop
    from scoop._comm import scoopzmq
    from scoop.broker import brokerzmq

    if not zmq.has("curve"):
        sys.exit("evosweep: error: this pyzmq has no encryption (curve), which hosts need")
    curve = SimpleNamespace(**{**vars(zmq), "Context": CurveContext})
    scoopzmq.zmq = brokerzmq.zmq = curve
    scoop.EVOSWEEP_PRIVATE = True


if __name__ == "__main__":
    main(sys.argv[1:])
