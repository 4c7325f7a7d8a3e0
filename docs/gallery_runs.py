"""What the runs of a family of docs/gallery.md come to: a plot and a sentence."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import shown
from gallery_entries import Entry
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

COLOURS = ("#0072B2", "#D55E00")


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
