"""Makes docs/gallery/seeds.md from real runs of config/stages.yaml: a minute of two cores."""

import csv
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from evosweep.compare.numbers.look import Look
from evosweep.compare.numbers.many_traces import read_traces
from evosweep.compare.numbers.quality import measure_all
from evosweep.compare.numbers.significance import Pair
from evosweep.compare.page.material import compare, trace_jobs
from evosweep.compare.read.folders import open_studies
from evosweep.compare.read.study import Study
from evosweep.config.stages import Stages

mpl.use("Agg")
from matplotlib import pyplot as plt

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config" / "stages.yaml"
GALLERY = ROOT / "docs" / "gallery"
LEVEL = 0.05
COLOURS = ("#0072B2", "#D55E00", "#009E73")


def sweep(folder: Path) -> Path:
    """The results of the config, swept in a folder."""
    command = [Path(sys.executable).parent / "evosweep", "sweep", CONFIG]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "results" / "stages"


def history(study: Study, stages: Stages) -> Iterator[tuple[int, Mapping[str, list[Pair]]]]:
    """The pairs of each problem that were tested at each look."""
    seeds = {
        name: max(len(runs) for runs in groups.values()) for name, groups in study.problems.items()
    }
    for number, count in enumerate(stages.looks, start=1):
        upto = stages.upto(number)
        runs = [r for r in study.runs if r.seed in upto and seeds[study.problem(r)] >= count]
        if not runs:
            return
        part = replace(study, runs=tuple(runs))
        qualities = measure_all(part, {})
        traces = read_traces(trace_jobs(part, qualities))[0]
        _, standings = compare(part, qualities, traces, LEVEL)
        yield number, {name: list(standing.pairs) for name, standing in standings.items()}


def plot(study: Study, stages: Stages) -> None:
    """The p of every pair at every look, and the level at which the clearest pair is decided."""
    by_look = dict(history(study, stages))
    figure, axes = plt.subplots(1, len(study.problems), figsize=(13, 3.6), sharey=True, sharex=True)
    for place, (axis, problem) in enumerate(zip(axes, study.problems, strict=True)):
        looks = [number for number in by_look if problem in by_look[number]]
        pairs = by_look[looks[0]][problem]
        levels = [
            Look(stages, number).level(LEVEL / len(pairs))
            for number in range(1, len(stages.looks) + 1)
        ]
        axis.fill_between(
            stages.looks, levels, 1e-17, color="#dddddd", label="decided (clearest pair)"
        )
        for colour, pair in zip(COLOURS, pairs, strict=True):
            found = [next(p for p in by_look[n][problem] if p.names == pair.names) for n in looks]
            values = [1.0 if np.isnan(p.p) else max(p.p, 2e-16) for p in found]
            label = " / ".join(pair.names)
            axis.plot(
                [stages.looks[n - 1] for n in looks], values, "o-", color=colour, ms=4, label=label
            )
        last = stages.looks[looks[-1] - 1]
        axis.axvline(last, color="black", lw=0.8, ls=":")
        axis.set_title(f"{problem}: {last} seeds", fontsize=10)
        axis.set_xlabel("seeds")
        axis.set_xticks(stages.looks)
        axis.spines[["top", "right"]].set_visible(False)
        if place == 0:
            axis.set_ylabel("p of the test at this look")
    axes[0].set_yscale("log")
    axes[0].set_ylim(1e-16, 1.5)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False, fontsize=9)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    figure.savefig(GALLERY / "seeds.png", dpi=110)


def table(results: Path) -> Iterator[str]:
    """The report's own table of stages, shortened."""
    with (results / "comparison" / "stages.csv").open(newline="", encoding="utf-8") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    yield "| problem | seeds | at most | pairs decided | level of the clearest pair | runs saved |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        level = f"{float(row['level_holm']):.2g}"
        closed = f"{row['closed']} of {row['pairs']}"
        yield (
            f"| {row['problem']} | {row['seeds']} | {row['at_most']} | {closed} "
            f"| {level} | {row['saved']} |"
        )


def main() -> None:
    """Run the study, and write the page and its picture."""
    with tempfile.TemporaryDirectory() as scratch:
        results = Path(sys.argv[1]) if sys.argv[1:] else sweep(Path(scratch))
        [study] = open_studies(results)
        assert study.stages is not None
        plot(study, study.stages)
        verdict = (results / "comparison" / "verdict.txt").read_text(encoding="utf-8").splitlines()
        told = [line for line in verdict if "seeds" in line]
        lines = [
            "# As many seeds as it takes", "",
            "Is crossover worth it? Three mixtures of crossover and mutation, 2,000 evaluations "
            "each, on five problems. Made by `python docs/make_gallery_seeds.py` from runs of "
            "[config/stages.yaml](../../config/stages.yaml); "
            "[seeds.md](../seeds.md) says how it works.", "",
            "```yaml", *CONFIG.read_text(encoding="utf-8").splitlines()[1:], "```", "",
            "![The p of each pair at each look, and where each problem stopped](seeds.png)", "",
            "A problem stops where all its pairs are decided. The grey area is where the clearest "
            "pair of three is; Holm's correction then asks less of the others. In the words of "
            "the report:", "",
            *(f"- {line}" for line in told), "", *table(results), "",
        ]  # fmt: skip
        (GALLERY / "seeds.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
