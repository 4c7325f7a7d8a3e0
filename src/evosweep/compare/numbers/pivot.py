"""The pivot table of problems and algorithms, with bold leaders, ties and significance."""

from collections.abc import Mapping, Sequence

import numpy as np

from evosweep.compare.numbers.location import median, quartiles
from evosweep.compare.numbers.results import distances
from evosweep.compare.numbers.standing import Floats, Standing
from evosweep.compare.numbers.table import Column, Row, Table, Value, digits_apart, show
from evosweep.compare.read.labels import natural
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study

DIGITS = 3
WORSE = "°"
NOTE = (
    "Median, and quartiles in brackets, over one run per seed; an arrow says which way is better. "
    "Bold: the best median, and every one that ties with it. "
    f"{WORSE}: significantly worse than each of the best that it was tested against."
)
AT_COMMON = (
    " Where budgets are unequal, the median at the largest common budget stands behind the stroke "
    "and decides."
)


def pivot_tables(study: Study, standings: Mapping[str, Standing], alpha: float) -> list[Table]:
    """Return one table per kind of problem, with rows for problems and columns for algorithms."""
    kinds: dict[str, list[Standing]] = {"pivot": [], "pivot_several": []}
    for standing in standings.values():
        single = _runs(study, standing, standing.order[0])[0].objectives == 1
        kinds["pivot" if single else "pivot_several"].append(standing)
    return [_table(study, name, members, alpha) for name, members in kinds.items() if members]


def _table(study: Study, name: str, standings: Sequence[Standing], alpha: float) -> Table:
    every = {name for standing in standings for name in standing.values}
    algorithms = sorted(every, key=natural)
    rows = [_row(study, standing, alpha) for standing in standings]
    columns = [
        Column("problem", "problem", link="problem_link"),
        Column("result", "result"),
        *(Column(_key(label), label, strong=f"{label} leads") for label in algorithms),
    ]
    common = AT_COMMON if any(standing.at_common_budget for standing in standings) else ""
    title = "Several objectives" if name == "pivot_several" else "One objective"
    return Table(name, title, columns, rows, note=NOTE + common, floats=True)


def _key(label: str) -> str:
    return f"algorithm {label}" if label in ("problem", "result") else label


def _row(study: Study, standing: Standing, alpha: float) -> Row:
    far = distances(_runs(study, standing, standing.order[0]), np.zeros(1)) is not None
    arrow = "↑" if standing.quality.larger and not far else "↓"
    measure = "distance to the optimum" if far else standing.quality.measure
    row: dict[str, Value] = {
        "problem": standing.problem,
        "problem_link": f"#{study.anchor('problem', standing.problem)}",
        "result": f"{measure} {arrow}",
    }
    if standing.at_common_budget:
        row["result"] = f"{row['result']} / at {standing.budget.common} evaluations"
    beaten = standing.beaten(alpha)
    tells = len(standing.leaders) < len(standing.order)
    for name in standing.values:
        row[_key(name)] = _cell(study, standing, name) + (WORSE if name in beaten else "")
        row[f"{name} leads"] = tells and name in standing.leaders
    return row


def _cell(study: Study, standing: Standing, name: str) -> str:
    final = _final(study, standing, name)
    q1, middle, q3 = quartiles(final)
    best = median(_final(study, standing, standing.leaders[0]))
    text = show(middle, digits_apart(middle, best, DIGITS))
    if q1 != q3:
        text = f"{text} ({show(q1, DIGITS)} to {show(q3, DIGITS)})"
    if not standing.at_common_budget:
        return text
    common = _shown(study, standing, name, standing.values[name])
    first = _shown(study, standing, standing.leaders[0], standing.values[standing.leaders[0]])
    value = median(common)
    return f"{text} / {show(value, digits_apart(value, median(first), DIGITS))}"


def _runs(study: Study, standing: Standing, name: str) -> Sequence[Run]:
    return study.problems[standing.problem][name]


def _final(study: Study, standing: Standing, name: str) -> Floats:
    return _shown(study, standing, name, standing.quality.of(_runs(study, standing, name)))


def _shown(study: Study, standing: Standing, name: str, values: Floats) -> Floats:
    """Return the values for the pivot: distances if the optimum is known."""
    gaps = distances(_runs(study, standing, name), values)
    return values if gaps is None else gaps
