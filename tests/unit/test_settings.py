"""What a call of Snakemake says about the experiment, read as the config file is."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evosweep.errors import InputError
from evosweep.workflow.settings import (
    SETTINGS_VARIABLE,
    Settings,
    pass_on,
    passed_on,
    settings_of,
)


def given(config: dict[str, Any], *files: str) -> Any:
    """Snakemake's own reading of a command line."""
    return SimpleNamespace(config=config, configfiles=[Path(file) for file in files])


def test_the_words_of_the_command_line_count_with_their_quotes() -> None:
    words = ["--config", "runs_per_job=25", """problems={"p": {"params": {"a": "10", "b": 010}}}"""]
    snakemakes = {"runs_per_job": 25, "problems": {"p": {"params": {"a": "10", "b": "010"}}}}
    read = settings_of(given(snakemakes), ["--cores", "2", *words, "-n"])
    assert read.config == "config/experiment.yaml"
    assert read.overrides == {
        "runs_per_job": 25,
        "problems": {"p": {"params": {"a": "10", "b": 10}}},
    }


def test_where_the_command_line_is_not_known_snakemakes_values_are_typed() -> None:
    read = settings_of(given({"config": "a.yaml", "seeds": ["1", "2"], "name": "1"}), [])
    assert read == Settings("a.yaml", {"seeds": [1, 2], "name": "1"})


def test_values_that_snakemake_encodes_for_its_own_processes_are_its_own() -> None:
    read = settings_of(given({"seeds": ["1"]}), ["-C", "seeds=base64//WzFd"])
    assert read.overrides == {"seeds": [1]}


@pytest.mark.parametrize(
    ("snakemakes", "files", "message"),
    [
        ({}, ["a.yaml", "b.yaml"], r"--configfile: 2 files \(a.yaml, b.yaml\), and evosweep reads"),
        ({"config": None}, [], r"names no file; write --config config=FILE"),
        ({"config": 3}, [], r"names no file; write --config config=FILE"),
    ],
)
def test_a_config_file_that_is_none_is_refused(
    snakemakes: dict[str, Any], files: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        settings_of(given(snakemakes, *files), [])


def test_a_value_that_is_no_yaml_is_named() -> None:
    with pytest.raises(InputError, match="--config seeds, line 1"):
        settings_of(given({"seeds": "[1,"}), ["--config", "seeds=[1,,"])


def test_other_processes_take_what_the_first_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTINGS_VARIABLE, raising=False)
    assert passed_on() is None
    settings = Settings("mine/a.yaml", {"problems": {"p": {"params": {"text": "10"}}}})
    monkeypatch.setenv(SETTINGS_VARIABLE, "")
    pass_on(settings)
    assert passed_on() == settings
