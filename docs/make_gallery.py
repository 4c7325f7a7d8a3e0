"""Makes docs/gallery.md and its plots from real runs: `make gallery`.

    python docs/make_gallery.py [TITLE ...]     these families, whether or not they are old

Only what is old is run: `docs/gallery/made.json` has, for each family, the digest of the names of
its runs (which change with parameters and code), and what they gave. The page's sections are made
of that; what stands above them is kept.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import shown
import yaml
from moocore import hypervolume
from pyarrow import parquet
from scipy.stats import mannwhitneyu

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
PAGE, MADE = DOCS / "gallery.md", DOCS / "gallery" / "made.json"
SEEDS = 10
FEW = 5
COLOURS = ("#0072B2", "#D55E00")


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
    shown.shrink(path)


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


def values_of(folders: list[RunFolder]) -> tuple[str, list[float]]:
    """What is told of the runs, and its value for each: distance, best value or hypervolume."""
    records = [load_record(folder.path) for folder in folders]
    if len(records[0].weights) > 1:
        return "hypervolume", [_hypervolume(folder, records[0]) for folder in folders]
    values = [record.best_values[0] for record in records]
    optimum = (records[0].traits or {}).get("optimum")
    if optimum is None:
        return "best", values
    return "distance to the optimum", [abs(value - optimum) for value in values]


def _hypervolume(folder: RunFolder, record: Any) -> float:
    table = parquet.read_table(folder.population).to_pydict()
    names = [f"fitness_{number}" for number in range(len(record.weights))]
    front = np.column_stack([table[name] for name in names])
    return float(hypervolume(front, ref=record.traits["reference_point"]))


def result_of(one: Entry, runs: dict[str, list[RunFolder]]) -> str:
    """One sentence on what the runs came to; raises ValueError where a family does not do well."""
    first = load_record(runs[one.algorithm["use"]][0].path)
    parts, medians, all_values = [], [], []
    for name, folders in runs.items():
        what, values = values_of(folders)
        spent = np.median([load_record(folder.path).evaluations for folder in folders])
        parts.append(f"`{name}` {np.median(values):.5g} after {spent:,.0f} evaluations")
        medians.append(float(np.median(values)))
        all_values.append(values)
    smaller = what.startswith("distance") or (what == "best" and first.weights[0] < 0)
    if one.wins and not (medians[0] < medians[1] if smaller else medians[0] > medians[1]):
        raise ValueError(f"{one.title}: no better than its rival: {'; '.join(parts)}")
    p = float(mannwhitneyu(*all_values).pvalue)
    certain = "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
    return f"{one.seeds} seeds; median {what}: {'; '.join(parts)} (Mann-Whitney: {certain})."


def make(one: Entry) -> dict[str, str]:
    """Runs a family, plots it; returns what made.json keeps of it."""
    with tempfile.TemporaryDirectory() as scratch:
        runs = evolve(one.config, Path(scratch))
        result = result_of(one, runs)
        plot(one, runs, DOCS / "gallery" / f"{one.name}.png")
    return {"shown": one.digest(), "result": result}


def known() -> dict[str, dict[str, str]]:
    """What made.json has, by the name of a plot."""
    read: dict[str, dict[str, str]] = {}
    if MADE.exists():
        read = json.loads(MADE.read_text(encoding="utf-8"))
    return {one.name: read[one.name] for one in ENTRIES if one.name in read}


def sections(made: dict[str, dict[str, str]]) -> str:
    """The sections of docs/gallery.md, one for each family."""
    return "\n".join(line for one in ENTRIES for line in _section(one, made[one.name]["result"]))


def _section(one: Entry, result: str) -> Iterator[str]:
    config = yaml.safe_dump(one.config, sort_keys=False, default_flow_style=None, width=120)
    yield from (f"## {one.title}", "", one.text, "", "```yaml", config.rstrip(), "```", "")
    yield from (f"![{one.title}](gallery/{one.name}.png)", "", result, "")


def main() -> int:
    """Runs what is old or named, and writes the page; returns 1 where a family does not do well."""
    made, code = known(), 0
    for one in ENTRIES:
        old = one.name not in made or made[one.name]["shown"] != one.digest()
        if one.title not in sys.argv[1:] and not old:
            continue
        try:
            made[one.name] = make(one)
        except ValueError as error:
            print(error, file=sys.stderr, flush=True)
            code = 1
            continue
        print(one.title, made[one.name]["result"], flush=True)
        MADE.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    if not code:
        head, _, _ = PAGE.read_text(encoding="utf-8").partition("## ")
        PAGE.write_text(head + sections(made), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
