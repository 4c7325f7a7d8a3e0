"""Times one way to map on one cost of an evaluation: map_once.py WAY MILLISECONDS COUNT.

Prints the seconds of each of several batches, as JSON, after two that do not count.
"""

import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import spinning

BATCHES = 5
WORKERS = 2


@contextmanager
def plain(*_: Any) -> Iterator[Callable[..., Any]]:
    yield map


@contextmanager
def pool_map(*_: Any) -> Iterator[Callable[..., Any]]:
    with multiprocessing.Pool(WORKERS) as pool:
        yield pool.map


@contextmanager
def scoop_map(*_: Any) -> Iterator[Callable[..., Any]]:
    from scoop import futures

    yield futures.map


@contextmanager
def evosweep(
    toolbox: Any, milliseconds: float | None, use: str, workers: int = WORKERS,
    problem_of: str = "spinning:build",
) -> Iterator[Callable[..., Any]]:  # fmt: skip
    from evosweep.backends.table import create
    from evosweep.evaluation import problem
    from evosweep.evaluation.circumstances import Circumstances
    from evosweep.evaluation.evaluator import Evaluator
    from evosweep.records.journal import Journal

    spec = {"use": problem_of, "params": {"milliseconds": milliseconds}}
    description = problem.describe(spec, str(Path(__file__).parent))
    built = problem.build(description)
    with (
        tempfile.TemporaryDirectory() as folder,
        Journal(Path(folder, "journal.bin"), "0" * 12) as journal,
        create(use, 1 if use == "serial" else workers) as backend,
    ):
        evaluator = Evaluator(
            toolbox, built, backend, journal, how=Circumstances(description=description, seed=1)
        )
        yield evaluator.map


WAYS = {"map": plain, "Pool.map": pool_map, "scoop.futures.map": scoop_map}


def main(way: str, milliseconds: float, count: int) -> None:
    toolbox = spinning.build(milliseconds)
    random.seed(1)
    individuals = toolbox.population(n=count)
    use = way.removeprefix("evosweep ")
    opened = (
        WAYS[way](toolbox, milliseconds) if way in WAYS else evosweep(toolbox, milliseconds, use)
    )
    seconds = []
    with opened as mapping:
        for _ in range(2 + BATCHES):
            started = time.perf_counter()
            values = list(mapping(toolbox.evaluate, individuals))
            seconds.append(time.perf_counter() - started)
            assert len(values) == count
    print(json.dumps(seconds[2:]))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
