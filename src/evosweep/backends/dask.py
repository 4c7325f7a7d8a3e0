"""Evaluations by Dask's workers: the run starts a cluster, or uses one that is running already.

That cluster is on this machine, or on the nodes of the SLURM allocation that the run is in.

Dask repeats no task here: evosweep repeats a task whose worker died, under a new key. Dask's
scheduler and workers unpickle whatever they receive. So a cluster that the run starts talks over
TLS, with a certificate that only its own processes have. A running cluster must be reached over
TLS or in a private network; any other address is refused.
"""

import ipaddress
import logging
import os
import socket
import tempfile
from concurrent.futures import CancelledError, Executor
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from evosweep.backends.dask_draws import keep_apart
from evosweep.backends.dask_lanes import Lanes
from evosweep.backends.dask_nodes import ANY_PORT, client_on_nodes
from evosweep.backends.names import SCHEDULER_VARIABLE
from evosweep.backends.over_executor import OverExecutor, Parcel
from evosweep.backends.protocol import Result
from evosweep.errors import InputError, RunError
from evosweep.machine import allocation
from evosweep.processes import lines, safe_path

if TYPE_CHECKING:
    from distributed import Client

_TASK = 0.0035
"""Seconds that the scheduler needs per task: a chunk must take that long for each worker."""
_LANE = 0.0002
"""Seconds that this process needs per chunk where each worker has a lane."""
_PATIENCE = 60
"""Seconds within which a scheduler must answer and have a worker."""
_CONFIG = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.comm.timeouts.tcp": "12s",  # a host that was cut off: 30 s by default
    "distributed.admin.event-loop-monitor-interval": "1h",
    # What Dask watches all day, in each process: many workers share few processors.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.scheduler.active-memory-manager.start": False,
}


