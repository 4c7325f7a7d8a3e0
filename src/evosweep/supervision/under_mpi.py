"""Start the working process of a run under MPI: by `mpiexec`, or by SLURM's `srun`.

On one machine the ranks talk through shared memory, and with their starter through pipes, so that
no port is opened. When one rank dies, MPI ends the others only some seconds later. So the
supervisor watches the crew and kills all ranks at once.
"""

import os
import shutil
import sys
from pathlib import Path

from evosweep.backends.table import BackendKind
from evosweep.errors import InputError
from evosweep.supervision.crew import Crew
from evosweep.supervision.job_folder import JobFolder

_PROGRAM = Path(__file__).parent.parent / "entry" / "under_mpi.py"
_SRUN = ("srun", "--mpi=pmi2", "--overlap", "--overcommit", "--kill-on-bad-exit=1", "-n")
"""Without --mpi, srun would start independent programs instead of the ranks of one."""
_SHARED_MEMORY = ("env", "UCX_TLS=self,sm")
"""For mpich: with shared memory alone, its ranks do not listen on network interfaces."""


class UnderMpi:
    """Rank 0 works, and the other ranks evaluate."""

    def __init__(self, kind: BackendKind) -> None:
        self._kind = kind

    def command(self, job: JobFolder) -> list[str]:
        """Return the command line; raises InputError if rank 0 would not be on this host."""
        mpiexec, *words = self._kind.launch(job.workers)
        python = words.index(sys.executable)
        program = [sys.executable, "-P", *words[python + 1 :], str(_PROGRAM), str(job.folder)]
        if _nodes() > 1:
            if "SLURMD_NODENAME" not in os.environ:
                raise InputError(
                    "backend mpi: this allocation has several nodes, and this process is on none "
                    "of them, where rank 0 is to run; call it in a batch script, by sbatch"
                )
            return [*_SRUN, str(job.workers + 1), *program]
        return [*_on_this_machine(Path(mpiexec)), *words[:python], *program]

    def crew(self, leader: int, job: JobFolder) -> Crew | None:
        return Crew(leader, job.board, lambda words: str(_PROGRAM) in words)


def _on_this_machine(mpiexec: Path) -> list[str]:
    """Return the command that starts ranks on this machine; files beside mpiexec tell its kind."""
    forking = mpiexec.with_name("mpiexec.gforker")  # mpich's, without ports
    if forking.exists():
        return [*_SHARED_MEMORY, str(forking)]
    if mpiexec.with_name("mpiexec.hydra").exists():
        return [*_SHARED_MEMORY, str(mpiexec), "-launcher", "fork", "-rmk", "user"]
    if mpiexec.with_name("prterun").exists():  # Open MPI's, which counts slots
        return [str(mpiexec), "--oversubscribe"]
    return [str(mpiexec)]


def _nodes() -> int:
    """Return the number of nodes of this process's SLURM allocation; 1 outside of any."""
    count = os.environ.get("SLURM_NNODES", "1")
    return int(count) if count.isdigit() and shutil.which("srun") else 1
