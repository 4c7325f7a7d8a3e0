"""MPI's ranks on several hosts: one that is cut off or stopped ends them all, on both sides."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import engines
import pytest
from hosts import Host, words
from often import TIMES

from evosweep.backends.table import find_program

HERE = Path(__file__).parent
_NETWORK = ("-genv", "UCX_TLS", "tcp,self")
"""These hosts are one machine, and mpich would take its shared memory, which they do not have."""
_RANK = ["-m", "mpi4py.futures"]


@pytest.fixture(autouse=True)
def _installed() -> None:
    engines.require("mpi")


def _is_at_work(host: Host) -> bool:
    return any(command[1:3] == _RANK for command in host.commands())


@contextmanager
def _ranks(hosts: list[Host]) -> Iterator[None]:
    """A program on h1 with a rank on each of two hosts beside its own, once they are at work."""
    mpiexec = find_program("mpiexec.hydra")
    assert mpiexec is not None
    command = [mpiexec, *_NETWORK, "-genv", "EVOSWEEP_PAUSE", "2", "-launcher", "ssh",
               "-hosts", "h1,h2", "-n", "3", sys.executable,
               "-m", "mpi4py.futures", str(HERE / "mpi_program.py")]  # fmt: skip
    with subprocess.Popen(
        hosts[0].command(*command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as ranks:
        assert ranks.stdout is not None
        said = iter(ranks.stdout.readline, "")  # the shell of a host may say something before
        assert "workers 2 True\n" in said
        assert "busy\n" in said
        try:
            yield
        finally:  # mpiexec waits for its ssh, and its supervisor would end both
            ranks.kill()


def _wait_for_the_end(hosts: list[Host]) -> None:
    until = time.monotonic() + 600
    while any(map(_is_at_work, hosts)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(_is_at_work, hosts))


def test_a_host_that_is_cut_off_ends_the_ranks_on_both_sides(hosts: list[Host]) -> None:
    """MPI itself would wait for ever; on the host that was cut off, too."""
    with _ranks(hosts):
        hosts[1].cut()
        _wait_for_the_end(hosts)


@pytest.mark.parametrize("times", TIMES)
def test_a_rank_that_is_stopped_on_another_host_ends_all(hosts: list[Host], times: int) -> None:
    """MPI itself would wait for it for ever, and its host answers; its keeper kills it."""
    for _ in range(times):
        with _ranks(hosts):
            for process in hosts[1].processes():
                if words(process)[1:3] == _RANK:
                    process.suspend()
            _wait_for_the_end(hosts)
