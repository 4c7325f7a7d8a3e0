"""The rows in LEAP."""

import random
from functools import partial
from importlib.metadata import version

import numpy as np
from leap_ec import ops
from leap_ec.algorithm import generational_ea
from leap_ec.binary_rep.initializers import create_binary_sequence
from leap_ec.binary_rep.ops import mutate_bitflip
from leap_ec.binary_rep.problems import MaxOnes
from leap_ec.decoder import IdentityDecoder
from leap_ec.multiobjective.nsga2 import generalized_nsga_2
from leap_ec.multiobjective.problems import ZDT1Problem
from leap_ec.real_rep.initializers import create_real_vector
from leap_ec.real_rep.ops import mutate_gaussian
from leap_ec.representation import Representation
from measure import main


def onemax(seed: int) -> list:
    """300 individuals of 100 bits, tournaments of three, two-point crossover, bit flips."""
    _seed(seed)
    population = generational_ea(
        max_generations=40,
        pop_size=300,
        problem=MaxOnes(),
        representation=Representation(initialize=create_binary_sequence(100)),
        pipeline=[
            partial(ops.tournament_selection, k=3),
            ops.clone,
            partial(mutate_bitflip, expected_num_mutations=1),
            ops.NAryCrossover(num_points=2, p_xover=0.5),
            ops.evaluate,
            partial(ops.pool, size=300),
        ],
    )
    return [[individual.fitness] for individual in population]


def nsga2(seed: int, size: int, generations: int) -> list:
    """ZDT1 with 30 genes, varied as in LEAP's example: it has no simulated binary crossover."""
    _seed(seed)
    population = generalized_nsga_2(
        max_generations=generations,
        pop_size=size,
        problem=ZDT1Problem(n=30),
        representation=Representation(
            decoder=IdentityDecoder(), initialize=create_real_vector(bounds=[(0.0, 1.0)] * 30)
        ),
        pipeline=[
            ops.tournament_selection,
            ops.clone,
            ops.UniformCrossover(p_swap=0.2),
            mutate_gaussian(std=0.05, bounds=(0.0, 1.0), expected_num_mutations=1),
            ops.evaluate,
            partial(ops.pool, size=size),
        ],
    )
    return [list(individual.fitness) for individual in population]


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)


ROWS = {
    "onemax": onemax,
    "nsga2-100": partial(nsga2, size=100, generations=200),
    "nsga2-1000": partial(nsga2, size=1000, generations=20),
}

if __name__ == "__main__":
    main(ROWS, f"LEAP {version('leap_ec')}")
