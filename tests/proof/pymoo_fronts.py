"""pymoo's runs of config/proof/fronts.yaml: `.peers/bin/python tests/proof/pymoo_fronts.py FILE`.

Writes the objective values of the final population of each seed as JSON.
"""

import json
import sys
from pathlib import Path

from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.optimize import minimize
from pymoo.problems import get_problem

SEEDS, POPULATION, GENERATIONS = 30, 100, 250


def front(seed: int, generations: int = GENERATIONS) -> list[list[float]]:
    """The objectives of the final population; pymoo counts the first one as a generation."""
    algorithm = NSGA2(
        pop_size=POPULATION,
        crossover=SBX(eta=20, prob=0.9),
        mutation=PM(eta=20, prob=1.0, prob_var=1 / 30),
        eliminate_duplicates=False,
    )
    problem = get_problem("zdt1", n_var=30)
    result = minimize(problem, algorithm, ("n_gen", generations + 1), seed=seed)
    assert result.algorithm.evaluator.n_eval == POPULATION * (generations + 1)
    values: list[list[float]] = result.pop.get("F").tolist()
    return values


if __name__ == "__main__":
    fronts = [front(seed) for seed in range(1, SEEDS + 1)]
    Path(sys.argv[1]).write_text(json.dumps(fronts), encoding="utf-8")
