"""Write COCO's format, which cocopp reads; only for BBOB problems.

Each algorithm gets a folder with `.info`, `.dat` (one line for each target that is reached) and
`.tdat` (one line at given numbers of evaluations). Runs of one problem with different seeds count
as further trials of its instance. Hansen, Auger, Ros, Mersmann, Tusar and Brockhoff: COCO,
Optimization Methods and Software 36, 2021.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.errors import InputError
from evosweep.export.curves import curves, points
from evosweep.export.written import Written, parameter

HEADER = (
    "% f evaluations | g evaluations | best noise-free fitness - Fopt ({optimum:.12e}) + sum g_i+ "
    "| measured fitness | best measured fitness or single-digit g-values"
)
_FUNCTIONS = 24
Curve = Sequence[tuple[int, float]]
Place = tuple[str, int, int]
"""The label of an algorithm, the number of a function, and a dimension."""


def write(study: Study, folder: Path) -> Written:
    """Write one run per seed of the problems with `use: bbob`."""
    every = [run for runs in study.configurations.values() for run in runs]
    runs = [run for run in every if _is_bbob(run)]
    if not runs:
        raise InputError(f"{study.folder}: no BBOB problem (`use: bbob`) in it, which COCO is for")
    trials: dict[Place, list[tuple[Run, Curve]]] = defaultdict(list)
    left_out: list[str] = []
    for run, trace in curves(runs, left_out):
        trials[_place(study, run)].append((run, points(run, trace)))
    for place, members in sorted(trials.items()):
        members.sort(key=lambda member: (_params(member[0])["instance"], member[0].seed))
        _write_data(folder, place, members)
    for algorithm, function in sorted({place[:2] for place in trials}):
        _write_info(folder, algorithm, function, trials)
    left = len(every) - len(runs)
    others = f" ({left} of other problems left out)" if left else ""
    return Written(f"{len(runs) - len(left_out)} runs{others}", left_out)


def _is_bbob(run: Run) -> bool:
    is_problem = run.problem.get("use") == "bbob" and _optimum(run) is not None
    return (
        is_problem
        and run.objectives == 1
        and run.weights[0] < 0
        and 1 <= _params(run)["function"] <= _FUNCTIONS
    )


def _params(run: Run) -> dict[str, int]:
    """Return the three numbers that name a BBOB problem, with the defaults of `bbob`."""
    defaults = {"function": 1, "instance": 1, "dimension": 5}
    return {name: parameter(run, name, value) for name, value in defaults.items()}


def _optimum(run: Run) -> float | None:
    value = run.traits.get("optimum")
    return None if value is None else float(value)


def _place(study: Study, run: Run) -> Place:
    params = _params(run)
    return study.stems[1][study.algorithm(run)], params["function"], params["dimension"]


def _stem(function: int, dimension: int) -> str:
    return f"data_f{function}/bbobexp_f{function}_DIM{dimension}"


def _write_data(folder: Path, place: Place, members: Sequence[tuple[Run, Curve]]) -> None:
    path = folder / place[0] / _stem(place[1], place[2])
    path.parent.mkdir(parents=True, exist_ok=True)
    for ending, choose in ((".dat", by_target), (".tdat", by_evaluations)):
        lines = []
        for run, curve in members:
            optimum = _optimum(run) or 0.0
            lines.append(HEADER.format(optimum=optimum))
            lines += [_line(count, best, optimum) for count, best in choose(curve, optimum)]
        path.with_name(path.name + ending).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(count: int, best: float, optimum: float) -> str:
    return f"{count} 0 {best - optimum:+.9e} {best:+.9e} {best:+.9e}"


def by_target(curve: Curve, optimum: float) -> Iterator[tuple[int, float]]:
    """Yield the points that reach a new one of COCO's targets, 10^(i/5), and the last point."""
    reached = math.inf
    for place, (count, best) in enumerate(curve):
        level = _level(best - optimum)
        if level < reached or place == len(curve) - 1:
            reached = min(level, reached)
            yield count, best


def _level(gap: float) -> float:
    """Return the number i of the hardest target 10^(i/5) that a distance to the optimum reaches."""
    if math.isinf(gap):
        return math.inf
    level = math.ceil(5 * math.log10(gap)) if gap > 0 else -40
    return max(level, -40)  # COCO's last target is 1e-8


def by_evaluations(curve: Curve, _: float = 0.0) -> Iterator[tuple[int, float]]:
    """Yield the best so far at twenty numbers of evaluations per decade, and at the last one."""
    total, place = curve[-1][0], 0
    for count in _counts(total):
        while place + 1 < len(curve) and curve[place + 1][0] <= count:
            place += 1
        yield count, curve[place][1]


def _counts(total: int) -> list[int]:
    steps = int(20 * math.log10(total)) + 1
    return sorted({int(10 ** (step / 20)) for step in range(steps)} | {total})


def _write_info(
    folder: Path,
    algorithm: str,
    function: int,
    trials: dict[Place, list[tuple[Run, Curve]]],
) -> None:
    lines = []
    for place in sorted(place for place in trials if place[:2] == (algorithm, function)):
        entries = [
            f"{_params(run)['instance']}:{curve[-1][0]}|{curve[-1][1] - (_optimum(run) or 0.0):.1e}"
            for run, curve in trials[place]
        ]
        lines += [
            f"suite = 'bbob', funcId = {function}, DIM = {place[2]}, Precision = 1.000e-08, "
            f"algId = '{algorithm}', logger = 'bbob', data_format = 'bbob-new2'",
            "% written by evosweep",
            f"{_stem(function, place[2])}.dat, {', '.join(entries)}",
        ]
    path = folder / algorithm / f"bbobexp_f{function}.info"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
