"""Stops and kills, of every process on the way to a container: it ends, and the run resumes."""

import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
from laboratory import EVOSWEEP, Laboratory, docker_first, limit

pytestmark = pytest.mark.container


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the slow run, made on the host in one go."""
    laboratory = Laboratory(tmp_path_factory.mktemp("expected"))
    done = subprocess.run(
        laboratory.command("host", laboratory.slow("serial", seconds=0.0), "runs/a"),
        cwd=laboratory.folder,
        check=True,
        capture_output=True,
    )
    assert done.returncode == 0
    return str(laboratory.record("runs/a")["population_digest"])


def _client(laboratory: Laboratory) -> int:
    """The pid of the engine's client, the child of the watching process."""
    pid = laboratory.started[-1].pid
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True)
    (client,) = children.stdout.split()
    return int(client)


def _wrapper(laboratory: Laboratory, number: int) -> None:
    os.kill(laboratory.started[-1].pid, number)


def sigterm(laboratory: Laboratory, _: str) -> None:
    _wrapper(laboratory, signal.SIGTERM)


def interrupt(laboratory: Laboratory, _: str) -> None:
    _wrapper(laboratory, signal.SIGINT)


def stop_command(laboratory: Laboratory, engine: str) -> None:
    patient = ("-t", "100")  # so that the engine itself kills nothing
    subprocess.run([engine, "stop", *patient, *laboratory.containers(engine)], check=True)


def kill_container(laboratory: Laboratory, engine: str) -> None:
    """As the kernel does it when its memory is over."""
    subprocess.run([engine, "kill", *laboratory.containers(engine)], check=True)


def kill_wrapper(laboratory: Laboratory, _: str) -> None:
    _wrapper(laboratory, signal.SIGKILL)


def kill_client(laboratory: Laboratory, _: str) -> None:
    os.kill(_client(laboratory), signal.SIGKILL)


def kill_both(laboratory: Laboratory, _: str) -> None:
    client = _client(laboratory)
    os.kill(laboratory.started[-1].pid, signal.SIGKILL)
    os.kill(client, signal.SIGKILL)


def kill_workflow(laboratory: Laboratory, _: str) -> None:
    laboratory.parent.kill()
    laboratory.parent.wait()


Disaster = Callable[[Laboratory, str], None]
DISASTERS: list[tuple[Disaster, int]] = [
    (sigterm, 143),
    (interrupt, 130),
    (stop_command, 143),
    (kill_container, 1),
    (kill_wrapper, -signal.SIGKILL),
    (kill_client, 1),
    (kill_both, -signal.SIGKILL),
    (kill_workflow, 143),
]
SHORT = {
    ("docker", "pool", sigterm),
    ("docker", "scoop", kill_both),
    ("docker", "pool", stop_command),
    ("docker", "pool", kill_container),
    ("docker", "pool", kill_client),
}
SHORT |= {("docker", "pool", kill_workflow), ("podman", "pool", kill_both)}
CASES = [
    pytest.param(
        engine,
        backend,
        disaster,
        code,
        id=f"{engine}-{backend}-{disaster.__name__}",
        marks=[] if (engine, backend, disaster) in SHORT else [pytest.mark.slow],
    )
    for engine in ("docker", "podman")
    for backend in ("pool", "scoop")
    for disaster, code in DISASTERS
]


@pytest.mark.parametrize(("engine", "backend", "disaster", "code"), CASES, indirect=["engine"])
def test_no_container_outlives_a_disaster_and_the_run_resumes(
    laboratory: Laboratory,
    engine: str,
    backend: str,
    disaster: Disaster,
    code: int,
    expected: str,
) -> None:
    spec = laboratory.slow(backend)
    laboratory.start(
        laboratory.command(engine, spec, "runs/a"), EVOSWEEP_PARENT=str(laboratory.parent.pid)
    )
    laboratory.wait_for_evaluations("runs/a")

    began = time.monotonic()
    disaster(laboratory, engine)
    ended = laboratory.started[-1].wait()
    laboratory.wait(lambda: not laboratory.containers(engine))
    assert time.monotonic() - began < limit()
    assert ended == code
    if code == 1:
        said, _ = laboratory.started[-1].communicate()
        assert "was killed" in said.splitlines()[-1]

    evaluated = (laboratory.folder / "runs/a/journal.bin").stat().st_size
    assert laboratory.run("host", spec, "runs/a").returncode == 0
    record = laboratory.record("runs/a")
    assert record["population_digest"] == expected
    assert record["resumed"] >= 1
    assert evaluated > 2000


def test_a_run_killed_outside_resumes_inside(
    laboratory: Laboratory, engine: str, expected: str
) -> None:
    spec = laboratory.slow()
    started = laboratory.start(laboratory.command("host", spec, "runs/a"))
    laboratory.wait_for_evaluations("runs/a")
    started.terminate()
    assert started.wait() == 143
    assert laboratory.run(engine, spec, "runs/a").returncode == 0
    record = laboratory.record("runs/a")
    assert (record["population_digest"], record["resumed"]) == (expected, 1)


@docker_first
def test_a_second_container_on_a_run_waits_and_then_says_so(
    laboratory: Laboratory, engine: str
) -> None:
    spec = laboratory.slow(seconds=0.5)
    laboratory.start(laboratory.command(engine, spec, "runs/a"))
    laboratory.wait(lambda: bool(laboratory.containers(engine)))
    second = laboratory.run(engine, spec, "runs/a")
    assert second.returncode == 75
    (line,) = second.stderr.splitlines()
    assert "works on this run already" in line
    assert engine in line
    laboratory.started[-1].terminate()
    assert laboratory.started[-1].wait() == 143


@docker_first
def test_a_killed_snakemake_leaves_no_container_and_its_successor_goes_on(
    laboratory: Laboratory, engine: str, expected: str
) -> None:
    laboratory.workflow(seconds=0.03)
    command = [str(EVOSWEEP.with_name("snakemake")), "--cores", "2", "--until", "run"]
    command += ["--profile", f"workflow/profiles/{engine}"]
    first = laboratory.start(command)
    laboratory.wait(lambda: bool(list(laboratory.folder.glob("results/*/runs/*/journal.bin"))))
    first.kill()
    first.wait()
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stdout + second.stderr
    (folder,) = laboratory.folder.glob("results/slow/runs/*")
    record = laboratory.record(str(folder))
    assert record["population_digest"] == expected
    assert record["environment"]["image_digest"].startswith("sha256:")
    assert not laboratory.containers(engine)
