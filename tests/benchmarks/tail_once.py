"""Times one way to map batches of unequal evaluations: tail_once.py WAY COUNT BATCH...

Prints the seconds of each batch, as JSON, after one that does not count.
"""

import json
import random
import sys
import time
from collections.abc import Sequence

import map_once
import spinning

WORKERS = map_once.WORKERS
MEAN, SIGMA = 0.01, 1.5
_WARM_UP = 1_000_000  # the number of a batch that is not measured


def durations(count: int, batch: int) -> list[float]:
    """Seconds of each evaluation of a batch; their mean is exactly MEAN."""
    draw = random.Random(batch)
    found = [draw.lognormvariate(0.0, SIGMA) for _ in range(count)]
    scale = MEAN * count / sum(found)
    return [seconds * scale for seconds in found]


def best_possible(seconds: Sequence[float]) -> float:
    """What no schedule can be faster than."""
    return max(sum(seconds) / WORKERS, *seconds)


def main(way: str, count: int, batches: Sequence[int]) -> None:
    toolbox = spinning.build(None)
    use = way.removeprefix("evosweep ")
    if way in ("Pool.map", "Pool.map(chunksize=1)"):
        opened = map_once.pool_map()
    else:
        opened = map_once.evosweep(toolbox, None, use)
    extra = {"chunksize": 1} if "chunksize" in way else {}
    seconds = []
    with opened as mapping:
        for batch in [_WARM_UP, *batches]:
            individuals = [toolbox.individual() for _ in range(count)]
            for individual, duration in zip(individuals, durations(count, batch), strict=True):
                individual[0] = duration
            started = time.perf_counter()
            values = list(mapping(toolbox.evaluate, individuals, **extra))
            seconds.append(time.perf_counter() - started)
            assert len(values) == count
    print(json.dumps(seconds[1:]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), list(map(int, sys.argv[3:])))
