"""Makes docs/gallery.md and its plots from real runs: `python docs/make_gallery.py`, minutes."""

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import yaml
from moocore import hypervolume
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
COLOURS = ("#0072B2", "#D55E00")


class Entry(NamedTuple):
    """One family: its heading and sentence, and what a config has: the algorithm and a rival."""

    title: str
    text: str
    problem: dict[str, Any]
    algorithm: dict[str, Any]
    rival: dict[str, Any]


def entry(
    title: str, text: str, problem: str, algorithm: str, params: Any, rival: Any, **options: Any
) -> Entry:
    """An entry with the parameters of its problem in `params` and of its algorithm in `options`.

    `rival` is another algorithm by its name and parameters, with about as many evaluations.
    """
    stop = options.pop("stop", None)
    chosen = {"use": algorithm, "params": options} | ({"stop": stop} if stop else {})
    name, other = rival
    against = {"use": name, "params": other} | ({"stop": stop} if stop else {})
    return Entry(title, text, {"use": problem, "params": params}, chosen, against)


def plain(population: int, generations: int, **more: Any) -> tuple[str, dict[str, Any]]:
    """A genetic algorithm as the rival."""
    return "ea_simple", {"population": population, "generations": generations, **more}


ENTRIES = [
    entry("Genetic algorithm", "Every generation replaces the last.", "onemax", "ea_simple",
          {"bits": 100}, ("random_search", {"population": 100, "generations": 100}),
          population=100, generations=100, crossover=0.8, mutation=0.3),
    entry("(mu + lambda)", "Parents compete with their children; a knapsack of 50 items.",
          "knapsack", "ea_mu_plus_lambda", {"items": 50}, plain(100, 60), population=50,
          lambda_=100, generations=60, crossover=0.5, mutation=0.4),
    entry("(mu, lambda)", "Children replace their parents; a deceptive trap function.", "binary",
          "ea_mu_comma_lambda", {"function": "trap"},
          ("random_search", {"population": 200, "generations": 60}), population=100,
          lambda_=200, generations=60, crossover=0.8, mutation=0.1),
    entry("Steady state", "Two children at a time replace the worst; 20 queens.", "n_queens",
          "steady_state", {"queens": 20},
          ("random_search", {"population": 100, "generations": 100}), population=100,
          generations=100, stop={"target": 0.0}),
    entry("Permutations", "The travelling salesman through 52 places in Berlin: reversed parts "
          "of a tour, against a genetic algorithm that exchanges parts too.", "tsp",
          "ea_mu_plus_lambda", {"instance": "berlin52", "mutation": "inversion"},
          plain(50, 1200, crossover=0.7, mutation=0.5), population=50, lambda_=50,
          generations=1200, crossover=0.0, mutation=1.0),
    entry("Island model", "Three demes that exchange their best in a ring.", "binary",
          "island_model", {"function": "royal_road1"}, plain(180, 80), demes=3, population=60,
          generations=80),
    entry("Evolution strategy", "Step sizes evolve with the genes.", "continuous",
          "evolution_strategy", {"function": "sphere", "dimension": 10},
          plain(100, 60), mu=10, lambda_=100,
          generations=60, gene_mutation=0.3, smallest_step=0.001),
    entry("CMA-ES", "A normal distribution learns its covariance.", "bbob", "cma_es",
          {"function": 10, "dimension": 10},
          ("differential_evolution", {"population": 40, "generations": 150}),
          generations=300, lambda_=20, stop={"target": "declared"}),
    entry("(1 + lambda)-CMA-ES", "One parent, whose success rules the step size.", "bbob",
          "cma_one_plus_lambda", {"function": 1, "dimension": 10},
          ("one_fifth", {"generations": 1600}), generations=200, lambda_=8),
    entry("pycma", "CMA-ES by its author's own package, against DEAP's.", "bbob", "pycma",
          {"function": 10, "dimension": 10}, ("cma_es", {"generations": 300, "lambda_": 20}),
          generations=300, lambda_=20),
    entry("Differential evolution", "DE/rand/1/bin.", "continuous", "differential_evolution",
          {"function": "rastrigin", "dimension": 5},
          ("particle_swarm", {"population": 50, "generations": 200}), population=50,
          generations=200, scale=0.5),
    entry("SciPy's differential evolution", "The same family by SciPy, as a reference.",
          "continuous", "scipy_de", {"function": "rastrigin", "dimension": 5},
          ("differential_evolution", {"population": 50, "generations": 150, "scale": 0.7}),
          population=50, generations=150),
    entry("Particle swarm", "Particles pulled to their own best and to the swarm's.", "continuous",
          "particle_swarm", {"function": "griewank", "dimension": 5}, plain(40, 150),
          population=40, generations=150),
    entry("PBIL", "A vector of probabilities is pulled to the best samples.", "onemax", "pbil",
          {"bits": 60}, plain(30, 100), generations=100, lambda_=30, learning_rate=0.2,
          mutation=0.02),
    entry("EMNA", "A normal distribution around the best samples.", "continuous", "emna",
          {"function": "sphere", "dimension": 5}, plain(100, 60), generations=60),
    entry("Cooperative coevolution", "Each species evolves a part of the genome.", "continuous",
          "cooperative_coevolution", {"function": "rastrigin", "dimension": 10},
          plain(100, 60), species=5, population=20, generations=60),
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
          plain(100, 20, crossover=0.7, mutation=0.3), population=100,
          generations=20, model=300),
    entry("NSGA-II", "Non-dominated sorting and crowding.", "zdt", "nsga2", {"function": 1},
          ("random_search", {"population": 100, "generations": 150}),
          population=100, generations=150),
    entry("NSGA-III", "Niches around reference points.", "dtlz", "nsga3", {"function": 2},
          ("nsga2", {"population": 92, "generations": 100}), generations=100),
    entry("SPEA2", "Strength, density, and truncation of the crowded.", "zdt", "spea2",
          {"function": 2, "dimension": 8}, ("nsga2", {"population": 60, "generations": 200}),
          population=60, generations=200, crossover=0.5, mutation=0.5),
    entry("MO-CMA-ES", "A population of step sizes and covariances.", "zdt", "mo_cma_es",
          {"function": 1, "dimension": 5}, ("nsga2", {"population": 40, "generations": 200}),
          population=40, generations=200),
    entry("Random search", "The baseline, and what an evolution strategy makes of its budget.",
          "bbob", "random_search", {"function": 1, "dimension": 5},
          ("one_fifth", {"generations": 5000}), population=100, generations=50),
]  # fmt: skip


