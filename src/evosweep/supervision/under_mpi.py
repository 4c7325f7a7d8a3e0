"""Start the working process of a run under MPI: by `mpiexec`, or by SLURM's `srun`.

On one machine the ranks talk through shared memory, and with their starter through pipes, so that
no port is opened. When one rank dies, MPI ends the others only some seconds later. So the
supervisor watches the crew and kills all ranks at once.
"""

import os
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path

from evosweep.backends.table import BackendKind
from evosweep.machine import allocation
from evosweep.supervision.crew import Crew
from evosweep.supervision.job_folder import JobFolder

_PROGRAM = Path(__file__).parent.parent / "entry" / "under_mpi.py"
_SRUN = ("srun", "--mpi=pmi2", "--overlap", "--overcommit", "--kill-on-bad-exit=1", "-n")
"""Without --mpi, srun would start independent programs instead of the ranks of one."""
_SHARED_MEMORY = ("env", "UCX_TLS=self,sm")
"""For mpich: with shared memory alone, its ranks do not listen on network interfaces."""
_YOUNG = 60.0  # seconds in which ranks may still be on their way to it


class UnderMpi:
    """Rank 0 works, and the other ranks evaluate."""

    def __init__(self, kind: BackendKind) -> None:
        self._kind = kind

    def command(self, job: JobFolder) -> list[str]:
        """Return the command line; raises InputError if rank 0 would not be on this host."""
        remove_abandoned(Path("/dev/shm"))
        mpiexec, *words = self._kind.launch(job.workers)
        python = words.index(sys.executable)
        program = [sys.executable, "-P", *words[python + 1 :], str(_PROGRAM), str(job.folder)]
        if allocation.node_count() > 1:
            allocation.check_place("mpi")
            return [*_SRUN, str(job.workers + 1), *program]
        return [*_on_this_machine(Path(mpiexec)), *words[:python], *program]

    def crew(self, leader: int, job: JobFolder) -> Crew | None:
        return Crew(leader, job.board, lambda words: str(_PROGRAM) in words)


def remove_abandoned(folder: Path) -> None:
    """Remove mpich's shared memory whose ranks were killed before they had taken its name away.

    It needs its name only until all ranks of a host have opened it. So what is this user's, a
    minute old, and in no process that can be seen, is nobody's.
    """
    files = [path for path in folder.glob("mpich_shm_*") if _is_old_and_mine(path)]
    used = _mapped() if files else ""
    for path in files:
        if str(path) not in used:
            with suppress(OSError):
                path.unlink()


def _is_old_and_mine(path: Path) -> bool:
    with suppress(OSError):
        status = path.lstat()
        is_old = time.time() - status.st_mtime > _YOUNG
        return is_old and status.st_uid == os.geteuid() and stat.S_ISREG(status.st_mode)
    return False


def _mapped() -> str:
    """Return the memory maps of all processes that this user may read."""
    maps: list[str] = []
    for path in Path("/proc").glob("[0-9]*/maps"):
        with suppress(OSError):
            maps.append(path.read_text(errors="replace"))
    return "".join(maps)


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
