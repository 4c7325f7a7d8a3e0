"""Evaluations by MPI's ranks, in a program that `mpiexec -n N+1 python -m mpi4py.futures` started.

Rank 0 runs the program and the other ranks evaluate. No rank is spawned later: in a process that
mpiexec has not started, mpi4py would start one, and the end of that one would kill the caller's
process group. When a rank dies, all other ranks die too, and `evosweep.supervision` starts the
group again. MPI never notices a host that was cut off; a lifeline beside it does.
"""

import os
import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from evosweep.backends.mpi_ranks import NAP, NAP_VARIABLE, Ranks
from evosweep.backends.over_executor import TICK, OverExecutor
from evosweep.backends.protocol import Lost, Result, Work
from evosweep.errors import InputError
from evosweep.machine.cpus import available_cpus
from evosweep.processes.lifeline import Anchor, Place, hold

_CALM = 0.02  # seconds between two looks of mpi4py's executor, which has nothing to do in a run
_LOOKS = 8_000  # the most looks a second on one processor, of all ranks that share it
_SEGMENT = re.compile(r"/dev/shm/mpich_shm_\w+")


class Mpi(OverExecutor):
    """The ranks of one `mpiexec`, without rank 0, which runs the program."""

    overhead = 0.003
    watches = False
    _holder: ClassVar["Mpi | None"] = None
    """The backend whose calls the ranks of this program serve."""

    def __init__(self, workers: int = 1) -> None:
        from mpi4py import MPI
        from mpi4py.futures import _core

        size = MPI.COMM_WORLD.Get_size()
        if size < 2 or _core.SharedPool is None:
            raise InputError(f"backend mpi: {_reason(size, workers)}")
        super().__init__(size - 1, "mpi")
        self._anchor: Anchor | None = None
        self._ranks: Ranks[Any] | None = None
        self._sends = MPI.Query_thread() == MPI.THREAD_MULTIPLE
        """True if this thread may call MPI beside the executor's."""
        _unlink_shared_memory()
        self.elsewhere = any(_is_on_several_hosts(size))

    def start(self) -> Executor:
        """Return mpi4py's executor over all ranks; it gives each rank one task at a time."""
        from mpi4py.futures import MPIPoolExecutor

        make = partial(MPIPoolExecutor, env=_naps(self.workers))
        if self._sends:
            make = partial(make, backoff=_CALM)
        if self.elsewhere:
            self._anchor = Anchor()
            return make(initializer=_join, initargs=(self._anchor.place,))
        return make()

    def run(self, chunks: Iterator[Work[Result]]) -> Iterator[tuple[int, Result | Lost]]:
        """Keep every rank busy with one chunk and a second one waiting."""
        if not self._sends:
            yield from super().run(chunks)
            return
        ranks = self._ranks = self._ranks or self._taken()
        ranks.begin()
        while self._fill(ranks, chunks):
            is_late = True
            for chunk, result, error in ranks.replies(TICK):
                is_late = False
                self._barren = self._barren if error else 0
                yield chunk.number, self._loss(chunk, error) if error else result
                self._fill(ranks, chunks)
            if is_late:
                self._look_after(ranks)

    def _taken(self) -> Ranks[Any]:
        """Take the ranks for calls that last; raises InputError if another backend has them."""
        if Mpi._holder is not None:
            raise InputError(
                "backend mpi: another one in this program has the ranks; leave its `with` block "
                "first"
            )
        Mpi._holder = self
        return Ranks(self._running(), self.workers)

    def _fill(self, ranks: Ranks[Result], chunks: Iterator[Work[Result]]) -> bool:
        """Send chunks while there is room; returns True if any is not done."""
        while ranks.has_room and (chunk := next(chunks, None)) is not None:
            ranks.send(chunk, self._board.folder)
        return ranks.in_flight > 0

    def _look_after(self, ranks: Ranks[Any]) -> None:
        """Kill ranks that were stopped; raises if one of them evaluates no more."""
        self._board.kill_overdue()
        for error in ranks.errors:
            raise self._refusal(error) from error

    def stop(self, executor: Executor, *, wait: bool) -> None:
        """Let the other ranks leave."""
        if self._ranks is not None:
            self._ranks.dismiss()
            self._ranks = Mpi._holder = None
        if self._anchor is not None:
            self._anchor.release()
        executor.shutdown(wait=wait)


def _naps(workers: int) -> dict[str, str]:
    """Return the variable by which ranks that wait look seldom enough to leave the processors free.

    MPI has no wait that leaves the processor to others. By mpi4py's default each rank looks a
    thousand times a second for a message, however many share a processor with it.
    """
    if NAP_VARIABLE in os.environ:
        return {}
    here = int(os.environ.get("MPI_LOCALNRANKS", workers + 1))
    return {NAP_VARIABLE: str(max(NAP, here / available_cpus() / _LOOKS))}


def _join(place: Place) -> None:
    """Connect a rank to the first process; called before the first chunk if hosts are several."""
    _unlink_shared_memory()
    hold(place)


def _unlink_shared_memory() -> None:
    """Unlink mpich's files in /dev/shm, so that they vanish when the last rank has closed them."""
    with suppress(OSError):
        for name in set(_SEGMENT.findall(Path("/proc/self/maps").read_text(encoding="utf-8"))):
            Path(name).unlink(missing_ok=True)


def _is_on_several_hosts(size: int) -> Iterator[bool]:
    """Yield True or False for each variable by which MPI or SLURM tells the ranks of this host."""
    for name in ("MPI_LOCALNRANKS", "OMPI_COMM_WORLD_LOCAL_SIZE"):
        yield int(os.environ.get(name, size)) < size
    yield os.environ.get("SLURM_STEP_NUM_NODES", "1") != "1"


def _reason(size: int, workers: int) -> str:
    tasks = os.environ.get("SLURM_STEP_NUM_TASKS", "1")
    if size < 2 and tasks.isdigit() and int(tasks) > 1:
        return (
            f"srun has started {tasks} programs that know nothing of one another, each with the "
            "one rank 0; call it as: srun --mpi=pmi2 ..."
        )
    return (
        "this program was not started by MPI with ranks that work; call it as: "
        f"mpiexec -n {workers + 1} python -m mpi4py.futures PROGRAM"
    )