def config_of(one: Entry) -> dict[str, Any]:
    """The experiment, small enough to be read at a glance."""
    return {
        "experiment": one.algorithm["use"],
        "problems": {one.problem["use"]: one.problem},
        "algorithms": {each["use"]: each for each in (one.algorithm, one.rival)},
        "backends": {"serial": {"use": "serial"}},
        "seeds": {"first": 1, "count": SEEDS},
    }


def evolve(config: dict[str, Any], out: Path) -> dict[str, list[RunFolder]]:
    """The folders of the experiment's runs, by algorithm."""
    folders: dict[str, list[RunFolder]] = {name: [] for name in config["algorithms"]}
    with create("serial") as backend:
        for spec in expand(Experiment.model_validate(config)):
            folder = RunFolder(out / spec.run_id)
            run_one(spec, folder, backend)
            folders[spec.algorithm.use].append(folder)
    return folders


def plot(one: Entry, runs: dict[str, list[RunFolder]], path: Path) -> None:
    """Medians over the seeds by evaluations; for several objectives, final populations."""
    figure, axes = plt.subplots(figsize=(5.2, 2.9), layout="constrained")
    records = {name: [load_record(f.path) for f in folders] for name, folders in runs.items()}
    if len(records[one.algorithm["use"]][0].weights) == 1:
        _convergence(axes, records, runs)
    else:
        _front(one, axes, runs)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _convergence(
    axes: Any, records: dict[str, list[Any]], runs: dict[str, list[RunFolder]]
) -> None:
    first = next(iter(records.values()))[0]
    optimum = (first.traits or {}).get("optimum")
    better = np.fmin if first.weights[0] < 0 else np.fmax
    error = first.weights[0] < 0 and optimum is not None
    smooth = (first.traits or {}).get("genome") in ("reals", "tree")
    for number, (name, folders) in enumerate(runs.items()):
        curves = [_curve(folder, better) for folder in folders]
        across = np.linspace(0, max(at[-1] for at, _ in curves), 200)
        table = np.array([best[np.searchsorted(at, across, "right").clip(1) - 1]
                          for at, best in curves])  # fmt: skip
        if error:
            table = np.maximum(table - optimum, 1e-9 if smooth else 0)
        low, median, high = np.percentile(table, [25, 50, 75], axis=0)
        axes.plot(across, median, lw=1.6, color=COLOURS[number], label=name)
        axes.fill_between(across, low, high, color=COLOURS[number], alpha=0.2, lw=0)
    axes.set_xlabel("evaluations")
    axes.set_ylabel("best so far - optimum" if error else "best so far")
    if error and smooth:
        axes.set_yscale("log")
    elif optimum is not None and not error:
        axes.axhline(optimum, color="0.4", lw=0.8, ls="--", label="optimum")
    axes.legend(fontsize=7, frameon=False)


