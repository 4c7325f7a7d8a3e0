"""Readers of what a user, or whoever sent a study, writes: configs, specs, hosts, programs."""

import json
from argparse import Namespace
from pathlib import Path
from unittest.mock import patch

from reader import Reader

from evosweep.commands import init, run
from evosweep.compare.read import grid
from evosweep.config import load, yaml_subset
from evosweep.config.grid import combinations
from evosweep.config.spec import RunSpec
from evosweep.notebook import sweeping
from evosweep.plugins import normal_form, sources
from evosweep.supervision import hosts
from evosweep.workflow import profile, settings


def _config(path: Path) -> None:
    examined = load.examine(path)
    load.listed(path, examined.mistakes)
    if examined.experiment is not None and not examined.mistakes:
        for combination, _ in zip(combinations(examined.experiment), range(3), strict=False):
            combination.run(combination.seeds[0], examined.experiment.import_path).to_dict()


def _value(path: Path) -> None:
    text = path.read_bytes().decode(errors="surrogateescape")
    yaml_subset.value(text, "--config key")
    yaml_subset.scalar(text)


def _profile(path: Path) -> None:
    profile.config(["--profile", str(path.parent)])


def _settings(path: Path) -> None:
    """As `--config KEY=VALUE` brings it, and Snakemake's own reading beside it."""
    text = path.read_bytes().decode(errors="surrogateescape")
    settings._words(["--config", f"key={text}"])


def _spec(path: Path) -> None:
    given = Namespace(spec=f"@{path}", spec_sha256=None)
    run.read_spec_file(given)
    for spec in run.read_specs(given.spec):
        parsed = RunSpec.parse(spec)
        list(parsed.complaints())
        json.dumps(parsed.to_dict())


def _seeds(path: Path) -> None:
    run.read_seeds(path.read_bytes().decode(errors="surrogateescape"))


def _hosts(path: Path) -> None:
    with patch.object(hosts, "is_here", return_value=False):  # which would ask for addresses
        hosts.places({"hosts": str(path)}, 4)


def _named_hosts(path: Path) -> None:
    """The name of the file itself, as a spec or a config gives it."""
    hosts.places({"hosts": path.read_bytes().decode(errors="surrogateescape")[:100] + "?"}, 1)


def _ids(path: Path) -> None:
    grid.read_ids(path)


def _script(path: Path) -> None:
    init._read(path)


def _module(path: Path) -> None:
    text, tree = sources.read_source(path)
    normal_form.normal_form(text, tree)


def _written_before(path: Path) -> None:
    """A config file in the place where `evosweep.sweep` wants to write one."""
    sweeping._written({"experiment": "x"}, path)


READERS = [
    Reader("config", _config, "config/study.yaml"),
    Reader("config_values", _value, is_file=False),
    Reader("command_line", _settings, is_file=False),
    Reader("profile", _profile, "profile/config.yaml"),
    Reader("spec", _spec, "spec.json"),
    Reader("seeds", _seeds, is_file=False),
    Reader("hosts", _hosts, "hosts.txt"),
    Reader("hosts_name", _named_hosts, is_file=False),
    Reader("run_ids", _ids, "asked.txt"),
    Reader("script", _script, "script.py"),
    Reader("module", _module, "my_problem.py"),
    Reader("written_config", _written_before, "x.yaml", fresh=True),
]
