"""The page on samples that grow, cases and conditions."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from gallery_study import BLUE, GREY, ORANGE, Config, records, save, shown, study, sweep
from matplotlib import pyplot as plt

from evosweep.config.experiment import Experiment
from evosweep.config.grid import expand

FEW, MANY = 32, 64
TOUR: Config = {
    "use": "tsp",
    "grid": {"mutation": ["shuffle", "inversion"], "shuffle": [0.02, 0.05, 0.1]},
    "when": {"shuffle": {"mutation": "shuffle"}},
    "compare": ["mutation", "shuffle"],
}
GA: Config = {
    "use": "ea_simple",
    "params": {"population": 50, "generations": 60},
    "cases": [
        {"crossover": 0.9, "mutation": 0.1},
        {"crossover": 0.6, "mutation": 0.4},
        {"crossover": 0.1, "mutation": 0.9},
    ],
}


def sampled(points: int) -> Config:
    """Settings of differential evolution."""
    return study(
        "sampled",
        seeds=3,
        problems={
            "rosenbrock": {
                "use": "continuous",
                "params": {"function": "rosenbrock", "dimension": 5},
            }
        },
        algorithms={
            "de": {
                "use": "differential_evolution",
                "params": {"generations": 1000},
                "ranges": {
                    "population": {"low": 8, "high": 80, "integer": True, "scale": "log"},
                    "crossover": {"low": 0.05, "high": 0.95},
                    "scale": {"low": 0.2, "high": 1.2},
                },
                "sample": {"method": "sobol", "n": points, "seed": 1},
                "stop": {"evaluations": 1500},
            }
        },
    )


def designs(scratch: Path) -> list[str]:
    """A sample that is enlarged; cases with a conditional parameter."""
    few = {run.run_id for run in expand(Experiment.parse(sampled(FEW)))}
    before = [pair for pair in records(sweep(sampled(FEW), scratch / "sampled"))
              if pair[0].name in few]  # fmt: skip
    results = sweep(sampled(MANY), scratch / "sampled")
    assert len(before) == len(few)
    assert all(pair in list(records(results)) for pair in before), "a run was done again"
    medians: dict[tuple[float, ...], list[float]] = defaultdict(list)
    early = set()
    for folder, record in records(results):
        params = record["spec"]["algorithm"]["params"]
        point = params["crossover"], params["scale"], params["population"]
        medians[point].append(_best(record))
        if folder.name in few:
            early.add(point)
    figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    shades = mpl.colors.LogNorm(0.5, 500)
    for marker, title, mine in (("o", f"the first {FEW}", True), ("s", f"{FEW} more", False)):
        points = [point for point in medians if (point in early) == mine]
        values = [float(np.median(medians[point])) for point in points]
        drawn = axes.scatter([p[0] for p in points], [p[1] for p in points], c=values, label=title,
                             s=[12 + 1.5 * p[2] for p in points], marker=marker, norm=shades,
                             cmap="viridis_r", edgecolor="black", linewidth=0.5)  # fmt: skip
    figure.colorbar(drawn, label="median error, best is light")
    axes.set_xlabel("crossover")
    axes.set_ylabel("scale")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    return [
        "# Designs", "",
        "A sample of ranges, enlarged; combinations that belong together, and a parameter that "
        "exists only where it has a meaning ([designs.md](../designs.md)).", "",
        "## A sample that grows", "",
        *shown(sampled(MANY)),
        *save(figure, "designs-sample"),
        f"Each of {MANY} settings of differential evolution had the same budget, from three seeds; "
        f"a larger mark is a larger population. With `n: {FEW}` the round ones were run, "
        f"{len(before)} runs. `n: {MANY}` kept them all and added "
        f"{len(list(records(results))) - len(before)}: the first {FEW} of {MANY} Sobol' points "
        f"are those of {FEW}.", "",
        "## Cases, and a condition", "",
        *_cases(scratch),
    ]  # fmt: skip


def _cases(scratch: Path) -> list[str]:
    config = study("cases", problems={"tour": TOUR}, algorithms={"ga": GA})
    lengths = defaultdict(list)
    for _, record in records(sweep(config, scratch / "cases")):
        problem, algorithm = (record["spec"][kind]["params"] for kind in ("problem", "algorithm"))
        place = problem["mutation"], problem.get("shuffle"), algorithm["crossover"]
        lengths[place].append(_best(record))
    figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
    rows = sorted({place[:2] for place in lengths}, key=str)
    for number, (case, colour) in enumerate(zip(GA["cases"], (BLUE, GREY, ORANGE), strict=True)):
        for row, kind in enumerate(rows):
            values = lengths[*kind, case["crossover"]]
            axes.scatter(values, [row + 0.2 * (number - 1)] * len(values), s=14, color=colour)
            axes.scatter(np.median(values), row + 0.2 * (number - 1), marker="|", s=160,
                         color=colour, label="" if row else _told(case))  # fmt: skip
    axes.set_yticks(range(len(rows)), [kind if s is None else f"{kind} {s}" for kind, s in rows])
    axes.invert_yaxis()
    axes.set_xlabel("length of the best tour (five seeds; bar: median)")
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    count = len(lengths)
    return [
        *shown(config),
        *save(figure, "designs-cases"),
        f"Two operators, one of which has a strength, and three cases are {count} settings: not "
        "six times three, since `inversion` has no `shuffle`, and not six times nine, since "
        "`crossover` and `mutation` belong together.", "",
    ]  # fmt: skip


def _told(case: Config) -> str:
    return ", ".join(f"{key} {value}" for key, value in case.items())


def _best(record: dict[str, Any]) -> float:
    """The best fitness of a run with one objective."""
    return float(np.ravel(record["best"])[0])
