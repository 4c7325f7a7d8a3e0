"""Makes the pages of docs/gallery/ from real studies: `python docs/make_gallery_studies.py`.

Each study is swept by the real workflow, in a minute or two of two cores. `[NAME ...]` makes those
pages alone: extend, stages, designs, importance.
"""

import csv
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import yaml
from make_pictures import browser
from pyarrow import parquet

from evosweep.config.experiment import Experiment
from evosweep.config.grid import expand

mpl.use("Agg")
from matplotlib import pyplot as plt

GALLERY = Path(__file__).parent / "gallery"
EVOSWEEP = Path(sys.executable).parent / "evosweep"
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#999999"
MADE = "Made by `python docs/make_gallery_studies.py` from the runs that are described here."

Config = dict[str, Any]


def study(name: str, seeds: int = 5, **keys: Any) -> Config:
    """A config on one serial backend."""
    rest = {"backends": {"serial": {"use": "serial"}}, "seeds": {"first": 1, "count": seeds}}
    return {"experiment": name, **keys, **rest}


def shown(config: Config) -> list[str]:
    """A config as a block of a page."""
    text = yaml.safe_dump(config, sort_keys=False, default_flow_style=None, width=110)
    return ["```yaml", text.rstrip(), "```", ""]


def sweep(config: Config, folder: Path) -> Path:
    """The results of a config that is swept in a folder; what is there is not run again."""
    file = folder / "study.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    subprocess.run([EVOSWEEP, "sweep", file.name], cwd=folder, check=True)
    return folder / "results" / config["experiment"]


