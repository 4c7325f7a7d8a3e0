"""Real engines and images for the tests of this folder.

An engine that answers is used as it is. Root, where the engines are installed, gets what is missing
from `engine.sh`. Without an engine the tests skip with the reason; in CI that is a failure.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from laboratory import Laboratory
from lacking import lacking

ROOT = Path(__file__).parents[2]
ENGINES = ("docker", "podman")


def _command(
    *command: str, env: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, str]]:
    """The environment in which docker and podman work; what was started is ended."""
    environment = dict(os.environ)
    mine = os.geteuid() == 0 and (os.environ.get("CI") or shutil.which("dockerd"))
    answered = shutil.which("docker") is not None and _command("docker", "info").returncode == 0
    if mine:
        up = _command("tests/container/engine.sh", "up")
        if up.returncode != 0:
            lacking(f"engine.sh failed: {up.stderr}")
        for word in shlex.split(up.stdout):
            name, equals, value = word.partition("=")
            environment |= {name: value} if equals else {}
    yield environment
    if mine and not answered:
        _command("tests/container/engine.sh", "down")


@pytest.fixture(scope="session")
def images(engines: dict[str, str]) -> dict[str, str]:
    """The environment again, with both images built by docker and given to podman."""
    if shutil.which("docker") is None or _command("docker", "info", env=engines).returncode != 0:
        lacking("docker is not installed, or its daemon does not answer")
    built = _command("make", "image", "ENGINE=docker", env=engines)
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    if shutil.which("podman") is not None:
        _give_to_podman(engines)
    return engines


def _give_to_podman(environment: dict[str, str]) -> None:
    """Every image that podman does not have yet as it is now."""
    names = ("evosweep-run", "evosweep")
    known = {
        engine: _command(engine, "image", "inspect", "--format", "{{.Id}}", *names, env=environment)
        for engine in ENGINES
    }
    if known["podman"].stdout == known["docker"].stdout.replace("sha256:", ""):
        return
    both = f"docker save {' '.join(names)} | podman load --quiet"
    loaded = _command("bash", "-o", "pipefail", "-c", both, env=environment)
    assert loaded.returncode == 0, loaded.stderr


@pytest.fixture(params=ENGINES)
def engine(
    request: pytest.FixtureRequest, images: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """Each engine in turn, in the environment in which it works."""
    for variable, value in images.items():
        monkeypatch.setenv(variable, value)
    name: str = request.param
    if shutil.which(name) is None:
        lacking(f"{name} is not installed")
    return name


@pytest.fixture
def laboratory(
    images: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Laboratory]:
    """A working folder with problems beside a config, and nothing running in it afterwards."""
    for variable, value in images.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    made = Laboratory(tmp_path)
    yield made
    made.close()
