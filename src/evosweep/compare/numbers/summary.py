"""The summary: a row for each configuration on each backend."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from evosweep.compare.numbers.quality import Quality, quartiles
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.read.labels import by_name, identity
from evosweep.compare.read.run import Failure, Run
from evosweep.compare.read.study import Study

COLUMNS = (
    Column("problem", "problem", link="problem_link"),
    Column("algorithm", "algorithm", link="runs_link"),
    Column("backend", "backend"),
    Column("workers", "workers"),
    Column("runs", "runs", link="runs_link"),
    Column("failed", "failed"),
    Column("best_median", "median", digits=6),
    Column("best_q1", "1st quartile", digits=6),
    Column("best_q3", "3rd quartile", digits=6),
    Column("evaluations", "evaluations"),
    Column("wall_seconds", "wall time", "s", 3),
    Column("measure", "measure"),
)


def summarise(study: Study, qualities: Mapping[str, Quality]) -> Table:
    """Runs, median and quartiles of the best, evaluations and wall time (medians over seeds)."""
    groups: dict[tuple[str, str, str], list[Run]] = defaultdict(list)
    for run in study.runs:
        groups[study.problem(run), study.algorithm(run), study.backend(run)].append(run)
    failed = Counter(_place(failure) for failure in study.failures)
    rows = [
        _row(key, groups[key], qualities[key[0]], failed) for key in sorted(groups, key=by_name)
    ]
    return Table(
        "summary",
        "Summary",
        COLUMNS,
        rows,
        "Median and quartiles of the final result over the runs; evaluations and wall time are "
        "medians over the runs. Failed counts runs with an outcome other than a receipt.",
    )


def _place(item: Run | Failure) -> str:
    """What groups runs and failures alike: the spec without its seed."""
    if isinstance(item, Run):
        parts = [item.problem, item.algorithm, item.backend]
    else:
        parts = [item.spec.get(name) or {} for name in ("problem", "algorithm", "backend")]
    return " ".join(identity(part) for part in parts)


def _row(
    key: tuple[str, str, str], runs: Sequence[Run], quality: Quality, failed: Mapping[str, int]
) -> Row:
    values = quality.of(runs)
    q1, median, q3 = quartiles(values)
    return {
        "problem": key[0],
        "algorithm": key[1],
        "backend": key[2],
        "workers": runs[0].workers,
        "runs": len(runs),
        "failed": failed.get(_place(runs[0]), 0),
        "measure": quality.measure,
        "best_median": median,
        "best_q1": q1,
        "best_q3": q3,
        "evaluations": float(np.median([run.evaluations for run in runs])),
        "wall_seconds": float(np.median([run.seconds for run in runs])),
        "problem_link": f"#{anchor('problem', key[0])}",
        "runs_link": f"#{anchor('runs', key[0], key[1])}",
    }


def anchor(*parts: str) -> str:
    """The id of a place in the report, from its labels."""
    text = "-".join(parts)
    return "".join(char if char.isalnum() or char in "-_." else "_" for char in text)
