"""A whole experiment from a notebook: `evosweep.sweep({...})`, its config a dict."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from evosweep.config import yaml_subset
from evosweep.config.load import load as load_config
from evosweep.errors import InputError
from evosweep.files.opening import open_named
from evosweep.notebook.calls import call
from evosweep.notebook.frames import Library
from evosweep.notebook.results import Results, load

_HEAD = "# Written by evosweep.sweep; a change is written over by its next call.\n"


def sweep(
    config: Mapping[str, object] | str | Path,
    *options: str,
    cores: int | str = "all",
    file: str | Path | None = None,
    frames: Library = "pandas",
) -> Results:
    """Perform every run of an experiment that is not done yet, as `evosweep sweep` does.

    Parameters
    ----------
    config
        The contents of a config file as a dict, or the path of a config file.
    options
        Further words for Snakemake, such as `"--dry-run"`.
    cores
        Number of processes that work at a time.
    file
        The file for a config that is a dict, so that the command line can use it too. Its folder
        is that of the modules that the config names. Default: `<experiment>.yaml`. A file that
        `sweep` has not written is never changed.
    frames
        The library of the data frames: "pandas" or "polars".

    Returns
    -------
    Results
        Of the experiment: `results/<experiment>`.

    Raises
    ------
    InputError
        If the config has mistakes: all of them, before anything runs.
    RunError
        If runs failed; the others are in the results.
    """
    path = _written(config, file) if isinstance(config, Mapping) else Path(config)
    experiment = load_config(path)
    call(["sweep", os.fspath(path), "--cores", str(cores), *options])
    return load(experiment.folder, frames)


def _written(config: Mapping[str, object], file: str | Path | None) -> Path:
    """Write a config file with the contents of the dict; return its path."""
    name = config.get("experiment")
    if file is None and not isinstance(name, str):
        raise InputError("experiment: the config needs a name, which its results get too")
    path = Path(file if file is not None else f"{name}.yaml")
    text = _HEAD + _as_yaml(config)
    if os.path.lexists(path) and not _is_own(path):
        raise InputError(
            f"{path}: is a config that evosweep.sweep has not written; give its path instead of a "
            "dict, or another file="
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if yaml_subset.read(path) != _plain(config):
        raise InputError(f"{path}: the config has values that YAML does not keep; use plain data")
    return path


def _is_own(path: Path) -> bool:
    """Return True if `sweep` has written a file."""
    head = _HEAD.encode()
    try:
        with open_named(path) as file:
            return file.read(len(head)) == head
    except OSError:  # such as a link that leads nowhere
        return False


def _as_yaml(config: Mapping[str, object]) -> str:
    try:
        return yaml.safe_dump(_plain(config), sort_keys=False, allow_unicode=True)
    except yaml.YAMLError as error:
        raise InputError(f"config: not plain data: {' '.join(str(error).split())}") from None


def _plain(value: object) -> object:
    """Convert mappings to dicts, and sequences to lists, ranges too."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item) for item in value]
    return value
