"""What cannot work is told in one line with exit code 2, before anything runs."""

import subprocess

import pytest
from laboratory import EVOSWEEP, Laboratory

pytestmark = pytest.mark.container


def _one_line(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("evosweep: error: ")
    return line


@pytest.fixture
def spec(laboratory: Laboratory) -> str:
    return laboratory.spec("onemax", "serial", bits=10)


def test_an_engine_that_is_not_installed(
    laboratory: Laboratory, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(laboratory.folder))
    line = _one_line(laboratory.run("docker", spec, "runs/a"))
    assert "docker is not installed" in line
    assert not (laboratory.folder / "runs").exists()


def test_a_daemon_that_does_not_run(
    laboratory: Laboratory, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    line = _one_line(laboratory.run("docker", spec, "runs/a"))
    assert "docker does not answer" in line
    assert "/nowhere.sock" in line


def test_an_image_that_is_missing(laboratory: Laboratory, engine: str, spec: str) -> None:
    line = _one_line(laboratory.run(engine, spec, "runs/a", "--image", "no-such-image"))
    assert f"image no-such-image is not known to {engine}" in line
    assert "make image" in line


def test_an_image_without_evosweep(
    laboratory: Laboratory, spec: str, images: dict[str, str]
) -> None:
    base = images.get("BASE_IMAGE")
    if not base:
        pytest.skip("the base image is the official one, which the engine may not keep by name")
    line = _one_line(laboratory.run("docker", spec, "runs/a", "--image", base))
    assert f"image {base} has no evosweep in it" in line


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("evosweep.version=0.0.1", "has evosweep 0.0.1"),
        ("evosweep.source=abc", "from another state of its source"),
    ],
)
def test_an_image_of_another_version(
    laboratory: Laboratory, spec: str, label: str, said: str
) -> None:
    built = subprocess.run(
        ["docker", "build", "--quiet", "-"],
        input=f"FROM evosweep-run\nLABEL {label}\n",
        text=True,
        check=True,
        stdout=subprocess.PIPE,
    )
    image = built.stdout.strip()
    line = _one_line(laboratory.run("docker", spec, "runs/a", "--image", image))
    subprocess.run(["docker", "image", "rm", image], check=True, capture_output=True)
    assert said in line


def test_a_folder_that_cannot_be_mounted(laboratory: Laboratory, engine: str, spec: str) -> None:
    line = _one_line(laboratory.run(engine, spec, "runs/a,b"))
    assert "runs/a,b: cannot be mounted: its path contains ','" in line
    missing = spec.replace('"config"', '"no-such-folder"')
    assert "no-such-folder: cannot be mounted" in _one_line(laboratory.run(engine, missing, "x"))


def test_what_the_engine_itself_refuses(laboratory: Laboratory, engine: str, spec: str) -> None:
    line = _one_line(laboratory.run(engine, spec, "runs/a", "--network", "no-such-network"))
    assert f"{engine} could not start the container" in line
    assert "no-such-network" in line
    assert not laboratory.containers(engine)


def test_an_option_that_the_engine_does_not_know(
    laboratory: Laboratory, engine: str, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = _one_line(laboratory.run(engine, spec, "runs/a", "--memory", "4x"))
    assert f"{engine} could not start the container: " in line
    assert "invalid" in line
    monkeypatch.setenv("EVOSWEEP_ENGINE_OPTIONS", "--no-such-option")
    line = _one_line(laboratory.run(engine, spec, "runs/a"))
    assert line.endswith("unknown flag: --no-such-option")


def test_snakemake_says_it_before_the_first_job(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    laboratory.workflow(seconds=0.0)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    command = [str(EVOSWEEP.with_name("snakemake")), "--cores", "2"]
    command += ["--profile", "workflow/profiles/docker"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("evosweep: error: docker does not answer")
    assert not list(laboratory.folder.glob("results/*/runs"))


def test_a_batch_of_seeds_that_is_none(laboratory: Laboratory, spec: str) -> None:
    command = [*laboratory.command("docker", spec, "runs"), "--seeds", "1-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "--seeds" in _one_line(done)


@pytest.mark.usefixtures("laboratory")
def test_only_a_run_is_contained() -> None:
    command = [str(EVOSWEEP), "contain", "--engine", "docker", "--", "rm", "-rf", "x"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "a container runs 'evosweep run ...', not 'rm -rf'" in _one_line(done)
