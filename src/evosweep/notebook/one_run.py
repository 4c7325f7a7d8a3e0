"""One run from a notebook: `evosweep.run(problem, algorithm, seed=1)`."""

import json
import os
import shutil
import sys
import tempfile
import warnings
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from evosweep.backends import table
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.evaluation import seeds
from evosweep.genomes.deap_types import Individual
from evosweep.notebook.calls import call
from evosweep.notebook.named import Choice, Chosen, Function, chosen
from evosweep.plugins import handed, search, sources
from evosweep.records.folder import RunFolder
from evosweep.records.reading import load_record
from evosweep.records.record import Record
from evosweep.run.attempt import run_one
from evosweep.run.repeated_population import repeated_population

if TYPE_CHECKING:
    from evosweep.notebook.frames import Frame, Library


_HERE = "."


class UnnamedRun(UserWarning):
    """The functions of a run have no source to name it: nobody can find or repeat it later."""


class FinishedRun:
    """A finished run: its receipt, and its final population as DEAP individuals.

    Attributes
    ----------
    record
        The receipt, as docs/record.md describes it.
    folder
        The run's folder. A temporary folder is removed together with this object.
    named
        True if source code names the run. The `run_id` of any other run is random.
    """

    def __init__(
        self, folder: RunFolder, functions: Mapping[str, Function], import_path: str
    ) -> None:
        self.record: Record = load_record(folder.path)
        self.folder = folder.path
        self.named = not functions
        self._functions, self._import_path = functions, import_path

    @cached_property
    def population(self) -> list[Individual]:
        """The final population in its order: the program's own individuals with their fitness.

        Selection and variation are repeated, with the evaluations of the journal, and the digest
        must be that of the receipt.
        """
        with _importable(self._import_path), handed.handed(self._functions):
            return list(repeated_population(self.record, RunFolder(self.folder), self._import_path))

    @property
    def best(self) -> Individual:
        """The best individual of the final population; by its first objective, if several."""
        return max(self.population, key=lambda individual: individual.fitness.wvalues)

    def generations(self, frames: "Library" = "pandas") -> "Frame":
        """Return one row per generation: the logbook, with `best_so_far`."""
        from evosweep.compare.read.run import read_run
        from evosweep.notebook import columns
        from evosweep.notebook.frames import as_frame

        return as_frame(columns.generations(read_run(RunFolder(self.folder))), frames)

    def __repr__(self) -> str:
        record = self.record
        return (
            f"<run {record.run_id}: best {record.best}, {record.evaluations:,} evaluations, "
            f"population {record.population_digest[:12]}>"
        )


def run(
    problem: Choice,
    algorithm: Choice,
    *,
    seed: int,
    backend: str | Mapping[str, object] = "serial",
    results: str | Path | None = None,
    import_path: str = _HERE,
) -> FinishedRun:
    """Perform one run; return its receipt and its final population.

    A run of named functions happens in a process of its own, exactly as `evosweep run` does it. A
    function of a notebook's cell has no source that another process finds: its run happens in this
    process, on backend serial, in a temporary folder, and a warning says that it has no name.

    Parameters
    ----------
    problem
        A name (`"onemax"`, `"my_problem:build"`), a function that returns a DEAP toolbox, or a part
        of a spec: `{"use": ..., "params": {...}}`.
    algorithm
        The same for an algorithm, such as `deap.algorithms.eaSimple`.
    seed
        From 0 to 2**32 - 1.
    backend
        `NAME`, `NAME:WORKERS`, or the backend of a spec.
    results
        The folder of an experiment, `results/<experiment>`. The run is in its `runs/<run_id>`, and
        is not repeated if it is there already. None: a temporary folder.
    import_path
        The folder of the modules that are given by name.

    Returns
    -------
    FinishedRun
        With `record`, `population`, `best` and `generations()`.

    Raises
    ------
    InputError
        If an argument is wrong.
    RunError
        If the run failed.
    """
    parts = {
        "problem": chosen("problem", problem, import_path),
        "algorithm": chosen("algorithm", algorithm, import_path),
    }
    where = _one_root(parts.values(), import_path)
    given = table.choice(backend) if isinstance(backend, str) else dict(backend)
    rest: dict[str, object] = {"backend": given, "seed": seed, "import_path": where}
    if unnamed := [kind for kind, part in parts.items() if part.function is not None]:
        _check_unnamed(unnamed[0], parts["problem"], given, results)
        return _run_here(parts, rest)
    spec = RunSpec.parse({**{kind: part.part for kind, part in parts.items()}, **rest})
    return _run_by_name(spec, results)


