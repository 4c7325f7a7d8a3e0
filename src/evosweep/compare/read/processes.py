"""The same work on many items, over processes if that is quicker."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from evosweep.machine.cpus import available_cpus

Item = TypeVar("Item")
Found = TypeVar("Found")

# Imported once, in the process that the others are forked from, and not by each of them.
PRELOADED = [
    "evosweep.compare.build",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "pyarrow.parquet",
]


def map_many(
    function: Callable[[Item], Found], items: Sequence[Item], *, worthwhile: int, chunk: int
) -> Iterable[Found]:
    """`map`, in chunks over processes if there are at least `worthwhile` items.

    Results come in order, as they are asked for.
    """
    processes = min(available_cpus(), -(-len(items) // chunk))
    if len(items) < worthwhile or processes == 1:
        yield from map(function, items)
        return
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(function, items, chunksize=chunk)
