"""A preload for Dask's workers: `dask worker --preload evosweep.entry.dask_worker`.

It imports slow modules, so that a worker's first chunk takes no longer than the others. On another
host than the scheduler's, a keeper kills a worker that is stopped (SIGSTOP): the run's own process,
which looks after the workers of its host, cannot see it, and Dask waits five minutes.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import evosweep.evaluation.worker  # noqa: F401 - that is the purpose
from evosweep.backends.dask_draws import keep_apart
from evosweep.machine.addresses import is_here
from evosweep.processes import keeper, safe_path

if TYPE_CHECKING:
    from distributed import Worker

safe_path.release()
keep_apart()


def dask_setup(worker: "Worker") -> None:
    """Start a keeper if the scheduler is on another host; Dask calls this in each worker."""
    if not is_here(urlsplit(worker.scheduler.address).hostname or ""):
        keeper.start()
