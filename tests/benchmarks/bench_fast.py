"""Stock DEAP and `evosweep.fast` side by side: same seed, same population, how many times faster.

    python tests/benchmarks/bench_fast.py [--rounds N] [--only NAME]

Each pair runs in turn, `--rounds` times in one process. The table has the best seconds of the
processor (as `timeit` takes the best: other work on the machine only adds to them) and, for both,
the first digits of the population's digest, which must be equal (exit code 1 where they are not).
"""

import argparse
import gc
import os
import platform
import random
import sys
import time
from collections.abc import Callable
from functools import partial

os.environ["OMP_NUM_THREADS"] = "1"  # as in every run; before NumPy is imported

import deap
import deap_programs as programs
import numpy as np
from deap import benchmarks

from evosweep.fast import core
from evosweep.genomes.digest import population_digest

Case = Callable[[programs.Parts], programs.Population]


def _cma_es(name: str, dimension: int, lambda_: int, generations: int) -> Case:
    function = getattr(benchmarks, name)
    return partial(
        programs.cma_es, function=function, dimension=dimension, lambda_=lambda_,
        generations=generations,
    )  # fmt: skip


# What is run, and how many times faster it is meant to be (0: not said).
CASES: dict[str, tuple[Case, float]] = {
    "OneMax, 300 x 40": (programs.onemax, 4.0),
    "NSGA-II, ZDT1, population 1000": (programs.nsga2, 20.0),
    "NSGA-III, DTLZ2, 500, nd=standard": (
        partial(programs.nsga3, size=500, generations=5, nd="standard"),
        10.0,
    ),
    "NSGA-III, DTLZ2, 500, nd=log": (partial(programs.nsga3, size=500, generations=5), 5.0),
    "NSGA-III, DTLZ2, 92, nd=log": (programs.nsga3, 10.0),
    "SPEA2, ZDT1, population 100": (programs.spea2, 0.0),
    "GP, symbolic regression, 1,000 rows": (programs.symbolic_regression, 5.0),
    "CMA-ES, rastrigin, 30 x 600": (_cma_es("rastrigin", 30, 600, 40), 1.5),
    "CMA-ES, sphere, 30 x 600": (_cma_es("sphere", 30, 600, 40), 1.5),
    "CMA-ES, sphere, 10 x 10": (_cma_es("sphere", 10, 10, 300), 1.5),
    "TSP, berlin52, 300 x 40": (programs.tsp, 3.0),
}


def timed(case: Case, parts: programs.Parts) -> tuple[float, str]:
    """Seconds of the processor for one run, and the digest of its population."""
    random.seed(42)
    np.random.seed(42)
    gc.collect()
    started = time.process_time()
    population = case(parts)
    return time.process_time() - started, population_digest(population)[:12]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="part of a row's name")
    options = parser.parse_args()
    versions = (
        f"Python {platform.python_version()}, DEAP {deap.__version__}, NumPy {np.__version__}"
    )
    print(
        f"{versions}, {platform.machine()}; "
        f"seconds of the processor, best of {options.rounds} rounds; "
        f"{'with' if core.core else 'without'} the compiled core\n"
    )
    print("| run | stock DEAP | evosweep.fast | times faster | wanted | digests |")
    print("|---|---|---|---|---|---|")
    differs = False
    for name, (case, wanted) in CASES.items():
        if options.only.lower() not in name.lower():
            continue
        rounds = [
            (timed(case, programs.STOCK), timed(case, programs.FAST)) for _ in range(options.rounds)
        ]
        stock, ours = (min(r[i][0] for r in rounds) for i in (0, 1))
        digests = {digest for pair in rounds for _, digest in pair}
        differs |= len(digests) > 1
        said = f"= {digests.pop()}" if len(digests) == 1 else f"DIFFER {sorted(digests)}"
        goal = f"{wanted:g}" if wanted else "-"
        print(
            f"| {name} | {stock:.3f} s | {ours:.3f} s | {stock / ours:.1f} | {goal} | {said} |",
            flush=True,
        )
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
