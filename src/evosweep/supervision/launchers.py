"""How the working process of a run is started, and whose death it would not survive.

The table of backends has the words that launch each backend. The supervisor knows launchers only.
"""

import sys
from pathlib import Path
from typing import Protocol

from evosweep.backends.table import BACKENDS, BackendKind
from evosweep.supervision.crew import Crew
from evosweep.supervision.job_folder import JobFolder

_ENTRY = Path(__file__).parent.parent / "entry"


class Launcher(Protocol):
    """Starts one working process, and with it whatever its backend needs around it."""

    def command(self, job: JobFolder) -> list[str]:
        """The command line; the working folder is never on its import path."""
        ...

    def crew(self, leader: int, job: JobFolder) -> Crew | None:
        """The processes that the run needs besides the leader; None where it notices itself."""
        ...


class InProcess:
    """The working process by itself: it evaluates, or starts and watches its own workers."""

    def command(self, job: JobFolder) -> list[str]:
        return [sys.executable, "-P", "-m", "evosweep.supervision.performer", str(job.folder)]

    def crew(self, leader: int, job: JobFolder) -> Crew | None:  # noqa: ARG002 - the protocol's
        return None


class UnderScoop:
    """`python -m scoop`, whose sockets only this user can reach; its origin works.

    Its exit code says nothing, and it waits for ever for an idle worker that was killed.
    """

    def __init__(self, kind: BackendKind) -> None:
        self._words = kind.launch

    def command(self, job: JobFolder) -> list[str]:
        private = [sys.executable, "-P", str(_ENTRY / "private_scoop.py"), str(job.sockets)]
        program = [str(_ENTRY / "under_scoop.py"), str(job.folder)]
        return [*private, *self._words(job.workers), *program]

    def crew(self, leader: int, job: JobFolder) -> Crew | None:
        return Crew(leader, job.board, lambda words: any(w.startswith("scoop.") for w in words))


_UNDER = {"scoop": UnderScoop}
"""Launchers by the module that starts the program."""


def launcher_of(backend: str) -> Launcher:
    """The launcher of the backend of that name."""
    kind = BACKENDS[backend]
    return _UNDER[kind.module](kind) if kind.launcher else InProcess()
