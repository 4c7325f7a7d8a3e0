"""The clock that every peer's program shares: seconds of the processor, best of some rounds."""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence

Row = Callable[[int], Iterable[Sequence[float]]]
"""seed -> the objectives of the final population, as the problem states them."""


def main(rows: dict[str, Row], version: str) -> None:
    """`program.py ROW ROUNDS` prints {seconds, objectives, version} of that row as JSON."""
    name, rounds = sys.argv[1], int(sys.argv[2])
    if name not in rows:
        print(json.dumps(None))
        return
    best, objectives = float("inf"), []
    for seed in range(1, rounds + 1):
        gc.collect()
        started = time.process_time()
        front = rows[name](seed)
        best = min(best, time.process_time() - started)
        objectives.append([[float(value) for value in point] for point in front])
    print(json.dumps({"seconds": best, "objectives": objectives, "version": version}))
