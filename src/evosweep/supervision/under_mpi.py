"""How the working process of a run is started under MPI: by `mpiexec`, or by SLURM's `srun`.

Each rank that dies ends all of them and what has started them, so there is no crew to watch.
"""

import os
import shutil
import sys
from pathlib import Path

from evosweep.backends.table import BackendKind
from evosweep.supervision.crew import Crew
from evosweep.supervision.job_folder import JobFolder

_PROGRAM = Path(__file__).parent.parent / "entry" / "under_mpi.py"
_FLAGS = {
    "mpiexec.hydra": ("-launcher", "fork", "-rmk", "user", "-hosts", "localhost"),  # of mpich
    "prterun": ("--oversubscribe",),  # of Open MPI, which counts slots
}
"""What an mpiexec must be told to start ranks on this machine alone, by a program beside it."""
_SRUN = ("srun", "--mpi=pmi2", "--overlap", "--kill-on-bad-exit=1", "-n")
"""Without --mpi it would start so many programs that know nothing of one another."""


class UnderMpi:
    """Rank 0 works, and the other ranks evaluate."""

    def __init__(self, kind: BackendKind) -> None:
        self._kind = kind

    def command(self, job: JobFolder) -> list[str]:
        mpiexec, *words = self._kind.launch(job.workers)
        python = words.index(sys.executable)
        program = [sys.executable, "-P", *words[python + 1 :], str(_PROGRAM), str(job.folder)]
        if _nodes() > 1:
            return [*_SRUN, str(job.workers + 1), *program]
        return [mpiexec, *_flags(Path(mpiexec)), *words[:python], *program]

    def crew(self, leader: int, job: JobFolder) -> Crew | None:  # noqa: ARG002 - the protocol's
        return None


def _flags(mpiexec: Path) -> list[str]:
    return [flag for name, flags in _FLAGS.items() if mpiexec.with_name(name).exists()
            for flag in flags]  # fmt: skip


def _nodes() -> int:
    """The nodes of the SLURM allocation that this process is in; 1 outside of any."""
    count = os.environ.get("SLURM_NNODES", "1")
    return int(count) if count.isdigit() and shutil.which("srun") else 1
