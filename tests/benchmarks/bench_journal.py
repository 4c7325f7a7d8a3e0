"""What the journal costs: CPU time of an entry, as a share of evaluations of 1 ms each."""

import tempfile
import time
from pathlib import Path

import numpy

from evosweep import genome
from evosweep.journal import Journal
from evosweep.journal_entry import Entry

EVALUATION = 0.001  # seconds
ENTRIES = 2000
GENES = 20


def seconds_an_entry(size: int) -> tuple[float, float]:
    """(CPU seconds to digest and append a chunk of that size, bytes an evaluation)."""
    genomes = genome.encode([[1.0] * GENES] * size)
    with tempfile.TemporaryDirectory() as folder:
        with Journal(Path(folder, "journal.bin"), "0" * 12) as journal:
            before, started = journal.path.stat().st_size, time.thread_time()
            for batch in range(ENTRIES):
                values = numpy.array([(1.0,)] * size)
                digest = genome.digest(genomes)
                indices = numpy.arange(size)
                journal.append(Entry(batch, indices, values, digest, 0.001, journal.now()))
            seconds = (time.thread_time() - started) / ENTRIES
            written = journal.path.stat().st_size - before
        return seconds, written / ENTRIES / size


def main() -> None:
    print(f"genomes of {GENES} reals, one objective; evaluations of {EVALUATION * 1000:g} ms\n")
    print("evaluations an entry   us an entry   share of the run   bytes an evaluation")
    for size in (1, 4, 30, 250):
        seconds, size_of_one = seconds_an_entry(size)
        share = seconds / (size * EVALUATION)
        print(f"{size:>20}   {seconds * 1e6:>11.1f}   {share:>16.2%}   {size_of_one:>19.1f}")


if __name__ == "__main__":
    main()
