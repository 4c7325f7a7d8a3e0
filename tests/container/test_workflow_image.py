"""The whole workflow in one container, as a cloud machine runs it."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from laboratory import Laboratory, docker_first, limit

pytestmark = pytest.mark.container

OWNER = 1234
IMAGE_USER = 10001
BECOME = "/usr/local/evosweep/libexec/become"


@pytest.fixture
def results(laboratory: Laboratory) -> Path:
    """An empty folder of a caller who is neither root nor the image's own user."""
    folder = laboratory.folder / "results"
    folder.mkdir()
    os.chown(folder, OWNER, OWNER)
    return folder


def _start(engine: str, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [engine, "run", "--rm", "--network", "none", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _mount(results: Path) -> tuple[str, str]:
    return ("-v", f"{results}:/evosweep/results")


@docker_first
def test_the_image_alone_runs_the_quick_example(results: Path, engine: str) -> None:
    """With its results mounted, to see whose they are; and --cores all means the quota."""
    words = ["snakemake", "--cores", "all", "--config", "config=config/quick.yaml"]
    jobs = ["--logger-evosweep-view", "jobs"]  # Snakemake's messages, its cores among them
    done = _start(engine, "--cpus", "1", *_mount(results), "evosweep", *words, *jobs)
    assert done.returncode == 0, done.stderr
    assert "Provided cores: 1 " in done.stderr
    owners = {path.lstat().st_uid for path in results.rglob("*")}
    assert owners == {OWNER}
    records = [json.loads(path.read_text()) for path in results.glob("*/runs/*/record.json")]
    digests: dict[str, set[str]] = {}
    for record in records:
        digests.setdefault(record["spec_id"], set()).add(record["population_digest"])
    assert records
    assert all(len(each) == 1 for each in digests.values())
    assert (results / "mlflow.db").exists()
    assert list(results.glob("*/comparison/report.html"))


def test_it_gives_up_every_right_on_the_way(results: Path, engine: str) -> None:
    status = _start(engine, *_mount(results), "evosweep", "cat", "/proc/self/status").stdout
    lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert lines["Uid"].split() == [str(OWNER)] * 4
    assert {lines[name] for name in ("CapPrm", "CapEff", "CapBnd")} == {"0" * 16}
    assert lines["NoNewPrivs"] == "1"
    again = _start(engine, *_mount(results), "evosweep", BECOME)
    assert again.returncode == 126
    assert "Permission denied" in again.stderr


@pytest.mark.parametrize("mounted", [False, True], ids=["alone", "with its own results"])
def test_no_command_becomes_root(results: Path, engine: str, mounted: bool) -> None:
    """As the image's own user, who alone may execute the program that changes users."""
    os.chown(results, IMAGE_USER, IMAGE_USER)
    mount = _mount(results) if mounted else ()
    root = ("--reuid=0", "--regid=0", "--clear-groups", "id", "-u")
    done = _start(engine, *mount, "evosweep", BECOME, *root)
    assert done.returncode != 0
    assert done.stdout == ""
    assert _start(engine, *mount, "evosweep", "id", "-u").stdout == f"{IMAGE_USER}\n"


def test_a_folder_of_root_makes_nobody_root(results: Path, engine: str) -> None:
    os.chown(results, 0, 0)
    done = _start(engine, *_mount(results), "evosweep")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "make it yourself before, or start the container with --user 0:0" in line


def test_a_foreign_user_may_do_what_needs_no_results(results: Path, engine: str) -> None:
    stranger = ("--user", "4321:4321", *_mount(results), "evosweep")
    assert _start(engine, *stranger, "evosweep", "grid", "config/quick.yaml").returncode == 0
    assert _start(engine, *stranger, "id", "-u").stdout == "4321\n"


@pytest.mark.parametrize("words", [["--version"], ["evosweep", "--version"]])
def test_the_image_of_one_run_takes_evosweep_by_name_or_not(engine: str, words: list[str]) -> None:
    assert _start(engine, "evosweep-run", *words).stdout.startswith("evosweep ")


@pytest.mark.parametrize("options", [("--user", "4321:4321"), ("--cap-drop", "ALL")])
def test_a_folder_that_cannot_be_written_to(
    results: Path, engine: str, options: tuple[str, str]
) -> None:
    done = _start(engine, *options, *_mount(results), "evosweep")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "start the container with --user 1234:1234" in line
    done = _start(engine, "--user", "1234:1234", *_mount(results), "evosweep", "id", "-u")
    assert done.stdout == "1234\n"


def test_a_stop_reaches_every_run_and_the_next_container_goes_on(
    laboratory: Laboratory, results: Path
) -> None:
    laboratory.workflow(seconds=0.03)
    config = laboratory.folder / "config"
    command = ["docker", "run", "--rm", "--name", "evosweep-whole", "--network", "none"]
    command += [*_mount(results), "-v", f"{config}:/evosweep/config:ro", "evosweep"]
    command += ["snakemake", "--cores", "2", "--until", "run"]
    first = laboratory.start(command)
    laboratory.wait(lambda: bool(list(results.glob("slow/runs/*/journal.bin"))))
    began = time.monotonic()
    stop = ["docker", "stop", "-t", "100", "evosweep-whole"]  # the engine itself kills nothing
    subprocess.run(stop, check=True, capture_output=True)
    assert first.wait() != 137
    assert time.monotonic() - began < limit()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (folder,) = results.glob("slow/runs/*")
    inside = laboratory.record(str(folder))
    assert inside["resumed"] >= 1
    assert laboratory.run("host", laboratory.slow(seconds=0.03), "runs/host").returncode == 0
    assert inside["population_digest"] == laboratory.record("runs/host")["population_digest"]


@pytest.mark.parametrize("image", ["evosweep-run", "evosweep"])
def test_what_an_image_does_without(image: str, engine: str) -> None:
    tools = "gcc cc c++ ld make git docker" + (" snakemake mlflow" if "run" in image else "")
    # The compiled core is there without the compiler that made it.
    core = "from evosweep.fast import core; assert core.core"
    script = f"for tool in {tools}; do command -v $tool; done; python3 -c '{core}'"
    found = _start(engine, "--entrypoint", "sh", image, "-c", script)
    assert (found.stdout, found.returncode) == ("", 0)
