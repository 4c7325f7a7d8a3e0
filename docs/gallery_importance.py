"""The page on which parameter matters: by a full grid, and by a sample."""

from pathlib import Path

from gallery_designs import MANY, sampled
from gallery_study import Config, photograph, shown, sweep, table

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
