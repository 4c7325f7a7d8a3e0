"""The pivot: problems against algorithms, the best ones in bold, with ties and significance."""

from collections.abc import Mapping

import numpy as np

from evosweep.compare.numbers.location import median, quartiles
from evosweep.compare.numbers.results import distances
from evosweep.compare.numbers.standing import Floats, Standing
from evosweep.compare.numbers.table import Column, Row, Table, Value, digits_apart, show
from evosweep.compare.read.labels import natural
from evosweep.compare.read.study import Study

DIGITS = 4
WORSE = "°"


def pivot_table(study: Study, standings: Mapping[str, Standing], alpha: float) -> Table:
    """A row for each problem and a column for each algorithm: median and quartiles."""
    every = {name for groups in study.problems.values() for name in groups}
    keys = {name: name if name not in ("problem", "result") else f"algorithm {name}"
            for name in sorted(every, key=natural)}  # fmt: skip
    rows = [_row(study, standings[problem], keys, alpha) for problem in study.problems]
    columns = [
        Column("problem", "problem", link="problem_link"),
        Column("result", "result"),
        *(Column(key, name, strong=f"{key} leads") for name, key in keys.items()),
    ]
    note = (
        "Median, and quartiles in brackets, over one run per seed. Bold: the best median, and "
        f"every one that ties with it. {WORSE}: significantly worse than each of the best. Where "
        "budgets are unequal, the median at the largest common budget stands beside, and decides."
    )
    return Table("pivot", "Problems and algorithms", columns, rows, note)


def _row(study: Study, standing: Standing, keys: Mapping[str, str], alpha: float) -> Row:
    groups = study.problems[standing.problem]
    far = distances(next(iter(groups.values())), np.zeros(1)) is not None
    arrow = "↑" if standing.quality.larger and not far else "↓"
    row: dict[str, Value] = {
        "problem": standing.problem,
        "problem_link": f"#{study.anchor('problem', standing.problem)}",
        "result": f"{'distance to the optimum' if far else standing.quality.measure} {arrow}",
    }
    beaten = standing.beaten(alpha)
    for name, key in keys.items():
        if name in groups:
            row[key] = _cell(study, standing, name) + (WORSE if name in beaten else "")
            row[f"{key} leads"] = name in standing.leaders and len(keys) > 1
    return row


def _cell(study: Study, standing: Standing, name: str) -> str:
    runs = study.problems[standing.problem][name]
    q1, middle, q3 = quartiles(_shown(study, standing, name, standing.quality.of(runs)))
    lead = standing.leaders[0]
    first = study.problems[standing.problem][lead]
    best = median(_shown(study, standing, lead, standing.quality.of(first)))
    digits = digits_apart(middle, best, DIGITS)
    text = f"{show(middle, digits)} ({show(q1, DIGITS)} to {show(q3, DIGITS)})"
    if not standing.at_common_budget:
        return text
    common = median(_shown(study, standing, name, standing.values[name]))
    return f"{text}; {show(common, DIGITS)} at {standing.budget.common} evaluations"


def _shown(study: Study, standing: Standing, name: str, values: Floats) -> Floats:
    """The values as the pivot shows them: as distances where the optimum is known."""
    found = distances(study.problems[standing.problem][name], values)
    return values if found is None else found
