"""Makes docs/gallery.md and its plots from real runs: `python docs/make_gallery.py`, a minute."""

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import yaml
from pyarrow import parquet

from evosweep.backends.table import create
from evosweep.config.experiment import Experiment
from evosweep.config.grid import expand
from evosweep.evaluation.problem import build, describe
from evosweep.records.folder import RunFolder
from evosweep.records.reading import load_record
from evosweep.run.attempt import run_one

mpl.use("Agg")
from matplotlib import pyplot as plt

DOCS = Path(__file__).parent
SEEDS = 5


class Entry(NamedTuple):
    """One family: its heading, a sentence, a problem and an algorithm as a config has them."""

    title: str
    text: str
    problem: dict[str, Any]
    algorithm: dict[str, Any]


def entry(
    title: str, text: str, problem: str, algorithm: str, params: Any, **options: Any
) -> Entry:
    """An entry with the parameters of its problem in `params` and of its algorithm in `options`."""
    stop = options.pop("stop", None)
    chosen = {"use": algorithm, "params": options} | ({"stop": stop} if stop else {})
    return Entry(title, text, {"use": problem, "params": params}, chosen)


ENTRIES = [
    entry("Genetic algorithm", "Every generation replaces the last.", "onemax", "ea_simple",
          {"bits": 100}, population=100, generations=40),
    entry("(mu + lambda)", "Parents compete with their children; a knapsack of 50 items.",
          "knapsack", "ea_mu_plus_lambda", {"items": 50}, population=50, lambda_=100,
          generations=60, crossover=0.5, mutation=0.4),
    entry("(mu, lambda)", "Children replace their parents; a deceptive trap function.", "binary",
          "ea_mu_comma_lambda", {"function": "trap"}, population=100, lambda_=200, generations=40),
    entry("Steady state", "Two children at a time replace the worst; 20 queens.", "n_queens",
          "steady_state", {"queens": 20}, population=100, generations=60, stop={"target": 0.0}),
    entry("Permutations", "The travelling salesman through 52 places in Berlin.", "tsp",
          "ea_mu_plus_lambda", {"instance": "berlin52", "shuffle": 0.02}, population=100,
          lambda_=200, generations=200, crossover=0.4, mutation=0.5),
    entry("Island model", "Three demes that exchange their best in a ring.", "binary",
          "island_model", {"function": "royal_road1"}, demes=3, population=60, generations=60),
    entry("Evolution strategy", "Step sizes evolve with the genes.", "continuous",
          "evolution_strategy", {"function": "sphere", "dimension": 10}, mu=10, lambda_=100,
          generations=60, gene_mutation=0.3, smallest_step=0.001),
    entry("CMA-ES", "A normal distribution learns its covariance.", "bbob", "cma_es",
          {"function": 10, "dimension": 10}, generations=300, lambda_=20,
          stop={"target": "declared"}),
    entry("(1 + lambda)-CMA-ES", "One parent, whose success rules the step size.", "bbob",
          "cma_one_plus_lambda", {"function": 1, "dimension": 10}, generations=200),
    entry("pycma", "The same by its author's own package, as a reference.", "bbob", "pycma",
          {"function": 10, "dimension": 10}, generations=300, lambda_=20),
    entry("Differential evolution", "DE/rand/1/bin.", "continuous", "differential_evolution",
          {"function": "rastrigin", "dimension": 5}, population=50, generations=150, scale=0.7),
    entry("SciPy's differential evolution", "The same family by SciPy, as a reference.",
          "continuous", "scipy_de", {"function": "rastrigin", "dimension": 5}, population=50,
          generations=150),
    entry("Particle swarm", "Particles pulled to their own best and to the swarm's.", "continuous",
          "particle_swarm", {"function": "griewank", "dimension": 5}, population=40,
          generations=150),
    entry("PBIL", "A vector of probabilities is pulled to the best samples.", "onemax", "pbil",
          {"bits": 60}, generations=60, lambda_=30, learning_rate=0.1, mutation=0.02),
    entry("EMNA", "A normal distribution around the best samples.", "continuous", "emna",
          {"function": "sphere", "dimension": 5}, generations=60),
    entry("Cooperative coevolution", "Each species evolves a part of the genome.", "continuous",
          "cooperative_coevolution", {"function": "rastrigin", "dimension": 10}, species=5,
          population=20, generations=40),
    entry("Genetic programming", "A formula of three variables, from 300 samples.",
          "symbolic_regression", "ea_simple", {"data": "rational_polynomial", "rows": 300},
          population=200, generations=40, crossover=0.7, mutation=0.3),
    entry("Strongly typed genetic programming", "Trees that classify cells.", "tree_classifier",
          "ea_simple", {}, population=100, generations=25, crossover=0.7, mutation=0.3),
    entry("Automatically defined functions", "Two trees an individual; one calls the other.",
          "adf_regression", "ea_simple", {"data": "quartic"}, population=200, generations=30,
          crossover=0.7, mutation=0.3),
    entry("HARM-GP", "The distribution of tree sizes is shaped against bloat.",
          "symbolic_regression", "harm_gp", {"data": "quartic", "rows": 50}, population=100,
          generations=20, model=300),
    entry("NSGA-II", "Non-dominated sorting and crowding.", "zdt", "nsga2", {"function": 1},
          population=100, generations=150),
    entry("NSGA-III", "Niches around reference points.", "dtlz", "nsga3", {"function": 2},
          generations=100),
    entry("SPEA2", "Strength, density, and truncation of the crowded.", "zdt", "spea2",
          {"function": 2, "dimension": 8}, population=60, generations=200, crossover=0.5,
          mutation=0.5),
    entry("MO-CMA-ES", "A population of step sizes and covariances.", "zdt", "mo_cma_es",
          {"function": 1, "dimension": 5}, population=40, generations=200),
    entry("Random search", "The baseline.", "bbob", "random_search",
          {"function": 1, "dimension": 5}, population=100, generations=50),
]  # fmt: skip


