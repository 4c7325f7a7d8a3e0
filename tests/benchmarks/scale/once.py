"""Times one way to map at one number of workers: once.py WAY WORKERS MILLISECONDS COUNT.

Prints, as JSON, the seconds of each of several batches, after some that do not count: the first
ones start the workers, each of many has to have been at work before, and from the last ones the
dispatcher learns how even the evaluations are. Beside them the processor
seconds of an evaluation, in this process and in all others of the session.
"""

import json
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import processor
import sleeping
from map_once import evosweep

BATCHES = 3


@contextmanager
def pool_map(workers: int) -> Iterator[Callable[..., Any]]:
    with multiprocessing.Pool(workers) as pool:
        yield pool.map


@contextmanager
def dask_map(workers: int) -> Iterator[Callable[..., Any]]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield lambda function, items: client.gather(client.map(function, items, pure=False))


@contextmanager
def mpi_map(workers: int) -> Iterator[Callable[..., Any]]:
    from mpi4py.futures import MPIPoolExecutor

    with MPIPoolExecutor(workers) as executor:
        yield executor.map


WAYS = {"Pool.map": pool_map, "Dask's map": dask_map, "mpi4py's map": mpi_map}


def main(way: str, workers: int, milliseconds: float, count: int) -> None:
    toolbox = sleeping.build(milliseconds)
    random.seed(1)
    individuals = toolbox.population(n=count)
    opened = (
        WAYS[way](workers)
        if way in WAYS
        else evosweep(
            toolbox, milliseconds, way.removeprefix("evosweep "), workers, "sleeping:build"
        )
    )
    plain = partial(sleeping.evaluate, milliseconds=milliseconds)
    function, items = (
        (plain, [list(i) for i in individuals]) if way in WAYS else (None, individuals)
    )
    seconds, before = list[float](), dict[int, float]()
    with opened as mapping:
        uncounted = 2 + workers // 16
        for number in range(uncounted + BATCHES):
            if number == uncounted:
                before = processor.seconds()
            started = time.perf_counter()
            values = list(mapping(function or toolbox.evaluate, items))
            seconds.append(time.perf_counter() - started)
            assert len(values) == count
        own, others = processor.spent(before)
    evaluations = BATCHES * count
    measured = {"seconds": seconds[-BATCHES:], "parent": own / evaluations}
    print(json.dumps(measured | {"others": others / evaluations}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