def _curve(folder: RunFolder, better: Any) -> tuple[np.ndarray, np.ndarray]:
    """(evaluations, best so far) of a run."""
    log = parquet.read_table(folder.logbook).to_pydict()
    best = log.get("generation_best") or log["best"]
    return np.cumsum(log["evaluations"]), better.accumulate(np.array(best, dtype=float))


def _front(one: Entry, axes: Any, runs: dict[str, list[RunFolder]]) -> None:
    traits = build(describe(one.problem, ".")).traits
    if traits.front is not None:
        front = np.asarray(traits.front())
        style: dict[str, Any] = {"lw": 1} if front.shape[1] == 2 else {"ls": "", "marker": "."}
        axes.plot(front[:, 0], front[:, 1], color="0.6", label="true front", **style)
    for number, (name, folders) in enumerate(runs.items()):
        table = parquet.read_table(folders[0].population).to_pydict()
        axes.scatter(table["fitness_0"], table["fitness_1"], s=9, marker="ox"[number],
                     color=COLOURS[number], label=f"{name}, seed 1", zorder=3)  # fmt: skip
    axes.set_xlabel("first objective")
    axes.set_ylabel("second objective")
    axes.legend(fontsize=7, frameon=False)


def result_of(runs: dict[str, list[RunFolder]]) -> str:
    """One line on what the runs came to."""
    return f"{SEEDS} seeds; medians: {'; '.join(_result(*pair) for pair in runs.items())}"


def _result(name: str, folders: list[RunFolder]) -> str:
    records = [load_record(folder.path) for folder in folders]
    evaluations = int(np.median([record.evaluations for record in records]))
    if len(records[0].weights) == 1:
        best = np.median([record.best_values[0] for record in records])
        return f"`{name}` {best:.6g} after {evaluations:,} evaluations"
    volumes = [_hypervolume(folder, records[0]) for folder in folders]
    return f"`{name}` hypervolume {np.median(volumes):.5g} after {evaluations:,} evaluations"


def _hypervolume(folder: RunFolder, record: Any) -> float:
    table = parquet.read_table(folder.population).to_pydict()
    names = [f"fitness_{number}" for number in range(len(record.weights))]
    front = np.column_stack([table[name] for name in names])
    return float(hypervolume(front, ref=record.traits["reference_point"]))


def main() -> None:
    """Run every entry and write the page."""
    page = [
        "# Gallery", "",
        "Each family of algorithm against another, with a config and what its runs gave; made by "
        "`python docs/make_gallery.py`. Every population is that of the plain DEAP program with "
        "the same seed (`tests/contract/test_identity.py`); pycma and SciPy are references.", "",
        "Studies: [a longer run that takes what is there](gallery/extend.md), "
        "[designs beside a grid](gallery/designs.md), "
        "[which parameter matters](gallery/importance.md).", "",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        for number, one in enumerate(ENTRIES):
            config = config_of(one)
            runs = evolve(config, Path(scratch) / str(number))
            name = one.title.lower().replace(" ", "-").strip("-").replace("'", "")
            name = "".join(c for c in name if c.isalnum() or c == "-")
            plot(one, runs, DOCS / "gallery" / f"{name}.png")
            written = yaml.safe_dump(config, sort_keys=False, default_flow_style=None, width=120)
            page += [f"## {one.title}", "", one.text, "", "```yaml", written.rstrip(), "```", ""]
            page += [f"![{one.title}](gallery/{name}.png)", "", f"{result_of(runs)}.", ""]
            print(one.title, result_of(runs), flush=True)
    (DOCS / "gallery.md").write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
