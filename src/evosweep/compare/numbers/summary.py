"""The summary: a row for each configuration on each backend."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from evosweep.compare.numbers.location import quartiles
from evosweep.compare.numbers.quality import Quality
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
    Column("best_median", "median"),
    Column("best_q1", "1st quartile"),
    Column("best_q3", "3rd quartile"),
    Column("evaluations", "evaluations"),
    Column("wall_seconds", "wall time", "s", 3),
    Column("measure", "measure"),
)


def summarise(study: Study, qualities: Mapping[str, Quality]) -> Table:
    """Return rows with runs, median and quartiles of the best, evaluations and wall time.

    Numbers are medians over seeds.
    """
    groups: dict[tuple[str, str, str], list[Run]] = defaultdict(list)
    for run in study.runs:
        groups[study.problem(run), study.algorithm(run), study.backend(run)].append(run)
    failed = Counter(_place(failure) for failure in study.failures)
    rows = [
        {
            **_links(study, key),
            "failed": failed.get(_place(groups[key][0]), 0),
            **_row(key, groups[key], qualities[key[0]]),
        }
        for key in sorted(groups, key=by_name)
    ]
    return Table(
        "summary",
        "Summary",
        COLUMNS,
        rows,
        note="Median and quartiles of the final result over the runs; evaluations and wall "
        "time are medians over the runs. Failed counts runs with an outcome other than a receipt.",
    )


def _place(item: Run | Failure) -> str:
    """Return a key that groups runs and failures: the spec without its seed."""
    if isinstance(item, Run):
        return " ".join(identity(part) for part in (item.problem, item.algorithm, item.backend))
    return " ".join(identity(item.part(kind)) for kind in ("problem", "algorithm", "backend"))


def _links(study: Study, key: tuple[str, str, str]) -> Row:
    return {
        "problem_link": f"#{study.anchor('problem', key[0])}",
        "runs_link": f"#{study.anchor('runs', key[0], key[1])}",
    }


def _row(key: tuple[str, str, str], runs: Sequence[Run], quality: Quality) -> Row:
    q1, middle, q3 = quartiles(quality.of(runs))
    return {
        "problem": key[0],
        "algorithm": key[1],
        "backend": key[2],
        "workers": runs[0].workers,
        "runs": len(runs),
        "measure": quality.measure,
        "best_median": middle,
        "best_q1": q1,
        "best_q3": q3,
        "evaluations": float(np.median([run.evaluations for run in runs])),
        "wall_seconds": float(np.median([run.seconds for run in runs])),
    }
