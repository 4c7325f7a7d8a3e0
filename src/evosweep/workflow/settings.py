"""Read the settings of a call of Snakemake: the config file, and the values that override it.

Snakemake reads the values of `--config` by its own rules and forgets which of them were quoted, so
that `bits: "10"` would become a number. So this module reads the command line again, by YAML 1.2
like the config file. Processes that Snakemake starts for single jobs, also on other machines, take
the settings from the first process.
"""

import argparse
import json
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypedDict

from evosweep.config import yaml_subset
from evosweep.config.load import laid_over
from evosweep.errors import InputError, shown
from evosweep.workflow import call, profile, share
from evosweep.workflow.share import Share

_LONGEST = 100_000  # characters; the system accepts 131,072 bytes in one variable
DEFAULT_CONFIG = "config/experiment.yaml"
SETTINGS_VARIABLE = "EVOSWEEP_SETTINGS"
"""Names the variable by which the first process passes its settings to others."""


class _Which(TypedDict):
    share: Share | None
    steal: bool


class ConfigSettings(Protocol):
    """Snakemake's values of `--config` and `--configfile`."""

    config: Mapping[str, object]
    configfiles: Sequence[Path]


class DagSettings(Protocol):
    """Snakemake's settings on jobs, such as forced ones."""

    targets: Collection[str]
    until: Collection[str]
    forceall: bool
    forcerun: Collection[str]


class ResourceSettings(Protocol):
    """Snakemake's settings on resources."""

    cores: int | None


class Workflow(Protocol):
    """The used part of Snakemake's `workflow`."""

    is_main_process: bool
    local_exec: bool
    dryrun: bool
    executor_plugin: object
    resource_settings: ResourceSettings
    config_settings: ConfigSettings
    dag_settings: DagSettings


@dataclass(frozen=True)
class Settings:
    """A config file, the values that override it, and the selected share of its runs."""

    config: str
    overrides: Mapping[str, object]
    share: Share | None = None
    """The share of the runs; None for all."""
    steal: bool = False
    """True to do also the runs of other shares on which nobody works."""
    call: str = field(default_factory=call.new_name, compare=False)
    """The name of the call."""


def settings_of(given: ConfigSettings, argv: Sequence[str] | None = None) -> Settings:
    """Return the settings of a call from Snakemake and its command line; raises InputError."""
    values = {key: _typed(value) for key, value in given.config.items()}
    values |= {key: value for key, value in _words(argv).items() if key in values}
    values = laid_over(profile.config(argv), values)
    files = list(given.configfiles)
    if len(files) > 1:
        names = ", ".join(map(str, files))
        raise InputError(f"--configfile: {len(files)} files ({names}), and evosweep reads one")
    path = values.pop("config", str(files[0]) if files else DEFAULT_CONFIG)
    if not isinstance(path, str) or not path:
        raise InputError("--config config=: names no file; write --config config=FILE")
    return Settings(path, values, **_which(values))


def _which(values: dict[str, object]) -> "_Which":
    """Return the selection of runs; removes its keys from `values`."""
    wanted, steal = values.pop("share", None), values.pop("steal", False)
    if not isinstance(steal, bool):
        raise InputError(f"--config steal={shown(steal)}: write steal=true or steal=false")
    if wanted is None:
        if steal:
            raise InputError("--config steal=true: is for a share; write share=K/N, too")
        return {"share": None, "steal": False}
    return {"share": share.parse(wanted), "steal": steal}


def pass_on(settings: Settings) -> None:
    """Let the processes that this one starts take these settings."""
    of_all = None if settings.share is None else str(settings.share)
    text = json.dumps([settings.config, dict(settings.overrides), of_all, settings.call])
    if len(text) < _LONGEST:
        os.environ[SETTINGS_VARIABLE] = text


def passed_on() -> Settings | None:
    """Return the settings of the process that started this one for a job, if any."""
    text = os.environ.get(SETTINGS_VARIABLE)
    if text is None:
        return None
    config, overrides, of_all, name = json.loads(text)
    return Settings(config, overrides, of_all and share.parse(of_all), call=name)


def _words(argv: Sequence[str] | None) -> dict[str, object]:
    """Return the values of `--config KEY=VALUE ...`, each read as YAML."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config", "-C", nargs="*", action="extend", default=[])
    try:
        words = parser.parse_known_args(sys.argv[1:] if argv is None else argv)[0].config
    except SystemExit:  # Snakemake itself reports mistakes in its command line
        return {}
    pairs = (word.partition("=") for word in words)
    return {
        key: yaml_subset.value(text, f"--config {key}")
        for key, sign, text in pairs
        if sign and not text.startswith("base64//")  # Snakemake's, for its child processes
    }


def _typed(value: object, *, inside: bool = False) -> object:
    """Return a value of Snakemake's with texts in lists and mappings converted to numbers."""
    if isinstance(value, list | tuple):
        return [_typed(item, inside=True) for item in value]
    if isinstance(value, Mapping):
        return {key: _typed(item, inside=True) for key, item in value.items()}
    return yaml_subset.scalar(value) if inside and isinstance(value, str) else value
