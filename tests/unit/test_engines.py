"""What is asked of an engine, answered by stand-ins; real ones are in tests/container."""

import json
from pathlib import Path

import pytest

from evosweep import __version__
from evosweep.containers import engines
from evosweep.containers.command_line import EngineContainer
from evosweep.errors import InputError

GOOD = {engines.VERSION_LABEL: __version__, engines.SOURCE_LABEL: engines.source_digest()}


@pytest.fixture
def apptainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A command that says of every image what is in the file `labels`."""
    command = tmp_path / "apptainer"
    command.write_text('#!/bin/sh\ncat "$(dirname "$0")/labels"\n')
    command.chmod(0o755)
    (tmp_path / "image.sif").write_text("")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def _say(folder: Path, labels: dict[str, str]) -> None:
    said = {"data": {"attributes": {"labels": labels}}}
    (folder / "labels").write_text(json.dumps(said))


def test_an_image_file_is_known_by_its_content(apptainer: Path) -> None:
    _say(apptainer, GOOD)
    found = engines.look_at(EngineContainer("apptainer", str(apptainer / "image.sif")))
    assert found.digest == (
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({}, "has no evosweep in it"),
        (GOOD | {engines.VERSION_LABEL: "0.0.1"}, "has evosweep 0.0.1, this is"),
        (GOOD | {engines.SOURCE_LABEL: "other"}, "another state of its source"),
    ],
)
def test_an_image_that_does_not_fit(apptainer: Path, labels: dict[str, str], said: str) -> None:
    _say(apptainer, labels)
    with pytest.raises(InputError, match=said):
        engines.look_at(EngineContainer("apptainer", str(apptainer / "image.sif")))


def test_an_image_file_that_is_missing(apptainer: Path) -> None:
    with pytest.raises(InputError, match=r"none\.sif: there is no such file"):
        engines.look_at(EngineContainer("apptainer", str(apptainer / "none.sif")))


@pytest.mark.parametrize("engine", ["docker", "podman", "apptainer"])
def test_an_image_that_would_be_an_option(engine: str) -> None:
    with pytest.raises(InputError, match="'--help' is no image"):
        engines.look_at(EngineContainer(engine, "--help"))


def test_an_engine_that_nobody_knows() -> None:
    with pytest.raises(InputError, match="'lxc' is unknown; allowed: none, docker, podman"):
        engines.look_at(EngineContainer("lxc"))


@pytest.mark.parametrize(
    ("found", "digest"),
    [
        ({"Id": "sha256:a", "RepoDigests": ["x.io/evosweep@sha256:b"]}, "sha256:b"),
        ({"Id": "sha256:a", "RepoDigests": []}, "sha256:a"),
        ({"Id": "a", "RepoDigests": ["localhost/evosweep@sha256:b"]}, "sha256:a"),
    ],
)
def test_what_identifies_an_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: dict[str, object], digest: str
) -> None:
    (tmp_path / "said").write_text(json.dumps([found | {"Config": {"Labels": GOOD}}]))
    command = tmp_path / "docker"
    command.write_text('#!/bin/sh\ncat "$(dirname "$0")/said"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert engines.look_at(EngineContainer("docker")).digest == digest


def test_what_an_image_is_told_it_was_made_from() -> None:
    words = engines.build_arguments()
    assert f"VERSION={__version__}" in words
    assert f"SOURCE={engines.source_digest()}" in words
