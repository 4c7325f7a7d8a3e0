"""The page on a longer run that takes the evaluations of a shorter one."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from gallery_study import BLUE, GREY, ORANGE, Config, records, save, shown, study, sweep
from matplotlib import pyplot as plt
from pyarrow import parquet

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
