"""Executors of a user's own, as a config names them."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor


def processes(workers: int) -> Executor:
    """Python's own, as a user would make it; it breaks as a whole."""
    return ProcessPoolExecutor(workers, multiprocessing.get_context("forkserver"))


def threads(workers: int) -> Executor:
    """What no run can use: its workers share this process's random generators."""
    return ThreadPoolExecutor(workers)


def nothing(workers: int) -> None:
    """A function that forgets to return what it made."""
