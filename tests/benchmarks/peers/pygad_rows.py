"""The rows in PyGAD."""

import pygad
from measure import main


def onemax(seed: int) -> list:
    """300 individuals of 100 bits, tournaments of three; a whole generation is replaced."""
    ga = pygad.GA(
        num_generations=40,
        num_parents_mating=300,
        sol_per_pop=300,
        num_genes=100,
        gene_type=int,
        gene_space=[0, 1],
        fitness_func=lambda _ga, genes, _index: sum(genes),
        fitness_batch_size=None,
        parent_selection_type="tournament",
        K_tournament=3,
        keep_parents=0,
        keep_elitism=0,
        crossover_type="two_points",
        crossover_probability=0.5,
        mutation_type="random",
        mutation_probability=0.01,  # a gene: 0.2 of the individuals, 0.05 of their genes
        random_seed=seed,
        suppress_warnings=True,
    )
    ga.run()
    return [[fitness] for fitness in ga.last_generation_fitness]


if __name__ == "__main__":
    main({"onemax": onemax}, f"PyGAD {pygad.__version__}")
