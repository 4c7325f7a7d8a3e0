"""The runs of a config, which decide what is compared and what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evosweep.compare.read.labels import compared, identity
from evosweep.compare.read.run import Failure, Run
from evosweep.compare.read.study import Study
from evosweep.config.stages import Stages
from evosweep.errors import InputError
from evosweep.files.opening import is_folder, read_text
from evosweep.inventory.asked_file import AskedRuns, read_asked

Spec = Mapping[str, object]
_LONGEST = 2**25  # bytes of a list of run_ids: two and a half million


@dataclass(frozen=True)
class Grid:
    """The requested runs: their specs by run_id; a spec is empty if only the id is known.

    `names` has the config's name of each problem, algorithm and backend, by identity. An empty
    `experiment` fits every study. `stages` are those of the seeds, where they come in any.
    """

    specs: Mapping[str, Spec]
    origin: str
    experiment: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    stages: Stages | None = None

    def fits(self, study: Study) -> bool:
        """Return True if a study belongs to this experiment."""
        return self.experiment in ("", study.name)


def read_config(path: Path, results: Path) -> Grid:
    """Return the grid of a config; raises InputError if it has mistakes.

    Parameters
    ----------
    results
        A results folder, or one experiment's: if seeds come in stages, what its looks have decided
        says how many of them are asked for.
    """
    from evosweep.config.load import load
    from evosweep.inventory.stages import asked

    experiment = load(path)
    specs: dict[str, Spec] = {}
    names: dict[str, str] = {}
    own = results if is_folder(results / "runs") else results / experiment.experiment
    for spec in asked(experiment, own):
        parts = spec.to_dict()
        specs[spec.run_id] = parts
        problem, algorithm = compared(parts["problem"], parts["algorithm"])
        shown = {"problem": problem, "algorithm": algorithm, "backend": parts["backend"]}
        for kind, part in shown.items():
            text = identity(part, spec.sources.get(kind, ""))
            names.setdefault(text, str(part.get("name") or ""))
    stages = experiment.seeds if isinstance(experiment.seeds, Stages) else None
    return Grid(specs, str(path), experiment.experiment, names, stages=stages)


def read_ids(path: Path) -> Grid:
    """Return the run_ids in a file, one per line; raises InputError if it cannot be read.

    A file beside it, which the workflow writes, has the parameters of `compare`.
    """
    try:
        lines = read_text(path, _LONGEST).split()
    except (OSError, InputError) as error:
        raise InputError(f"{path}: cannot be read as a list of run_ids: {error}") from error
    combinations = read_asked(path.parent)
    noted = {name: each.compare for each in combinations for name in each.runs}
    specs = {line: _compared(noted[line]) if line in noted else {} for line in lines}
    return Grid(specs, str(path), stages=stages_of(combinations))


def stages_of(combinations: Sequence[AskedRuns]) -> Stages | None:
    """Return the stages of the seeds that the workflow has noted; None if they have none."""
    noted = (each.stages for each in combinations if each.stages is not None)
    return next((reached.stages for reached in noted), None)


def _compared(names: list[str]) -> Spec:
    return {"problem": {"compare": names}}


def take_asked(studies: Sequence[Study], grid: Grid) -> list[Study]:
    """Return the studies; that of the grid with only the grid's runs, and missing runs as failures.

    Other runs of this study are set aside. Raises InputError if the grid fits no study.
    """
    if not any(grid.fits(study) for study in studies):
        names = ", ".join(study.name for study in studies)
        raise InputError(
            f"{grid.origin}: is experiment '{grid.experiment}', and the results are of {names}"
        )
    return [_take(study, grid) if grid.fits(study) else study for study in studies]


def _take(study: Study, grid: Grid) -> Study:
    ids = grid.specs
    present = {run.run_id for run in study.runs} | {item.run_id for item in study.failures}
    missing = tuple(_missing(grid, ids.keys() - present))
    return replace(
        study,
        runs=tuple(_as_asked(run, ids[run.run_id]) for run in study.runs if run.run_id in ids),
        failures=(*(item for item in study.failures if _asked(item, grid)), *missing),
        earlier=tuple(run for run in study.runs if run.run_id not in ids),
        forgotten=tuple(item for item in study.failures if not _asked(item, grid)),
        basis=f"the runs of {grid.origin}" if grid.experiment else "the runs that are asked for",
        names=grid.names,
        config=grid.origin if grid.experiment else "",
        stages=grid.stages,
    )


def _as_asked(run: Run, spec: Spec) -> Run:
    """Return the run with the grid's `compare` parameters, which its receipt may lack."""
    problem = spec.get("problem")
    if not isinstance(problem, Mapping):
        return run
    return replace(run, problem={**run.problem, "compare": problem.get("compare", [])})


def _asked(item: Failure, grid: Grid) -> bool:
    """Return True if a failure may be of a run of the grid; damaged runs have no sure name."""
    return item.run_id in grid.specs or item.kind == "damaged"


def _missing(grid: Grid, run_ids: set[str]) -> Iterator[Failure]:
    error = "in the grid, but there is no folder of it"
    for run_id, spec in grid.specs.items():
        if run_id in run_ids:
            known = spec if "seed" in spec else {}
            yield Failure(run_id, "missing", error=error, path=None, spec=known)
