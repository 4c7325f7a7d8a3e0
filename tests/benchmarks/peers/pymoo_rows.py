"""The rows in pymoo."""

from functools import partial

import numpy as np
import pymoo
from measure import main
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.algorithms.moo.nsga3 import NSGA3
from pymoo.algorithms.soo.nonconvex.ga import GA
from pymoo.core.problem import Problem
from pymoo.operators.crossover.pntx import TwoPointCrossover
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.bitflip import BitflipMutation
from pymoo.operators.mutation.pm import PM
from pymoo.operators.sampling.rnd import BinaryRandomSampling
from pymoo.optimize import minimize
from pymoo.problems import get_problem
from pymoo.util.ref_dirs import get_reference_directions


class OneMax(Problem):
    """pymoo minimises: the number of ones, negated; evaluated over the whole population."""

    def __init__(self) -> None:
        super().__init__(n_var=100, n_obj=1, vtype=bool)

    def _evaluate(self, x: np.ndarray, out: dict, *_: object, **__: object) -> None:
        out["F"] = -x.sum(axis=1).astype(float)


def onemax(seed: int) -> np.ndarray:
    """A genetic algorithm whose best of parents and children survive: pymoo has no other."""
    algorithm = GA(
        pop_size=300,
        sampling=BinaryRandomSampling(),
        crossover=TwoPointCrossover(prob=0.5),
        mutation=BitflipMutation(prob=0.2, prob_var=0.05),
        eliminate_duplicates=False,
    )
    return -minimize(OneMax(), algorithm, ("n_gen", 41), seed=seed).pop.get("F")


def nsga2(seed: int, size: int, generations: int) -> np.ndarray:
    """ZDT1 with 30 genes."""
    algorithm = NSGA2(
        pop_size=size,
        crossover=SBX(eta=20, prob=0.9),
        mutation=PM(eta=20, prob=1.0, prob_var=1 / 30),
        eliminate_duplicates=False,
    )
    result = minimize(get_problem("zdt1"), algorithm, ("n_gen", generations + 1), seed=seed)
    return result.pop.get("F")


def nsga3(seed: int) -> np.ndarray:
    """DTLZ2 with 3 objectives, 12 genes and 91 reference points."""
    points = get_reference_directions("das-dennis", 3, n_partitions=12)
    algorithm = NSGA3(
        ref_dirs=points,
        pop_size=92,
        crossover=SBX(eta=30, prob=1.0),
        mutation=PM(eta=20, prob=1.0, prob_var=1 / 12),
        eliminate_duplicates=False,
    )
    problem = get_problem("dtlz2", n_var=12, n_obj=3)
    return minimize(problem, algorithm, ("n_gen", 41), seed=seed).pop.get("F")


ROWS = {
    "onemax": onemax,
    "nsga2-100": partial(nsga2, size=100, generations=200),
    "nsga2-1000": partial(nsga2, size=1000, generations=20),
    "nsga3": nsga3,
}

if __name__ == "__main__":
    main(ROWS, f"pymoo {pymoo.__version__}")
