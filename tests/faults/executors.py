"""The executor of a user's own."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor


def processes(workers: int) -> Executor:
    """Python's own; it breaks as a whole."""
    return ProcessPoolExecutor(workers, multiprocessing.get_context("forkserver"))
