"""Start Dask's workers on the nodes of a SLURM allocation by srun.

The scheduler is in the run's own process, and listens on the interface that faces the other nodes.
All processes talk over TLS, with a certificate in their environment that only processes of this run
have.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from evosweep.machine import allocation
from evosweep.machine.addresses import address_towards, is_here

if TYPE_CHECKING:
    from distributed import Client, Security

_SRUN = ("srun", "--overlap", "--overcommit", "--export=ALL", "--kill-on-bad-exit=0", "--quiet",
         "--distribution=cyclic", "--input=none", "--ntasks")  # fmt: skip
_WORKER = (sys.executable, "-P", "-m", "distributed.cli.dask_worker", "--protocol", "tls",
           "--nthreads", "1", "--nworkers", "1", "--memory-limit", "0", "--no-dashboard",
           "--death-timeout", "15s", "--preload", "evosweep.entry.dask_worker")  # fmt: skip
_TLS = {
    "CA_FILE": "tls_ca_file",
    "WORKER__CERT": "tls_worker_cert",
    "WORKER__KEY": "tls_worker_key",
}
ANY_PORT = {"dashboard_address": "127.0.0.1:0"}
"""A scheduler answers HTTP even without a dashboard: here, where two on one host do not collide."""
_GRACE = 10.0  # seconds for the end of workers after the order to end


@contextmanager
def client_on_nodes(workers: int, patience: float) -> "Iterator[Client]":
    """Open the client of a cluster with workers on all nodes; the cluster ends with the block.

    Raises TimeoutError if no worker comes within `patience` seconds, and InputError if this
    process is on none of the nodes.
    """
    from distributed import Client, LocalCluster, Security

    allocation.check_place("dask")
    other = next((node for node in allocation.nodes() if not is_here(node)), "localhost")
    security = Security.temporary()
    with (
        LocalCluster(
            n_workers=0,
            host=address_towards(other),
            security=security,
            dashboard_address=None,
            scheduler_kwargs=ANY_PORT,
        ) as cluster,
        _started(workers, cluster.scheduler_address, security),
        Client(cluster, set_as_default=False) as client,
    ):
        with suppress(TimeoutError):
            client.wait_for_workers(workers, timeout=patience / 2)
        client.wait_for_workers(1, timeout=patience / 2)
        yield client


@contextmanager
def _started(workers: int, scheduler: str, security: "Security") -> Iterator[None]:
    tls = {
        f"DASK_DISTRIBUTED__COMM__TLS__{key}": getattr(security, name) for key, name in _TLS.items()
    }
    command = [*_SRUN, str(workers), *_WORKER, scheduler]
    srun = subprocess.Popen(command, env=os.environ | tls, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        try:
            srun.wait(_GRACE)
        except subprocess.TimeoutExpired:
            srun.terminate()
            srun.wait()