class Dask(OverExecutor):
    """Dask's workers, each with one thread."""

    def __init__(self, workers: int = 1, *, scheduler: str | None = None) -> None:
        super().__init__(workers, "dask")
        self._scheduler = scheduler or os.environ.get(SCHEDULER_VARIABLE)
        self._spans_nodes = self._scheduler is None and allocation.node_count() > 1
        self.elsewhere = self._scheduler is not None or self._spans_nodes
        self.overhead = max(0.01, (_TASK if self._scheduler else _LANE) * workers / 2)
        self._stack = ExitStack()
        self._client: Client | None = None
        if self._scheduler:
            check_address(self._scheduler)

    @staticmethod
    def work(parcel: Parcel[Result]) -> Result:
        """Evaluate a chunk while no other thread uses the random generators."""
        keep_apart()
        return parcel.work()

    def start(self) -> Executor:
        """Return the executor of a client, after starting a cluster if none was named."""
        import dask.config
        import distributed  # noqa: F401 - all of it, before its generator is taken apart

        keep_apart()
        with ExitStack() as stack:
            stack.enter_context(dask.config.set(_CONFIG))
            client = self._begin(stack)
            executor = self._executor_of(client)
            self._client, self._stack = client, stack.pop_all()
        keep_apart()
        return executor

    def _executor_of(self, client: "Client") -> Executor:
        """By lanes to workers of our own, which reach this process; by tasks to those of others."""
        if self._scheduler is None:
            return Lanes(client, self.workers)
        executor: Executor = client.get_executor(pure=False, retries=0)
        return executor

    def stop(self, executor: Executor, *, wait: bool) -> None:
        """Cancel the tasks, and stop the cluster if this run started it."""
        executor.shutdown(wait=wait)
        self._stack.close()
        self._client = None

    def complain(self, error: BaseException) -> None:
        """Raise RunError if the scheduler has stopped: then every task is lost."""
        self._require_scheduler(lost=isinstance(error, CancelledError))

    def look_after(self) -> None:
        """Raise RunError if the scheduler has stopped.

        The client cancels the tasks that it has sent then. Those that it is given later would wait
        for as long as it looks for the scheduler.
        """
        self._require_scheduler()

    def _require_scheduler(self, *, lost: bool = False) -> None:
        if lost or self._client is None or self._client.status != "running":
            raise RunError(
                f"backend dask: the scheduler {self._scheduler or 'of this run'} is gone; the "
                "journal has what was evaluated: start the scheduler, then call the same command "
                "again"
            )

    def _begin(self, stack: ExitStack) -> "Client":
        if self._scheduler:
            return self._there(self._scheduler, stack)
        return self._on_nodes(stack) if self._spans_nodes else self._own(stack)

    def _on_nodes(self, stack: ExitStack) -> "Client":
        try:
            return stack.enter_context(client_on_nodes(self.workers, 2 * _PATIENCE))
        except (OSError, TimeoutError) as error:
            raise RunError(
                "backend dask: srun has started no worker on the nodes of this allocation "
                f"({type(error).__name__}); look at what it said"
            ) from error

    def _own(self, stack: ExitStack) -> "Client":
        from distributed import Client, LocalCluster, Security

        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="evosweep-dask-"))
        security = Security.temporary()
        with safe_path.required():
            cluster = LocalCluster(
                n_workers=self.workers,
                threads_per_worker=1,
                host="127.0.0.1",
                security=security,
                dashboard_address=None,
                scheduler_kwargs=ANY_PORT,
                silence_logs=logging.CRITICAL,
                memory_limit=0,  # an evaluation's memory is not Dask's to judge
                local_directory=folder,
                preload=["evosweep.entry.dask_worker"],
            )
        stack.enter_context(cluster)
        client: Client = stack.enter_context(Client(cluster, set_as_default=False))
        return client

    def _there(self, place: str, stack: ExitStack) -> "Client":
        from distributed import Client
        from distributed.utils import silence_logging_cmgr

        # What its client logs of a lost scheduler, with tracebacks, this backend says in a line.
        stack.enter_context(silence_logging_cmgr(logging.CRITICAL))
        where = {"scheduler_file": place} if _is_file(place) else {"address": place}
        try:
            client: Client = Client(**where, timeout=_PATIENCE, set_as_default=False)
            stack.enter_context(client)
            client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, TimeoutError) as error:
            raise InputError(
                f"backend dask: no scheduler with a worker answers at {place} within {_PATIENCE} s "
                f"({type(error).__name__}); start both, or leave `scheduler` and "
                f"{SCHEDULER_VARIABLE} out for a cluster of this run's own"
            ) from error
        check_address(client.scheduler_info()["address"])
        _check_workers(client)
        return client


def check_address(place: str) -> None:
    """Raise InputError for a scheduler to which anybody could connect and send code.

    Parameters
    ----------
    place
        `tcp://host:port`, `tls://host:port`, or the path of a scheduler file, whose address is
        checked when the file is read.
    """
    parts = urlsplit(place if "://" in place else f"tcp://{place}")
    if _is_file(place) or parts.scheme != "tcp":
        return
    try:
        addresses = socket.getaddrinfo(parts.hostname, None)
    except OSError as error:
        raise InputError(f"backend dask: scheduler {place}: {error.strerror}") from error
    for *_, address in addresses:
        if ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global:
            raise InputError(
                f"backend dask: scheduler {place} is at {address[0]}, a public address, without "
                "TLS: Dask unpickles what anybody sends there; use tls:// with certificates, or a "
                "private network"
            )


def _check_workers(client: "Client") -> None:
    """Raise InputError for workers with several threads; warn if the scheduler repeats tasks."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    several = [name for name, worker in workers.items() if worker["nthreads"] > 1]
    if several:
        raise InputError(
            f"backend dask: worker {several[0]} has {workers[several[0]]['nthreads']} threads, and "
            "evaluations share one set of random generators; start workers with --nthreads 1"
        )
    allowed = client.run_on_scheduler(_allowed_failures)
    if allowed:
        lines.complain(
            f"evosweep: warning: the scheduler repeats tasks that killed their worker {allowed} "
            "times by itself; start it with DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=0"
        )


def _allowed_failures(dask_scheduler: object) -> int:
    return int(getattr(dask_scheduler, "allowed_failures", 0))


def _is_file(place: str) -> bool:
    return "://" not in place and place.endswith(".json")
