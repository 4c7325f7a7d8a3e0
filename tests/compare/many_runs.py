"""Many runs of one BBOB function, for what has to do with thousands of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from folders import POOL, SERIAL, Made, history, write_run


def fill(
    results: Path,
    seeds: int,
    function: int,
    backends: Sequence[Mapping[str, Any]] = (SERIAL, POOL),
) -> None:
    """Ten algorithms, some seeds, on each backend; runs of 100 generations of 20."""
    problem = {"name": "bbob", "use": "bbob", "params": {"function": function, "dimension": 5}}
    for place in range(10):
        algorithm = {"name": "ga", "use": "ea_simple", "params": {"population": 10 * (place + 1)}}
        for seed in range(seeds):
            rng = np.random.default_rng([function, place, seed])
            fitness = history(rng, 100, 20, 0.05 + 0.01 * place)
            genomes = rng.uniform(-5, 5, (20, 5)).tolist()
            for backend in backends:
                made = Made(problem, algorithm, backend, seed, fitness, genomes=genomes)
                write_run(results / "study", made)
