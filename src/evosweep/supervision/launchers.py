"""Launchers: each knows how a backend's working process starts and which processes it needs.

The table of backends names the launcher of each backend. The supervisor uses launchers only.
"""

import sys
from pathlib import Path
from typing import Protocol

from evosweep.backends.table import BACKENDS, BackendKind, imported
from evosweep.supervision import hosts
from evosweep.supervision.crew import Crew
from evosweep.supervision.job_folder import JobFolder

_ENTRY = Path(__file__).parent.parent / "entry"


class Launcher(Protocol):
    """Gives the command that starts a working process and all that its backend needs around it."""

    def command(self, job: JobFolder) -> list[str]:
        """Return the command line; the working folder is never on its import path."""
        ...

    def crew(self, leader: int, job: JobFolder) -> Crew | None:
        """Return the processes that the run needs; None if the leader itself notices their
        death."""
        ...


class InProcess:
    """Starts the working process alone; it evaluates, or starts and watches its own workers."""

    def __init__(self, kind: BackendKind) -> None:
        """Take a line of the table; the launch is the same for every backend."""

    def command(self, job: JobFolder) -> list[str]:
        return [sys.executable, "-P", "-m", "evosweep.entry.working_process", str(job.folder)]

    def crew(self, leader: int, job: JobFolder) -> Crew | None:  # noqa: ARG002 - the protocol's
        return None


class UnderScoop:
    """Starts `python -m scoop`, whose sockets only this user can reach; SCOOP's origin is a worker.

    SCOOP's exit code tells nothing, and SCOOP waits for ever for an idle worker that was killed.
    """

    def __init__(self, kind: BackendKind) -> None:
        self._kind = kind

    def command(self, job: JobFolder) -> list[str]:
        python, *words = self._kind.launch(job.workers)
        program = [*words, str(_ENTRY / "under_scoop.py"), str(job.folder)]
        places = hosts.places(job.spec["backend"], job.workers)
        if places is not None and places.elsewhere:
            return [python, "-P", str(_ENTRY / "scoop_over_hosts.py"), str(job.folder), *program]
        return [python, "-P", str(_ENTRY / "private_scoop.py"), str(job.sockets), *program]

    def crew(self, leader: int, job: JobFolder) -> Crew | None:
        return Crew(leader, job.board, lambda words: any(w.startswith("scoop.") for w in words))


def launcher_of(backend: str) -> Launcher:
    """Return the launcher of a backend."""
    kind = BACKENDS[backend]
    launcher: Launcher = imported(kind.supervised)(kind)
    return launcher
