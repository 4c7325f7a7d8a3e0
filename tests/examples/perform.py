"""Every example once: plain, or by evosweep on one backend.

usage: perform.py plain|serial|pool|scoop FOLDER [NAME ...]    digests go to FOLDER/digests.json
"""

import json
import random
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from cases import CASES
from deap import tools

from evosweep.backends.protocol import Backend
from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.genomes.digest import population_digest
from evosweep.records.folder import RunFolder
from evosweep.run.attempt import run_one

SEED = 7


def _load(name: str) -> Any:
    module, function = name.split(":")
    return getattr(import_module(module), function)


def plain(name: str) -> str:
    """The digest of the program as one writes it by hand: seeds, a toolbox, DEAP's own map."""
    problem, params, algorithm, options = CASES[name]
    random.seed(0)
    np.random.seed(0)
    toolbox = _load(problem)(**params)
    random.seed(SEED)
    np.random.seed(SEED)
    statistics = tools.Statistics(lambda ind: ind.fitness.values)
    statistics.register("best", np.max, axis=0)
    hall = tools.HallOfFame(1, similar=lambda one, other: list(one) == list(other))
    population, _ = _load(algorithm)(toolbox, statistics=statistics, hall_of_fame=hall, **options)
    return population_digest(population)


def performed(name: str, backend: Backend, use: str, folder: Path) -> str:
    """The digest of the final population of a run of evosweep."""
    problem, params, algorithm, options = CASES[name]
    spec = {
        "problem": {"use": problem, "params": params, "timeout": 600},
        "algorithm": {"use": algorithm, "params": options},
        "backend": {"use": use, "workers": backend.workers},
        "seed": SEED,
        "import_path": str(Path(__file__).parent),
    }
    return run_one(RunSpec.parse(spec), RunFolder(folder), backend).population_digest


def main(how: str, folder: Path, names: list[str]) -> None:
    """Performs the examples; what fails has its error as its digest."""
    digests = {}
    with create(
        "serial" if how == "plain" else how, 2 if how in ("pool", "scoop") else 1
    ) as backend:
        for name in names or CASES:
            try:
                own = folder / name.replace("/", "-")
                digests[name] = (
                    plain(name) if how == "plain" else performed(name, backend, how, own)
                )
            except Exception as error:
                traceback.print_exc()
                digests[name] = f"{type(error).__name__}: {error}"
    (folder / "digests.json").write_text(json.dumps(digests))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