def _check_unnamed(
    kind: str, problem: Chosen, backend: Mapping[str, object], results: str | Path | None
) -> None:
    """Raise `InputError` for options that a run without a name cannot have."""
    if results is not None:
        raise InputError(
            f"results: no source names the {kind} (it is defined in a notebook's cell, in another "
            "function or by a decorator), so its run cannot lie among runs that have names; write "
            "it into a module, or leave results out"
        )
    if backend.get("use") != table.REFERENCE:
        raise InputError(
            f"backend: the {kind} is known in this process alone, and workers of "
            f"{backend.get('use')} could not find it; write it into a module, or use serial"
        )
    if "timeout" in problem.part:
        raise InputError(
            f"problem.timeout: the {kind} is known in this process alone, which cannot end its own "
            "evaluation; write it into a module, or leave timeout out"
        )


def _one_root(parts: Iterable[Chosen], import_path: str) -> str:
    """Return the folder of all functions' modules, relative to the working folder."""
    roots = {os.path.relpath(part.root) for part in parts if part.root}
    if not roots:
        return import_path
    named = set() if import_path == _HERE else {os.path.relpath(import_path)}
    if len(roots | named) > 1:
        places = " and ".join(sorted(roots | named))
        raise InputError(
            f"import_path: the modules of the functions lie in {places}, and a run has one folder "
            "of modules; put them into one, or name one in PYTHONPATH"
        )
    return roots.pop()


def _run_by_name(spec: RunSpec, results: str | Path | None) -> FinishedRun:
    spec.check()
    temporary = None if results is not None else _temporary_folder()
    parent = Path(results, "runs") if results is not None else temporary
    assert parent is not None
    folder = RunFolder(parent / spec.run_id)
    try:
        call(["run", "--spec", json.dumps(spec.to_dict()), "--out", str(folder.path)], told=False)
        return _removing(FinishedRun(folder, {}, spec.import_path), temporary)
    except BaseException:
        _remove(temporary)
        raise


def _run_here(parts: Mapping[str, Chosen], rest: Mapping[str, object]) -> FinishedRun:
    """Perform a run whose functions exist in this process only."""
    functions: dict[str, Function] = {}
    named: dict[str, object] = {}
    for kind, part in parts.items():
        named[kind] = part.part
        if part.function is not None:
            use = handed.new_use(part.function)
            functions[use] = part.function
            named[kind] = {**part.part, "use": use}
    spec = RunSpec.parse({**named, **rest})
    spec = spec.named_by({kind: _source(spec, kind) for kind in spec.functions})
    warnings.warn(
        f"{' and '.join(kind for kind, part in parts.items() if part.function is not None)}: no "
        "source names this run, so it lies in a temporary folder, and nobody can repeat it from "
        "its receipt; write the function into a module to give the run a name",
        UnnamedRun,
        stacklevel=4,  # this package is called through `evosweep.run`
    )
    temporary = _temporary_folder()
    before = seeds.state()
    try:
        with (
            _importable(spec.import_path),
            handed.handed(functions),
            table.create(table.REFERENCE) as backend,
        ):
            run_one(spec, RunFolder(temporary / spec.run_id), backend)
        folder = RunFolder(temporary / spec.run_id)
        return _removing(FinishedRun(folder, functions, spec.import_path), temporary)
    except BaseException:
        _remove(temporary)
        raise
    finally:
        before.restore()


def _source(spec: RunSpec, kind: str) -> str:
    use = spec.functions[kind]
    if handed.is_handed(use):
        return "no source names it"
    return sources.digest(kind, use, spec.import_path)


@contextmanager
def _importable(import_path: str) -> Iterator[None]:
    """Make a folder importable in the block; restore `sys.path` after it."""
    before = sys.path.copy()
    search.make_importable(import_path)
    try:
        yield
    finally:
        sys.path[:] = before


def _temporary_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="evosweep-run-"))


def _removing(run: FinishedRun, folder: Path | None) -> FinishedRun:
    """Remove the temporary folder when the object of the run is gone; return the run."""
    if folder is not None:
        weakref.finalize(run, _remove, folder)
    return run


def _remove(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