def records(results: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The receipts of an experiment with their folders."""
    for file in sorted(results.glob("runs/*/record.json")):
        yield file.parent, json.loads(file.read_text())


def table(results: Path, name: str) -> list[dict[str, str]]:
    """A table of the comparison."""
    with (results / "comparison" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def save(figure: Any, name: str) -> list[str]:
    """A picture of a page, and the line that shows it."""
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(GALLERY / f"{name}.png", dpi=110)
    plt.close(figure)
    return [f"![{name}]({name}.png)", ""]


def photograph(results: Path, plots: list[str], name: str) -> list[str]:
    """Pictures of the report, as a browser shows them side by side."""
    files = [(results / "comparison" / "plots" / f"{plot}.svg").as_uri() for plot in plots]
    images = "".join(f'<img src="{file}">' for file in files)
    style = "body{margin:0;padding:16px;background:white;display:flex;gap:24px;width:max-content}"
    page = results / "page.html"
    page.write_text(f"<style>{style} img{{height:330px}}</style><body>{images}</body>")
    with browser() as opened:
        view = opened.new_page(viewport={"width": 640 * len(plots), "height": 380})
        view.goto(page.as_uri())
        view.locator("body").screenshot(path=GALLERY / f"{name}.png")
    return [f"![{name}]({name}.png)", ""]


# Extend.

SHORT, LONG = 40, 80


def growing(generations: int) -> Config:
    """Which features tell benign from malignant? An evaluation takes milliseconds."""
    return study(
        "extend",
        problems={"features": {"use": "feature_selection", "params": {"folds": 2}}},
        algorithms={
            "ga": {
                "use": "ea_simple",
                "params": {"population": 40, "generations": generations, "mutation": 0.5},
            }
        },
    )


def extend(scratch: Path) -> list[str]:
    """A study with twice the generations, grown and from nothing."""
    sweep(growing(SHORT), scratch / "grown")
    grown = _by_length(sweep(growing(LONG), scratch / "grown"))
    whole = _by_length(sweep(growing(LONG), scratch / "whole"))
    pairs = list(zip(grown[LONG], whole[LONG], strict=True))
    assert all(
        one.get("grown_from") and not other.get("grown_from") for (_, one), (_, other) in pairs
    )
    same = sum(one["population_digest"] == other["population_digest"]
               for (_, one), (_, other) in pairs)  # fmt: skip
    seconds = {
        f"{SHORT} generations": _seconds(grown[SHORT]),
        f"{LONG}, grown from {SHORT}": _seconds(grown[LONG]),
        f"{LONG} from nothing": _seconds(whole[LONG]),
    }
    ends = zip(grown[LONG], grown[SHORT], strict=True)
    better = sum(late["best"] > early["best"] for (_, late), (_, early) in ends)
    taken = sum(record["evaluations"] for _, record in grown[SHORT])
    total = sum(record["evaluations"] for _, record in grown[LONG])
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained",
                                         width_ratios=[3, 2])  # fmt: skip
    for number, (folder, _) in enumerate(grown[LONG]):
        best = parquet.read_table(folder / "logbook.parquet").to_pydict()["best"]
        best = np.maximum.accumulate(best)
        left.plot(range(SHORT + 1), best[: SHORT + 1], color=GREY, lw=1.4,
                  label="" if number else "evaluations taken")  # fmt: skip
        left.plot(range(SHORT, LONG + 1), best[SHORT:], color=BLUE, lw=1.4,
                  label="" if number else "evaluated anew")  # fmt: skip
    left.set_xlabel("generation")
    left.set_ylabel("best accuracy so far")
    left.legend(frameon=False, fontsize=8, loc="lower right")
    bars = right.barh(list(seconds), list(seconds.values()), color=[GREY, BLUE, ORANGE])
    right.bar_label(bars, [f"{value:.1f} s" for value in seconds.values()], padding=3)
    right.invert_yaxis()
    right.set_xlim(0, 1.25 * max(seconds.values()))
    right.set_xlabel("seconds, five runs together")
    return [
        "# Extend", "",
        f"A study is done. Would more than {SHORT} generations help?", "",
        *shown(growing(SHORT)),
        f"Write `generations: {LONG}` and call the same command. Each run takes the evaluations "
        "of the shorter one and repeats selection and variation, which cost little.", "",
        *save(figure, "extend"),
        f"Of {total:,} evaluations {taken:,} were taken, and {better} of {len(pairs)} runs found a "
        f"better mask. The times are those of a busy machine. {same} of {len(pairs)} final "
        f"populations are, to the bit, those of runs of {LONG} generations from nothing. Where an "
        "algorithm plans with its horizon, so that its first generations are others, the run says "
        "so and starts from nothing ([journal.md](../journal.md#a-longer-run)).", "",
    ]  # fmt: skip


def _by_length(results: Path) -> dict[int, list[tuple[Path, dict[str, Any]]]]:
    """The receipts by the generations that they were given, in the order of their seeds."""
    found = defaultdict(list)
    for folder, record in sorted(records(results), key=lambda pair: pair[1]["spec"]["seed"]):
        found[record["spec"]["algorithm"]["params"]["generations"]].append((folder, record))
    return found


def _seconds(runs: list[tuple[Path, dict[str, Any]]]) -> float:
    return sum(sum(record["timings"].values()) for _, record in runs)


def _best(record: dict[str, Any]) -> float:
    """The best fitness of a run with one objective."""
    return float(np.ravel(record["best"])[0])


# Designs.

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


# Importance.

LEVELS: Config = {"crossover": [0.1, 0.5, 0.9], "scale": [0.2, 0.5, 0.8, 1.1],
                  "population": [10, 20, 40, 80]}  # fmt: skip


def importance(scratch: Path) -> list[str]:
    """The same question by a full grid and by a sample."""
    sample = sampled(MANY)
    grid = sample | {"experiment": "grid"}
    algorithm = sample["algorithms"]["de"]
    grid["algorithms"] = {
        "de": {key: algorithm[key] for key in ("use", "params", "stop")} | {"grid": LEVELS}
    }
    pages = []
    for title, config in (("A full grid: exact", grid), ("A sample: by a forest", sample)):
        name = config["experiment"]
        results = sweep(config, scratch / name)
        pages += [f"## {title}", "", *shown(config)]
        pages += photograph(results, ["effects-de-0", "pairs-de-0"], f"importance-{name}")
        pages += [*_shares(results), ""]
        if name == "sampled":
            pages += photograph(results, ["settings-de-0"], "importance-settings")
            pages += ["A line is a setting; the darker, the better its median. Shares are those of "
                      "the levels or ranges that were asked for: the two differ.", ""]  # fmt: skip
    return [
        "# Importance", "",
        "Which parameter of differential evolution matters, where every setting has the same "
        "budget? The report says it for every algorithm with two swept parameters or more: the "
        "share of the variance between its settings that each parameter explains alone, and what "
        "each pair adds ([comparison.md](../comparison.md#which-parameter-matters)).", "",
        *pages,
    ]  # fmt: skip


def _shares(results: Path) -> list[str]:
    """The largest shares of each problem, as the report's table has them."""
    rows = table(results, "importance")
    lines = ["| problem | first | second | third | method |", "|---|---|---|---|---|"]
    for problem in dict.fromkeys(row["problem"] for row in rows):
        mine = [row for row in rows if row["problem"] == problem]
        if mine[0]["reason"]:
            lines.append(f"| {problem} | {mine[0]['reason']} | | | |")
            continue
        best = sorted(mine, key=lambda row: -float(row["share"]))[:3]
        cells = [f"{row['term']} {float(row['share']):.0%}" for row in best]
        score = f", out-of-bag score {float(best[0]['score']):.2f}" if best[0]["score"] else ""
        lines.append(f"| {problem} | {' | '.join(cells)} | {best[0]['method']}{score} |")
    return lines


# Stages of seeds.


def stages(scratch: Path) -> list[str]:
    """A study whose problems stop as soon as their comparison is decided."""
    config = yaml.safe_load((GALLERY.parents[1] / "config" / "stages.yaml").read_text())
    results = sweep(config, scratch / "stages")
    rows = table(results, "stages")
    figure, axes = plt.subplots(figsize=(6.4, 2.8), layout="constrained")
    names = [row["problem"] for row in rows]
    seeds = [int(row["seeds"]) for row in rows]
    most = int(rows[0]["at_most"])
    axes.barh(names, [most] * len(rows), color="#eeeeee")
    bars = axes.barh(names, seeds, color=[
        BLUE if row["outcome"] == "enough" else GREY for row in rows
    ])  # fmt: skip
    axes.bar_label(bars, [f"{row['closed']} of {row['pairs']} pairs decided" for row in rows],
                   label_type="edge", padding=-4, fontsize=8, color="black")  # fmt: skip
    for text, width in zip(axes.texts, seeds, strict=True):
        text.set_horizontalalignment("right" if width > most / 2 else "left")
        text.set_x(0)
        text.set_color("white" if width > most / 2 else "black")
        text.set_position((-4 if width > most / 2 else 4, 0))
    axes.invert_yaxis()
    axes.set_xlim(0, most)
    axes.set_xlabel(f"seeds of each algorithm, of at most {most}")
    saved, runs = (sum(int(row[key]) for row in rows) for key in ("saved", "runs"))
    early = [
        row["problem"]
        for row in rows
        if row["outcome"] == "enough" and row["seeds"] != row["at_most"]
    ]
    return [
        "# Seeds in stages", "",
        "Is crossover worth it? Each problem gets more seeds until its comparison is decided, and "
        "the error over all looks and pairs stays at 5 % ([seeds.md](../seeds.md)).", "",
        *shown(config),
        *save(figure, "stages"),
        f"{len(early)} of {len(rows)} problems ended before {most} seeds"
        f"{': ' + ', '.join(early) if early else ''}. {runs:,} runs were done, and {saved:,} were "
        "not needed. A pair that does not differ is never decided, so its problem goes on to the "
        "most: a small difference may be there and need more than "
        f"{most} seeds.", "",
    ]  # fmt: skip


PAGES: dict[str, Callable[[Path], list[str]]] = {
    "extend": extend, "stages": stages, "designs": designs, "importance": importance,
}  # fmt: skip


def main() -> None:
    """Make the pages that are named, or all."""
    for name in sys.argv[1:] or PAGES:
        with tempfile.TemporaryDirectory() as scratch:
            lines = PAGES[name](Path(scratch))
        (GALLERY / f"{name}.md").write_text("\n".join([*lines, MADE, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
