"""The rows in DEAP, and in evosweep's parts with DEAP's populations: `deap_rows.py ROW fast`."""

import random
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from measure import Row, main

sys.path.insert(1, str(Path(__file__).parents[1]))

import deap
import deap_programs as programs

import evosweep

Program = Callable[[programs.Parts], programs.Population]


def row(program: "Program", parts: programs.Parts) -> Row:
    """The program with these parts, seeded as a run of evosweep is."""

    def run(seed: int) -> list[tuple[float, ...]]:
        random.seed(seed)
        np.random.seed(seed)
        return [individual.fitness.values for individual in program(parts)]

    return run


PROGRAMS = {
    "onemax": programs.onemax,
    "nsga2-100": partial(programs.nsga2, size=100, generations=200),
    "nsga2-1000": partial(programs.nsga2, size=1000, generations=20),
    "nsga3": programs.nsga3,
}

if __name__ == "__main__":
    fast = sys.argv[2:] == ["fast"]
    parts = programs.FAST if fast else programs.STOCK
    version = f"evosweep {evosweep.__version__}" if fast else f"DEAP {deap.__version__}"
    main({name: row(program, parts) for name, program in PROGRAMS.items()}, version)
