"""Read and check a config file: report all mistakes at once, before anything runs."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from evosweep.backends.names import SLURM
from evosweep.backends.table import BACKENDS
from evosweep.config import comparisons, grid, yaml_subset
from evosweep.config.experiment import Experiment
from evosweep.config.functions import mistakes_in_functions, right_part
from evosweep.config.strict import explain
from evosweep.errors import InputError, printable
from evosweep.files.opening import obstacle

_SHOWN = 100  # most mistakes that are listed


@dataclass(frozen=True)
class Examined:
    """The correct parts of a config file, and its mistakes."""

    experiment: Experiment | None
    """The whole experiment; if there are mistakes, its correct problems and algorithms, if any."""
    mistakes: list[str]


def load(path: str | Path, overrides: Mapping[str, object] | None = None) -> Experiment:
    """Return the experiment in a config file.

    Parameters
    ----------
    path
        The YAML file. Its folder is the import path of the user's modules, but nothing is imported.
    overrides
        Values that replace those of the file; mappings are merged key by key.

    Raises
    ------
    InputError
        With a line for each mistake: in the file's form, in the functions that it names, in their
        parameters, and in the grid.
    """
    examined = examine(path, overrides)
    if examined.mistakes or examined.experiment is None:
        raise InputError(listed(path, examined.mistakes))
    return examined.experiment


def examine(path: str | Path, overrides: Mapping[str, object] | None = None) -> Examined:
    """Return a config file and its mistakes; raises InputError only if it cannot be read."""
    data = laid_over(yaml_subset.read(Path(path)), overrides or {})
    import_path = os.path.relpath(Path(path).parent)
    mistakes = []
    try:
        experiment = Experiment.parse(data, import_path)
    except ValidationError as error:
        mistakes = list(explain(error, Experiment))
    mistakes += mistakes_in_functions(data, import_path)
    if mistakes:
        return Examined(right_part(data, import_path), mistakes)
    mistakes = list(grid.mistakes(experiment))
    if not mistakes:
        mistakes = list(comparisons.mistakes(experiment))
    return Examined(experiment, [*_unusable_backends(experiment), *mistakes])


def listed(path: str | Path, mistakes: Sequence[str]) -> str:
    """Return mistakes in a config as one message, with a line for each if there are several."""
    name = printable(str(path))
    if len(mistakes) == 1:
        return f"{name}: {mistakes[0]}"
    rest = len(mistakes) - _SHOWN
    lines = [*mistakes[:_SHOWN], *([f"... and {rest} more"] if rest > 0 else [])]
    return "\n  ".join([f"{name}: {len(mistakes)} mistakes", *lines])


def check_results(folder: Path) -> None:
    """Raise InputError if `folder` cannot be created or written to."""
    if problem := obstacle(folder):
        raise InputError(f"{problem}; results are written to {folder}")
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        raise InputError(f"{existing} cannot be written to; results are written to {folder}")


def _unusable_backends(experiment: Experiment) -> Iterator[str]:
    engine = experiment.container.engine
    for name, backend in experiment.backends.items():
        kind = BACKENDS[backend.use]
        if engine != "none" and not kind.contained:
            yield (
                f"backends.{name}.use: {backend.use} is not in the images of runs, which have no "
                f"network for it either; use pool, or engine: none instead of {engine}"
            )
        if engine != "none" and backend.hosts is not None:
            yield (
                f"backends.{name}.hosts: a run in a container reaches no other host; use engine: "
                f"none instead of {engine}"
            )
        if isinstance(backend.hosts, str) and not _is_known(backend.hosts):
            yield (
                f"backends.{name}.hosts: there is no file {backend.hosts}; give a list of hosts, a "
                f"file with one in each line, or {SLURM}"
            )
        if engine == "none" and not kind.is_installed:  # an image has its own packages
            yield (
                f"backends.{name}.use: {backend.use} needs a package that is not installed: "
                f"{kind.install}"
            )


def _is_known(hosts: str) -> bool:
    return hosts == SLURM or Path(hosts).is_file()


def laid_over(data: Mapping[str, object], overrides: Mapping[str, object]) -> dict[str, object]:
    """Return `data` with the values of `overrides`; nested mappings are merged key by key."""
    merged = dict(data)
    for key, value in overrides.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, Mapping):
            merged[key] = laid_over(below, value)
        else:
            merged[key] = value
    return merged
