"""The families of docs/gallery.md: a problem, an algorithm and a rival for each."""

from typing import Any, NamedTuple

import shown

from evosweep.config.experiment import Experiment
from evosweep.config.grid import expand

SEEDS = 10
FEW = 5


class Entry(NamedTuple):
    """One family: its heading and sentence, and what a config has: the algorithm and a rival."""

    title: str
    text: str
    problem: dict[str, Any]
    algorithm: dict[str, Any]
    rival: dict[str, Any]
    wins: bool = True
    """Whether it has to have the better median: a baseline and a second package need not."""
    seeds: int = SEEDS

    @property
    def name(self) -> str:
        """The name of its plot."""
        name = self.title.lower().replace(" ", "-")
        return "".join(sign for sign in name if sign.isalnum() or sign == "-").strip("-")

    @property
    def config(self) -> dict[str, Any]:
        """The experiment, small enough to be read at a glance."""
        return {
            "experiment": self.algorithm["use"],
            "problems": {self.problem["use"]: self.problem},
            "algorithms": {each["use"]: each for each in (self.algorithm, self.rival)},
            "backends": {"serial": {"use": "serial"}},
            "seeds": {"first": 1, "count": self.seeds},
        }

    def digest(self) -> str:
        """What its plot shows: the runs, by their names."""
        specs = expand(Experiment.model_validate(self.config))
        return shown.digest(spec.run_id for spec in specs)


def entry(
    title: str, text: str, problem: str, algorithm: str, params: Any, rival: Any, **options: Any
) -> Entry:
    """An entry with the parameters of its problem in `params` and of its algorithm in `options`.

    `rival` is another algorithm by its name and parameters, with about as many evaluations.
    """
    stop, wins = options.pop("stop", None), options.pop("wins", True)
    seeds = options.pop("seeds", SEEDS)
    chosen = {"use": algorithm, "params": options} | ({"stop": stop} if stop else {})
    name, other = rival
    against = {"use": name, "params": other} | ({"stop": stop} if stop else {})
    return Entry(title, text, {"use": problem, "params": params}, chosen, against, wins, seeds)


def plain(population: int, generations: int, **more: Any) -> tuple[str, dict[str, Any]]:
    """A genetic algorithm as the rival."""
    return "ea_simple", {"population": population, "generations": generations, **more}


