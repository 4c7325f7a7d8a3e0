"""The clock that every peer's program shares: seconds of the processor for one seed at a time."""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence

Row = Callable[[int], Iterable[Sequence[float]]]
"""seed -> the objectives of the final population, as the problem states them."""


def main(rows: dict[str, Row], version: str) -> None:
    """`program.py ROW` prints its version, or null where it lacks that row, as a line of JSON.

    Then it answers each seed, a line of standard input, by a line of {seconds, objectives}: so
    programs take turns while each of them stays warm, and all meet the machine at its faster hours.
    """
    run = rows.get(sys.argv[1])
    print(json.dumps(version if run else None), flush=True)
    for line in sys.stdin if run else ():
        gc.collect()
        started = time.process_time()
        front = run(int(line))
        seconds = time.process_time() - started
        objectives = [[float(value) for value in point] for point in front]
        print(json.dumps({"seconds": seconds, "objectives": objectives}), flush=True)
