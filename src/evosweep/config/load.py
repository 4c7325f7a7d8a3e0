"""A config file, read and checked whole: every mistake at once, before anything runs."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evosweep.backends.table import BACKENDS
from evosweep.config import grid, yaml_subset
from evosweep.config.experiment import Algorithm, Experiment, Problem, Swept
from evosweep.config.strict import explain
from evosweep.errors import InputError
from evosweep.plugins import signatures
from evosweep.plugins.sources import locate
from evosweep.wording import key_path, printable

_SHOWN = 100  # mistakes that are listed


def load(path: str | Path, overrides: Mapping[str, object] | None = None) -> Experiment:
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
        raise InputError(listed(path, mistakes))
    return experiment


def listed(path: str | Path, mistakes: Sequence[str]) -> str:
    """Mistakes in a config as a message: one in its line, several with a line each."""
    name = printable(str(path))
    if len(mistakes) == 1:
        return f"{name}: {mistakes[0]}"
    rest = len(mistakes) - _SHOWN
    lines = [*mistakes[:_SHOWN], *([f"... and {rest} more"] if rest > 0 else [])]
    return "\n  ".join([f"{name}: {len(mistakes)} mistakes", *lines])


def check_results(folder: Path) -> None:
    """Raise InputError when `folder` cannot be created or written to."""
    places = (folder, *folder.absolute().parents)
    existing = next(path for path in places if path.exists() or path.is_symlink())
    if not existing.exists():
        raise InputError(
            f"{existing} is a link to {existing.readlink()}, which is not there: mount its disk, "
            f"or remove the link; results are written to {folder}"
        )
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
            if isinstance(part, Algorithm) and part.callback:
                yield from _callback(name, part.callback, import_path)
            params = part.params | part.grid
            for key, message in signatures.complaints(kind, part.use, params, import_path):
                where, _, parameter = key.partition(".")
                where = "grid" if parameter in part.grid else where
                place = (f"{kind}s", str(name), where, *([parameter] if parameter else []))
                yield f"{key_path(place)}: {message}"


def _callback(name: str, use: str, import_path: str) -> Iterator[str]:
    try:
        locate("callback", use, import_path)
    except InputError as error:
        yield f"{key_path(('algorithms', name, 'callback'))}: {error}"


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


def laid_over(data: Mapping[str, object], overrides: Mapping[str, object]) -> dict[str, object]:
    """The mapping `data` with `overrides` in it, mappings in both key by key."""
    merged = dict(data)
    for key, value in overrides.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, Mapping):
            merged[key] = laid_over(below, value)
        else:
            merged[key] = value
    return merged