ENTRIES = [
    entry("Genetic algorithm", "Every generation replaces the last. The trap function deceives "
          "PBIL, which learns each bit apart; crossover keeps blocks of bits together.",
          "binary", "ea_simple", {"function": "trap"},
          ("pbil", {"generations": 300, "lambda_": 40, "learning_rate": 0.1}),
          population=200, generations=60, crossover=0.9, mutation=0.1),
    entry("(mu + lambda)", "Parents compete with their children. On a deceptive function a single "
          "parent is caught sooner than a hundred.", "binary", "ea_mu_plus_lambda",
          {"function": "trap"}, ("one_plus_one", {"generations": 8000}), population=100,
          lambda_=200, generations=40, crossover=0.8, mutation=0.1),
    entry("(mu, lambda)", "Children replace their parents, and so leave local optima that "
          "(mu + lambda) keeps.", "continuous", "ea_mu_comma_lambda",
          {"function": "rastrigin", "dimension": 10},
          ("ea_mu_plus_lambda", {"population": 40, "lambda_": 80, "generations": 200,
                                 "crossover": 0.5, "mutation": 0.5}),
          population=40, lambda_=80, generations=200, crossover=0.5, mutation=0.5),
    entry("Steady state", "Two children at a time compete with the population, so that a good one "
          "has children at once.", "leading_ones", "steady_state", {"bits": 80},
          plain(50, 120, crossover=0.9, mutation=0.5), population=50, generations=120),
    entry("Permutations", "The travelling salesman through 52 places in Berlin: reversed parts "
          "of a tour, against a genetic algorithm that exchanges parts too.", "tsp",
          "ea_mu_plus_lambda", {"instance": "berlin52", "mutation": "inversion"},
          plain(50, 1200, crossover=0.7, mutation=0.5), population=50, lambda_=50,
          generations=1200, crossover=0.0, mutation=1.0),
    entry("Island model", "Five demes that exchange their best in a ring, against one population "
          "with the same operators.", "binary", "island_model", {"function": "trap"},
          plain(200, 200, crossover=0.8, mutation=0.1), demes=5, population=40, generations=200,
          migration=10, migrants=2, crossover=0.8, mutation=0.1, stop={"evaluations": 8000}),
    entry("Evolution strategy", "Step sizes evolve with the genes. Ten parents that mix leave "
          "local optima in which a single one stays.", "continuous", "evolution_strategy",
          {"function": "ackley", "dimension": 10}, ("one_fifth", {"generations": 3600}), mu=10,
          lambda_=100, generations=40, gene_mutation=0.3, smallest_step=0.001, seeds=FEW),
    entry("CMA-ES", "A normal distribution learns its covariance.", "bbob", "cma_es",
          {"function": 10, "dimension": 10},
          ("differential_evolution", {"population": 40, "generations": 150}),
          generations=300, lambda_=20, stop={"target": "declared"}, seeds=FEW),
    entry("(1 + lambda)-CMA-ES", "One parent whose success rules the step size, and which learns "
          "the covariance of an ill-conditioned ellipsoid.", "bbob", "cma_one_plus_lambda",
          {"function": 10, "dimension": 10}, ("one_fifth", {"generations": 4000}),
          generations=500, lambda_=8, seeds=FEW),
    entry("pycma", "CMA-ES by its author's own package, against DEAP's.", "bbob", "pycma",
          {"function": 10, "dimension": 10}, ("cma_es", {"generations": 300, "lambda_": 20}),
          generations=300, lambda_=20, wins=False, seeds=FEW),
    entry("Differential evolution", "DE/rand/1/bin.", "continuous", "differential_evolution",
          {"function": "rastrigin", "dimension": 5},
          ("particle_swarm", {"population": 50, "generations": 200}), population=50,
          generations=200, scale=0.5),
    entry("SciPy's differential evolution", "The same family by SciPy, as a reference.",
          "continuous", "scipy_de", {"function": "rastrigin", "dimension": 5},
          ("differential_evolution", {"population": 50, "generations": 150, "scale": 0.7}),
          population=50, generations=150, wins=False),
    entry("Particle swarm", "Particles pulled to their own best and to the swarm's.", "continuous",
          "particle_swarm", {"function": "rosenbrock", "dimension": 5},
          plain(60, 200, crossover=0.7, mutation=0.3), population=20, generations=300, own=1.5,
          swarm=1.5, slowest=0.0, fastest=0.3, stop={"evaluations": 6000}, seeds=FEW),
    entry("PBIL", "A vector of probabilities is pulled to the best samples.", "onemax", "pbil",
          {"bits": 100}, plain(50, 100, crossover=0.8, mutation=0.3), generations=70, lambda_=30,
          learning_rate=0.2, mutation=0.02, stop={"evaluations": 2000}),
    entry("EMNA", "A normal distribution around the best samples.", "continuous", "emna",
          {"function": "sphere", "dimension": 5}, plain(100, 100, crossover=0.7, mutation=0.3),
          generations=60, stop={"evaluations": 6000}, seeds=FEW),
    entry("Cooperative coevolution", "Each species evolves a part of the genome.", "continuous",
          "cooperative_coevolution", {"function": "rastrigin", "dimension": 10},
          plain(100, 100, crossover=0.7, mutation=0.3), species=5, population=20, generations=60,
          stop={"evaluations": 6000}, seeds=FEW),
    entry("Genetic programming", "A formula of three variables, from 300 samples.",
          "symbolic_regression", "ea_simple", {"data": "rational_polynomial", "rows": 300},
          ("random_search", {"population": 200, "generations": 40}), population=200,
          generations=40, crossover=0.7, mutation=0.3),
    entry("Strongly typed genetic programming", "Trees that classify cells.", "tree_classifier",
          "ea_simple", {}, ("random_search", {"population": 100, "generations": 25}),
          population=100, generations=25, crossover=0.7, mutation=0.3),
    entry("Automatically defined functions", "Two trees an individual; one calls the other.",
          "adf_regression", "ea_simple", {"data": "quartic"},
          ("random_search", {"population": 200, "generations": 30}), population=200,
          generations=30, crossover=0.7, mutation=0.3),
    entry("HARM-GP", "The distribution of tree sizes is shaped against bloat.",
          "symbolic_regression", "harm_gp", {"data": "quartic", "rows": 50},
          plain(100, 80, crossover=0.7, mutation=0.3), population=100, generations=80, model=500,
          crossover=0.6, mutation=0.3, stop={"evaluations": 4000}, seeds=FEW),
    entry("NSGA-II", "Non-dominated sorting and crowding.", "zdt", "nsga2", {"function": 1},
          ("spea2", {"population": 100, "generations": 150}), population=100, generations=150),
    entry("NSGA-III", "Niches around reference points.", "dtlz", "nsga3", {"function": 2},
          ("nsga2", {"population": 92, "generations": 100}), generations=100),
    entry("SPEA2", "Strength, density, and truncation of the crowded: three objectives are spread "
          "more evenly than by NSGA-II's crowding.", "dtlz", "spea2", {"function": 2},
          ("nsga2", {"population": 60, "generations": 50}), population=60, generations=50,
          seeds=FEW),
    entry("MO-CMA-ES", "A population of step sizes and covariances, beside the baseline.", "zdt",
          "mo_cma_es", {"function": 1, "dimension": 5},
          ("random_search", {"population": 20, "generations": 80}), population=20, generations=80,
          seeds=FEW),
    entry("Random search", "The baseline, and what an evolution strategy makes of its budget.",
          "bbob", "random_search", {"function": 1, "dimension": 5},
          ("one_fifth", {"generations": 2000}), population=100, generations=20, wins=False,
          seeds=FEW),
]  # fmt: skip
