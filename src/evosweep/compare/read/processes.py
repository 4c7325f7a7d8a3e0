"""Map a function over many items, in several processes if that is faster."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from evosweep.machine.cpus import available_cpus

Item = TypeVar("Item")
Found = TypeVar("Found")

# These modules are imported once, in the process from which the others are forked.
PRELOADED = [
    "evosweep.compare.build",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "pyarrow.parquet",
]


def map_many(
    function: Callable[[Item], Found], items: Sequence[Item], *, worthwhile: int, chunk: int
) -> Iterable[Found]:
    """Return the results of `map`, in order; several processes work from `worthwhile` items on.

    Items travel in chunks of `chunk`.
    """
    processes = min(available_cpus(), -(-len(items) // chunk))
    if len(items) < worthwhile or processes == 1:
        yield from map(function, items)
        return
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(function, items, chunksize=chunk)
