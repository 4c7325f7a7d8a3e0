"""A config file, read and checked whole: every mistake at once, before anything runs."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evosweep.backends.table import BACKENDS
from evosweep.config import grid, yaml_subset
from evosweep.config.experiment import Algorithm, Experiment, Problem, Swept
from evosweep.config.strict import explain
from evosweep.errors import InputError
from evosweep.plugins import signatures


def load(path: str | Path, overrides: Mapping[str, Any] | None = None) -> Experiment:
    """The experiment in a config file, with `overrides` laid over it, mappings key by key.

    Raises InputError with a line for each mistake: in the file's form, in the functions it names,
    in their parameters and in the grid. Imports nothing of the user's.
    """
    data = laid_over(yaml_subset.read(Path(path)), overrides or {})
    import_path = os.path.relpath(Path(path).parent)
    mistakes = []
    try:
        experiment = Experiment.parse(data, import_path)
    except ValidationError as error:
        mistakes = list(explain(error, Experiment))
    mistakes += _functions(data, import_path)
    mistakes = mistakes or [*_missing_extras(experiment), *grid.mistakes(experiment)]
    if mistakes:
        lines = "\n  ".join([f"{len(mistakes)} mistakes", *mistakes])
        raise InputError(f"{path}: {lines if len(mistakes) > 1 else mistakes[0]}")
    return experiment


def check_results(folder: Path) -> None:
    """Raise InputError when `folder` cannot be created or written to."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise InputError(f"{existing} is not a folder; results are written to {folder}")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise InputError(f"{existing} cannot be written to; results are written to {folder}")


def _functions(data: dict[str, Any], import_path: str) -> Iterator[str]:
    """What is wrong with the functions that are named, also where other keys are wrong."""
    kinds: tuple[tuple[str, type[Swept]], ...] = (("problem", Problem), ("algorithm", Algorithm))
    for kind, model in kinds:
        entries = data.get(f"{kind}s")
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            try:
                part = model.model_validate(entry)
            except ValidationError:
                continue  # told already
            params = part.params | part.grid
            for key, message in signatures.complaints(kind, part.use, params, import_path):
                where, _, parameter = key.partition(".")
                where = "grid" if parameter in part.grid else where
                yield f"{kind}s.{name}.{where}{'.' * bool(parameter)}{parameter}: {message}"


def _missing_extras(experiment: Experiment) -> Iterator[str]:
    if experiment.container.engine != "none":
        return  # the image has its own packages
    for name, backend in experiment.backends.items():
        kind = BACKENDS[backend.use]
        if not kind.is_installed:
            yield (
                f"backends.{name}.use: {backend.use} needs a package that is not installed: "
                f"{kind.install}"
            )


def laid_over(data: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping `data` with `overrides` in it, mappings in both key by key."""
    merged = dict(data)
    for key, value in overrides.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, Mapping):
            merged[key] = laid_over(below, value)
        else:
            merged[key] = value
    return merged
