"""IOHprofiler's format, as iohinspector and IOHanalyzer read it.

A folder for each algorithm; in it a JSON file and a folder of data for each problem. Wang,
Vermetten, Ye, Doerr and Back: IOHanalyzer, ACM Trans. Evolutionary Learning and Optimization 2,
2022.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evosweep import __version__
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.errors import InputError
from evosweep.export.curves import curves, points, single_objective

Place = tuple[str, str]
"""Labels of algorithm and problem: what one JSON file describes."""


@dataclass(frozen=True)
class Names:
    """What stands for a label: the number of a problem, and the stems of names of files."""

    ids: Mapping[str, int]
    problems: Mapping[str, str]
    algorithms: Mapping[str, str]


def write(study: Study, folder: Path) -> str:
    """Write one run a seed, problems with one objective; returns what was written."""
    every = [run for runs in study.configurations.values() for run in runs]
    runs = single_objective(every)
    if not runs:
        raise InputError(f"{study.folder}: no problem with one objective, which the format is for")
    ids = {label: place for place, label in enumerate(study.problems, start=1)}
    names = Names(ids, *study.stems)
    scenarios: dict[Place, dict[int, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for run, trace in curves(runs):
        place = study.algorithm(run), study.problem(run)
        found = points(run, trace)
        _append(folder / _data_file(place, run, names), found)
        scenarios[place][_dimension(run)].append(_entry(run, found))
    for place, by_dimension in scenarios.items():
        first = next(run for run in runs if study.problem(run) == place[1])
        _write_json(folder, place, first, by_dimension=by_dimension, names=names)
    left = len(every) - len(runs)
    return f"{len(runs)} runs" + (f" ({left} with several objectives left out)" if left else "")


def _dimension(run: Run) -> int:
    return int((run.problem.get("params") or {}).get("dimension") or run.genome_length or 0)


def _function_id(run: Run, place: Place, names: Names) -> int:
    """BBOB functions keep their number; others are numbered from 1001 by their labels."""
    if run.problem.get("use") == "bbob":
        return int((run.problem.get("params") or {}).get("function", 1))
    return 1000 + names.ids[place[1]]


def _data_folder(place: Place, run: Run, names: Names) -> str:
    return f"data_f{_function_id(run, place, names)}_{names.problems[place[1]]}"


def _data_file(place: Place, run: Run, names: Names) -> Path:
    name = f"IOHprofiler_f{_function_id(run, place, names)}_DIM{_dimension(run)}.dat"
    return Path(names.algorithms[place[0]]) / _data_folder(place, run, names) / name


def _append(path: Path, found: Sequence[tuple[int, float]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["evaluations raw_y", *(f"{count} {best!r}" for count, best in found)]
    with path.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _entry(run: Run, found: Sequence[tuple[int, float]]) -> dict[str, Any]:
    best = found[-1][1]
    count = next(count for count, value in found if value == best)
    params = run.problem.get("params") or {}
    return {
        "instance": int(params.get("instance", 1)),
        "evals": found[-1][0],
        "best": {"evals": count, "y": best, "x": []},
    }


def _write_json(
    folder: Path,
    place: Place,
    first: Run,
    *,
    by_dimension: Mapping[int, list[dict[str, Any]]],
    names: Names,
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
    path.write_text(json.dumps(described, indent=1), encoding="utf-8")
