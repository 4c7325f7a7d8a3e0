"""Choose the runs with a page of their own: all runs or, of many, the typical ones."""

from collections.abc import Mapping
from os.path import relpath
from pathlib import Path

import numpy as np

from evosweep.compare.page.material import Material
from evosweep.compare.read.run import Run
from evosweep.compare.sections.run_page import ShownRun, write_run_page
from evosweep.records.mlflow_page import SIGN

MOST_PAGES = 200


def chosen_runs(material: Material) -> list[Run]:
    """Return all runs, or best, median and worst of each configuration above `MOST_PAGES`."""
    runs = list(material.study.runs)
    if len(runs) <= MOST_PAGES:
        return runs
    telling: dict[str, Run] = {}
    for (problem, _), members in material.study.configurations.items():
        quality = material.qualities[problem]
        order = np.argsort(quality.loss(quality.of(members)), kind="stable")
        for place in (0, len(order) // 2, -1):
            run = members[order[place]]
            telling[run.run_id] = run
    return list(telling.values())[:MOST_PAGES]


def page_name(run: Run) -> str:
    """Return the path of a run's page below the report's folder."""
    return f"run/{run.run_id}.html"


def run_pages(material: Material, out: Path) -> Mapping[str, str]:
    """Return the pages by their names."""
    from threadpoolctl import threadpool_limits

    runs = chosen_runs(material)
    with threadpool_limits(1):  # the matrices are too small for several threads
        return {page_name(run): write_run_page(_shown(material, run, out)) for run in runs}


def _shown(material: Material, run: Run, out: Path) -> ShownRun:
    study = material.study
    problem = study.problem(run)
    quality = material.qualities[problem]
    return ShownRun(
        run,
        problem,
        study.algorithm(run),
        study.backend(run),
        measure=quality.measure,
        result=quality.values[run.run_id],
        receipt=Path(relpath(run.folder.record, out / "run")).as_posix(),
        results=f"results/{study.name}",
        experiment=study.name,
        sign=Path(relpath(study.folder.parent / SIGN, out / "run")).as_posix(),
    )
