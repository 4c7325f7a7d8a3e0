"""The rows in pygmo, whose algorithms and ZDT1 are C++."""

from functools import partial

import pygmo
from measure import main


def nsga2(seed: int, size: int, generations: int) -> list:
    """ZDT1 with 30 genes."""
    population = pygmo.population(pygmo.problem(pygmo.zdt(prob_id=1, param=30)), size, seed=seed)
    variation = {"cr": 0.9, "eta_c": 20.0, "m": 1 / 30, "eta_m": 20.0}
    algorithm = pygmo.algorithm(pygmo.nsga2(gen=generations, seed=seed, **variation))
    return algorithm.evolve(population).get_f().tolist()


ROWS = {
    "nsga2-100": partial(nsga2, size=100, generations=200),
    "nsga2-1000": partial(nsga2, size=1000, generations=20),
}

if __name__ == "__main__":
    main(ROWS, f"pygmo {pygmo.__version__}")
