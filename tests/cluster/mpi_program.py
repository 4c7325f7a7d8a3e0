"""Keeps MPI's ranks busy for a minute: `mpiexec ... python -m mpi4py.futures mpi_program.py`."""

import time
from collections.abc import Sequence
from typing import Any

from evosweep.backends.table import create


class Nap:
    """A chunk that takes a while; the first results are printed."""

    batch, seconds = 0, 0.0

    def __init__(self, number: int) -> None:
        self.number = number
        self.indices: Sequence[int] = [number]

    def work(self) -> "Nap":
        time.sleep(0.2)
        return self


def main() -> None:
    with create("mpi", 1) as backend:
        print("workers", backend.workers, backend.elsewhere, flush=True)
        results: Any = backend.run(map(Nap, range(600)))
        for count, _ in enumerate(results):
            if count == 5:
                print("busy", flush=True)


if __name__ == "__main__":
    main()
