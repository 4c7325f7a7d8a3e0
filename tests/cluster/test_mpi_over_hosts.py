"""MPI's ranks on several hosts: one that is cut off ends them all, on both sides."""

import subprocess
import sys
import time
from pathlib import Path

import engines
import pytest
from hosts import Host

from evosweep.backends.table import find_program

HERE = Path(__file__).parent
_NETWORK = ("-genv", "UCX_TLS", "tcp,self")
"""These hosts are one machine, and mpich would take its shared memory, which they do not have."""


@pytest.fixture(autouse=True)
def _installed() -> None:
    engines.require("mpi")


def _is_at_work(host: Host) -> bool:
    return any(words[1:3] == ["-m", "mpi4py.futures"] for words in host.commands())


def test_a_host_that_is_cut_off_ends_the_ranks_on_both_sides(hosts: list[Host]) -> None:
    """MPI itself would wait for ever; on the host that was cut off, too."""
    mpiexec = find_program("mpiexec.hydra")
    assert mpiexec is not None
    command = [mpiexec, *_NETWORK, "-launcher", "ssh", "-hosts", "h1,h2", "-n", "3", sys.executable,
               "-m", "mpi4py.futures", str(HERE / "mpi_program.py")]  # fmt: skip
    with subprocess.Popen(
        hosts[0].command(*command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as ranks:
        assert ranks.stdout is not None
        assert ranks.stdout.readline() == "workers 2 True\n"
        assert ranks.stdout.readline() == "busy\n"
        hosts[1].cut()
        try:
            until = time.monotonic() + 600
            while any(map(_is_at_work, hosts)) and time.monotonic() < until:
                time.sleep(0.1)
            assert not any(map(_is_at_work, hosts))
        finally:  # mpiexec waits for its ssh, and its supervisor would end both
            ranks.kill()
