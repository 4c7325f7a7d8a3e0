"""What the finished experiments of config/proof say, as rows of Markdown tables."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from by_cocopp import expected_running_times
from laws import distribution, leading_ones_chain, mean, onemax_chain
from moocore import hypervolume
from published import expected_running_time
from pyarrow import parquet

from evosweep.compare.numbers.effects import effect

CHAINS = {"onemax": onemax_chain, "leading_ones": leading_ones_chain}
SIGNIFICANT = 1.63  # of Kolmogorov and Smirnov's distance times sqrt(n): p = 0.01
FACTOR = 1.5
BBOB = (  # function, dimension, algorithm's name in the config, the entry of 2009
    (10, 10, "one-plus-one-cma", "(1+1)-CMA-ES"),
    (10, 20, "one-plus-one-cma", "(1+1)-CMA-ES"),
    (11, 20, "cma", "BIPOP-CMA-ES"),
    (11, 20, "pycma", "BIPOP-CMA-ES"),
    (6, 5, "one-fifth", "(1+1)-ES, one-fifth rule"),
)


def records(folder: Path) -> list[dict[str, Any]]:
    """The receipts of an experiment's runs."""
    return [json.loads(path.read_text()) for path in folder.glob("runs/*/record.json")]


def distance(times: np.ndarray, law: np.ndarray) -> float:
    """The largest distance between the law and the empirical distribution of `times`."""
    empirical = np.searchsorted(np.sort(times), np.arange(len(law)), side="right") / len(times)
    return float(np.abs(empirical - law).max())


def law_rows(folder: Path) -> Iterator[str]:
    """One row for each problem, size and backend of config/proof/laws.yaml."""
    times = defaultdict(list)
    for record in records(folder):
        problem = record["spec"]["problem"]
        key = (problem["use"], problem["params"]["bits"], record["spec"]["backend"]["use"])
        times[key].append(record["evaluations"])
    for (problem, bits, backend), values in sorted(times.items()):
        counts = np.array(values)
        chain = CHAINS[problem](bits)
        gap = distance(counts, distribution(*chain, counts.max())) * len(counts) ** 0.5
        yield (
            f"| {problem} | {bits} | {backend} | {len(counts):,} | {mean(*chain):,.2f} | "
            f"{counts.mean():,.2f} ± {1.96 * counts.std(ddof=1) / len(counts) ** 0.5:,.2f} | "
            f"{gap:.2f} | {'yes' if gap < SIGNIFICANT else 'NO'} |"
        )


def bbob_rows(folder: Path) -> Iterator[str]:
    """One row for each entry of 2009 that config/proof/bbob.yaml repeats."""
    found = records(folder)
    read_back = expected_running_times(folder)
    for function, dimension, algorithm, entry in BBOB:
        runs = [
            record
            for record in found
            if record["spec"]["algorithm"]["name"] == algorithm
            and record["spec"]["problem"]["params"]["function"] == function
            and record["spec"]["problem"]["params"]["dimension"] == dimension
        ]
        counts = [record["evaluations"] for record in runs]
        solved = sum(is_solved(record) for record in runs)
        published = expected_running_time(function, dimension)
        ours = sum(counts) / solved if solved else float("inf")
        factor = ours / published
        yield (
            f"| f{function}, {dimension}-D | {entry} | {published:,.0f} | {algorithm} | "
            f"{solved} of {len(runs)} | {ours:,.0f} | {np.median(counts):,.0f} | "
            f"{read_back[f'{algorithm} {function} {dimension}']:,.0f} | "
            f"{factor:.2f} | {'yes' if 1 / FACTOR < factor < FACTOR else 'no'} |"
        )


def is_solved(record: dict[str, Any]) -> bool:
    """Whether the run was stopped by its target."""
    return bool(record.get("stopped", {}).get("reason") == "target")


REFERENCE = (1.1, 1.1)


def front_rows(folder: Path) -> Iterator[str]:
    """One row for NSGA-II by evosweep and one for pymoo's, with A12 and its 95 % interval."""
    theirs = folder / "pymoo.json"
    if not theirs.is_file():
        return
    ours = hypervolumes(_fronts(folder))
    peers = hypervolumes(json.loads(theirs.read_text()))
    size = effect(-ours, -peers)  # losses: the larger hypervolume is the better one
    low, high = (1 + size.low) / 2, (1 + size.high) / 2
    holds = "yes" if low <= 0.5 <= high else "no"
    for name, values, verdict in (
        ("evosweep", ours, f"{size.a12:.2f} ({low:.2f} to {high:.2f}) | {holds}"),
        ("pymoo", peers, " | "),
    ):
        low_quartile, median, high_quartile = np.percentile(values, [25, 50, 75])
        yield (
            f"| {name} | {len(values)} | {median:.5f} | "
            f"{low_quartile:.5f} to {high_quartile:.5f} | {verdict} |"
        )


def hypervolumes(fronts: list[np.ndarray]) -> np.ndarray:
    """The hypervolume of each final population up to (1.1, 1.1); 0.8767 is that of the front."""
    return np.array([hypervolume(np.asarray(front), ref=REFERENCE) for front in fronts])


def _fronts(folder: Path) -> list[np.ndarray]:
    tables = [parquet.read_table(path) for path in sorted(folder.glob("runs/*/population.parquet"))]
    return [
        np.column_stack([table["fitness_0"].to_numpy(), table["fitness_1"].to_numpy()])
        for table in tables
    ]
