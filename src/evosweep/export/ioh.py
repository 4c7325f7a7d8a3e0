"""Write IOHprofiler's format, which iohinspector and IOHanalyzer read.

Each algorithm gets a folder, with a JSON file and a folder of data for each problem. Wang,
Vermetten, Ye, Doerr and Back: IOHanalyzer, ACM Trans. Evolutionary Learning and Optimization 2,
2022.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evosweep import __version__
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.errors import InputError
from evosweep.export.curves import curves, points, single_objective
from evosweep.export.written import Written, parameter
from evosweep.files import strict_json

Place = tuple[str, str]
"""The labels of an algorithm and a problem, which one JSON file describes."""
Scenarios = dict[int, list[dict[str, object]]]
"""The runs by dimension."""


@dataclass(frozen=True)
class LabelNames:
    """Names for labels: the number of each problem, and the stems of file names."""

    ids: Mapping[str, int]
    problems: Mapping[str, str]
    algorithms: Mapping[str, str]


def write(study: Study, folder: Path) -> Written:
    """Write one run per seed, for problems with one objective."""
    every = [run for runs in study.configurations.values() for run in runs]
    runs = single_objective(every)
    if not runs:
        raise InputError(f"{study.folder}: no problem with one objective, which the format is for")
    ids = {label: place for place, label in enumerate(study.problems, start=1)}
    names = LabelNames(ids, *study.stems)
    scenarios: dict[Place, dict[int, list[dict[str, object]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    left_out: list[str] = []
    for run, trace in curves(runs, left_out):
        place = study.algorithm(run), study.problem(run)
        curve = points(run, trace)
        _append(folder / _data_file(place, run, names), curve)
        scenarios[place][_dimension(run)].append(_scenario(run, curve))
    for place, by_dimension in scenarios.items():
        first = next(run for run in runs if study.problem(run) == place[1])
        _write_json(folder, place, first, by_dimension=by_dimension, names=names)
    left, count = len(every) - len(runs), len(runs) - len(left_out)
    several = f" ({left} with several objectives left out)" if left else ""
    return Written(f"{count} runs{several}", left_out)


def _dimension(run: Run) -> int:
    return parameter(run, "dimension", run.genome_length or 0)


def _function_id(run: Run, place: Place, names: LabelNames) -> int:
    """Return the number of a BBOB function; other problems get numbers from 1001 on."""
    if run.problem.get("use") == "bbob":
        return parameter(run, "function", 1)
    return 1000 + names.ids[place[1]]


def _data_folder(place: Place, run: Run, names: LabelNames) -> str:
    return f"data_f{_function_id(run, place, names)}_{names.problems[place[1]]}"


def _data_file(place: Place, run: Run, names: LabelNames) -> Path:
    name = f"IOHprofiler_f{_function_id(run, place, names)}_DIM{_dimension(run)}.dat"
    return Path(names.algorithms[place[0]]) / _data_folder(place, run, names) / name


def _append(path: Path, curve: Sequence[tuple[int, float]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["evaluations raw_y", *(f"{count} {best!r}" for count, best in curve)]
    with path.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _scenario(run: Run, curve: Sequence[tuple[int, float]]) -> dict[str, object]:
    best = curve[-1][1]
    count = next(count for count, value in curve if value == best)
    return {
        "instance": parameter(run, "instance", 1),
        "evals": curve[-1][0],
        "best": {"evals": count, "y": best, "x": []},
    }


def _write_json(
    folder: Path,
    place: Place,
    first: Run,
    *,
    by_dimension: Mapping[int, list[dict[str, object]]],
    names: LabelNames,
) -> None:
    number = _function_id(first, place, names)
    data = _data_folder(place, first, names)
    described = {
        "version": __version__,
        "suite": "BBOB" if first.problem.get("use") == "bbob" else "evosweep",
        "function_id": number,
        "function_name": place[1],
        "maximization": first.weights[0] > 0,
        "algorithm": {"name": place[0], "info": f"evosweep {__version__}"},
        "attributes": ["evaluations", "raw_y"],
        "scenarios": [
            {"dimension": dimension, "path": f"{data}/IOHprofiler_f{number}_DIM{dimension}.dat",
             "runs": entries}
            for dimension, entries in sorted(by_dimension.items())
        ],
    }  # fmt: skip
    path = (
        folder
        / names.algorithms[place[0]]
        / f"IOHprofiler_f{number}_{names.problems[place[1]]}.json"
    )
    path.write_text(strict_json.dumps(described, indent=1), encoding="utf-8")
