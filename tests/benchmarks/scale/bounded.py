"""What a huge population and a long journal take in memory and time: bounded.py.

Each figure is of a process of its own, whose largest resident size the system reports.
"""

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).parent.parent))

import spinning
from deap import creator
from map_once import evosweep

from evosweep.evaluation.batch import Batch
from evosweep.evaluation.replay import Replay
from evosweep.genomes import blocks
from evosweep.records.journal import Entry, Journal

INDIVIDUALS, BITS = 1_000_000, 30
ENTRIES = (10_000, 100_000, 1_000_000)


def population(use: str) -> dict[str, float]:
    """A generation of a million cheap individuals, through a backend."""
    toolbox = spinning.build(0.0)
    genes = numpy.random.default_rng(1).integers(0, 2, (INDIVIDUALS, BITS), dtype="u1")
    individuals = [creator.Spinning(row.tolist()) for row in genes]
    before = _megabytes()
    with evosweep(toolbox, 0.0, use) as mapping:
        started = time.perf_counter()
        values = mapping(toolbox.evaluate, individuals)
        assert len(list(values)) == INDIVIDUALS
        seconds = time.perf_counter() - started
    return {"population, MB": before, "with its evaluation, MB": _megabytes(), "seconds": seconds}


def replay(entries: int) -> dict[str, float]:
    """A journal of so many entries, one evaluation each, as a resumed run takes it."""
    genome = [[0] * 30]
    digest = blocks.digest(genome, range(1))
    fitness, place = numpy.ones((1, 1)), numpy.arange(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "journal.bin")
        with Journal(path, "0" * 12) as journal:
            for number in range(entries):
                journal.append(Entry(number, place, fitness, digest, 0.0, 0.0))
        before, started = _megabytes(), time.perf_counter()
        with Journal(path, "0" * 12) as journal:
            recorded = Replay(journal)
            for number in range(entries):
                batch = Batch(number, genome, source=genome, results=[None])
                assert len(list(recorded.entries_of(batch))) == 1
            recorded.finish(entries)
        seconds = time.perf_counter() - started
        size = path.stat().st_size / 1e6
    return {"file, MB": size, "before, MB": before, "peak, MB": _megabytes(), "seconds": seconds}


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _apart(measure: Callable[..., dict[str, float]], argument: object) -> dict[str, float]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, argument).result()  # its process may have children


def main() -> None:
    """Print a line of JSON for each figure."""
    for use in ("serial", "pool"):
        figures = _apart(population, use)
        print(json.dumps({"individuals": INDIVIDUALS, "on": use} | figures), flush=True)
    for entries in ENTRIES:
        print(json.dumps({"entries": entries} | _apart(replay, entries)), flush=True)


if __name__ == "__main__":
    main()