def config_of(one: Entry) -> dict[str, Any]:
    """The experiment, small enough to be read at a glance."""
    return {
        "experiment": one.algorithm["use"],
        "problems": {one.problem["use"]: one.problem},
        "algorithms": {one.algorithm["use"]: one.algorithm},
        "backends": {"serial": {"use": "serial"}},
        "seeds": {"first": 1, "count": SEEDS},
    }


def evolve(config: dict[str, Any], out: Path) -> list[RunFolder]:
    """The folders of the experiment's runs."""
    folders = []
    with create("serial") as backend:
        for spec in expand(Experiment.model_validate(config)):
            folder = RunFolder(out / spec.run_id)
            run_one(spec, folder, backend)
            folders.append(folder)
    return folders


def plot(one: Entry, folders: list[RunFolder], path: Path) -> None:
    """Best by evaluations of every seed; for several objectives, the final population."""
    figure, axes = plt.subplots(figsize=(5.2, 2.9), layout="constrained")
    records = [load_record(folder.path) for folder in folders]
    if len(records[0].weights) == 1:
        _convergence(axes, records, folders)
    else:
        _front(one, axes, folders)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _convergence(axes: Any, records: list[dict[str, Any]], folders: list[RunFolder]) -> None:
    optimum = (records[0].get("traits") or {}).get("optimum")
    lowest = records[0].weights[0] < 0
    error = lowest and optimum is not None
    smooth = (records[0].get("traits") or {}).get("genome") in ("reals", "tree")
    for seed, folder in enumerate(folders, 1):
        log = parquet.read_table(folder.logbook).to_pydict()
        best = np.array(log["best"], dtype=float)
        values = np.maximum(best - optimum, 1e-9 if smooth else 0) if error else best
        axes.plot(np.cumsum(log["evaluations"]), values, lw=1.2, label=f"seed {seed}")
    axes.set_xlabel("evaluations")
    axes.set_ylabel("best - optimum" if error else "best of the generation")
    if error and smooth:
        axes.set_yscale("log")
    elif optimum is not None and not error:
        axes.axhline(optimum, color="0.4", lw=0.8, ls="--", label="optimum")
    axes.legend(fontsize=7, frameon=False, ncols=2)


def _front(one: Entry, axes: Any, folders: list[RunFolder]) -> None:
    table = parquet.read_table(folders[0].population).to_pydict()
    traits = build(describe(one.problem, ".")).traits
    if traits.front is not None:
        front = np.asarray(traits.front())
        style: dict[str, Any] = {"lw": 1} if front.shape[1] == 2 else {"ls": "", "marker": "."}
        axes.plot(front[:, 0], front[:, 1], color="0.6", label="true front", **style)
    axes.scatter(table["fitness_0"], table["fitness_1"], s=9, label="final population, seed 1",
                 zorder=3)  # fmt: skip
    axes.set_xlabel("first objective")
    axes.set_ylabel("second objective")
    axes.legend(fontsize=7, frameon=False)


def result_of(folders: list[RunFolder]) -> str:
    """One line on what the runs came to."""
    records = [load_record(folder.path) for folder in folders]
    evaluations = int(np.median([record.evaluations for record in records]))
    text = f"{SEEDS} seeds, {evaluations:,} evaluations (median)"
    if len(records[0].weights) == 1:
        text += f", best {np.median([record.best_values[0] for record in records]):.6g} (median)"
    return text


def main() -> None:
    """Run every entry and write the page."""
    page = [
        "# Gallery", "",
        "Each family of algorithm with a config and what its runs gave; made by "
        "`python docs/make_gallery.py`. Every population is that of the plain DEAP program with "
        "the same seed (`tests/contract/test_identity.py`); pycma and SciPy are references.", "",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        for number, one in enumerate(ENTRIES):
            config = config_of(one)
            folders = evolve(config, Path(scratch) / str(number))
            name = one.title.lower().replace(" ", "-").strip("-").replace("'", "")
            name = "".join(c for c in name if c.isalnum() or c == "-")
            plot(one, folders, DOCS / "gallery" / f"{name}.png")
            written = yaml.safe_dump(config, sort_keys=False, default_flow_style=None, width=120)
            page += [f"## {one.title}", "", one.text, "", "```yaml", written.rstrip(), "```", ""]
            page += [f"![{one.title}](gallery/{name}.png)", "", f"{result_of(folders)}.", ""]
            print(one.title, result_of(folders), flush=True)
    (DOCS / "gallery.md").write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
