"""An executor of one's own for the backend `futures`, as plain as one can be."""

from concurrent.futures import Executor, ProcessPoolExecutor


def processes(workers: int) -> Executor:
    """Return a pool of Python's processes."""
    return ProcessPoolExecutor(workers)
