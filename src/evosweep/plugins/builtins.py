"""The tables of built-in problems and algorithms: short name to `module:function`.

Each function lies in a module of its own, with the same name. Snakemake reads these tables while
it parses, so this module imports nothing.
"""

_PROBLEMS = (
    "adf_regression",
    "bbob",
    "binary",
    "coco",
    "continuous",
    "dtlz",
    "feature_selection",
    "hyperparameters",
    "knapsack",
    "leading_ones",
    "n_queens",
    "onemax",
    "sorting_network",
    "symbolic_regression",
    "tree_classifier",
    "tsp",
    "zdt",
)

_ALGORITHMS = (
    "asynchronous_steady_state",
    "cma_es",
    "cma_one_plus_lambda",
    "cooperative_coevolution",
    "differential_evolution",
    "ea_mu_comma_lambda",
    "ea_mu_plus_lambda",
    "ea_simple",
    "emna",
    "evolution_strategy",
    "harm_gp",
    "island_model",
    "islands",
    "mo_cma_es",
    "nsga2",
    "nsga3",
    "one_fifth",
    "one_plus_one",
    "particle_swarm",
    "pbil",
    "pycma",
    "random_search",
    "scipy_de",
    "spea2",
    "steady_state",
)

PROBLEMS: dict[str, str] = {name: f"evosweep.problems.{name}:{name}" for name in _PROBLEMS}
ALGORITHMS: dict[str, str] = {name: f"evosweep.algorithms.{name}:{name}" for name in _ALGORITHMS}
