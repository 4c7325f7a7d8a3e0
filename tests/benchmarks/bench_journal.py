"""What the journal costs an evaluation: the digest of its genome, and its share of an entry.

For chunks as they are cut for evaluations of 1 ms, the smallest and the largest, and for genomes of
100 and of 1,000 floats. Wanted: below 2 % of such an evaluation. The figures are seconds of a
processor, which do not depend on what else the machine does.
"""

import random
import statistics
import tempfile
import time
from pathlib import Path

import numpy

from evosweep.genomes import blocks
from evosweep.records.journal import Entry, Journal

EVALUATION = 0.001
ENTRIES, ROUNDS = 200, 5


def measure(genomes: list[list[float]], journal: Journal) -> float:
    """Processor seconds that the journal takes an evaluation, where these genomes are a chunk."""
    indices = numpy.arange(len(genomes))
    started = time.process_time()
    for _ in range(ENTRIES):
        digest = blocks.digest(genomes, range(len(genomes)))
        fitnesses = numpy.zeros((len(genomes), 1))
        journal.append(Entry(0, indices, fitnesses, digest, 0.0, journal.now()))
    return (time.process_time() - started) / ENTRIES / len(genomes)


def main() -> None:
    """Prints a row a size of chunk and of genome."""
    print("| genes | individuals in a chunk | journal, us an evaluation | of 1 ms |")
    print("|---:|---:|---:|---:|")
    for genes in (100, 1000):
        for count in (1, 20, 200):
            genomes = [[random.random() for _ in range(genes)] for _ in range(count)]
            with (
                tempfile.TemporaryDirectory() as folder,
                Journal(Path(folder, "journal.bin"), "0" * 12) as journal,
            ):
                found = statistics.median(measure(genomes, journal) for _ in range(ROUNDS))
            print(f"| {genes} | {count} | {found * 1e6:.1f} | {found / EVALUATION:.2%} |")


if __name__ == "__main__":
    main()
