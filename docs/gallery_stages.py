"""The page on seeds in stages."""

from pathlib import Path

import yaml
from gallery_study import BLUE, GALLERY, GREY, save, shown, sweep, table
from matplotlib import pyplot as plt


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
    colours = [BLUE if row["outcome"] == "enough" else GREY for row in rows]
    axes.barh(names, seeds, color=colours)
    for number, (row, width) in enumerate(zip(rows, seeds, strict=True)):
        inside = width > most / 2
        axes.annotate(
            f"{row['closed']} of {row['pairs']} pairs decided", (width, number),
            (-4 if inside else 4, 0), textcoords="offset points", va="center", fontsize=8,
            ha="right" if inside else "left", color="white" if inside else "black",
        )  # fmt: skip
    axes.invert_yaxis()
    axes.set_xlim(0, most)
    axes.set_xlabel(f"seeds of each algorithm, of at most {most}")
    saved, runs = (sum(int(row[key]) for row in rows) for key in ("saved", "runs"))
    early = [
        name
        for name, row, count in zip(names, rows, seeds, strict=True)
        if row["outcome"] == "enough" and count < most
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
