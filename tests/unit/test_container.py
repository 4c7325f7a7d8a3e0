"""The command lines that start containers, as text."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evosweep.containers import command_line, mounts
from evosweep.containers.command_line import ContainedRun, EngineContainer, Image
from evosweep.errors import InputError
from evosweep.machine.cpus import available_cpus

IMAGE = Image("evosweep-run", "sha256:abc")


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ContainedRun:
    """A run of two workers, whose folders are there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    out = tmp_path / "results" / "runs" / "0123456789ab"
    out.mkdir(parents=True)
    return ContainedRun(_spec(), out)


def _spec(**changes: Any) -> dict[str, Any]:
    return {
        "problem": {"use": "onemax", "name": "one max!"},
        "algorithm": {"use": "ea_simple"},
        "backend": {"use": "pool", "workers": 2},
        "seed": 3,
        "import_path": "config",
    } | changes


def _has(argv: Sequence[str], *words: str) -> bool:
    """Whether the words are in the command line, one after the other."""
    return any(tuple(argv[i : i + len(words)]) == words for i in range(len(argv)))


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_docker_and_podman(job: ContainedRun, engine: str) -> None:
    argv = command_line.engine_command(EngineContainer(engine, memory="2g"), IMAGE, job)
    here = str(Path.cwd())
    assert argv[:4] == [engine, "run", "--rm", "--init"]
    for words in (
        ("--name", job.name),
        ("--user", f"{os.getuid()}:{os.getgid()}"),
        ("--cap-drop", "ALL"),
        ("--security-opt", "no-new-privileges"),
        ("--network", "none"),
        ("--cpus", str(min(2, available_cpus()))),
        ("--memory", "2g"),
        ("--shm-size", "256m"),
        ("--env", "OMP_NUM_THREADS=1"),
        ("--env", "EVOSWEEP_IMAGE_DIGEST=sha256:abc"),
        ("--mount", f"type=bind,source={here}/config,target={here}/config,readonly"),
        ("--mount", f"type=bind,source={job.out},target={job.out}"),
        ("--workdir", here),
        (
            "--entrypoint",
            "python3",
            "evosweep-run",
            "-P",
            "-m",
            "evosweep.entry.in_container",
            "run",
            "--spec",
        ),
    ):
        assert _has(argv, *words), words
    assert "--read-only" in argv
    assert sum(word.startswith("type=bind") for word in argv) == 2


def test_apptainer(job: ContainedRun) -> None:
    """Cannot be installed everywhere; what it is told is known, and tested where it is."""
    asked = EngineContainer("apptainer", "runs.sif", memory="2g")
    argv = command_line.engine_command(asked, Image("runs.sif", "sha256:abc"), job)
    here = str(Path.cwd())
    assert argv[:3] == ["apptainer", "--silent", "exec"]
    for words in (
        ("--containall", "--cleanenv"),
        ("--drop-caps", "all"),
        ("--net", "--network", "none"),
        ("--memory", "2g"),
        ("--bind", f"{here}/config:{here}/config:ro"),
        ("--bind", f"{job.out}:{job.out}"),
        ("--pwd", here),
        ("runs.sif", "python3", "-P", "-m", "evosweep.entry.in_container", "run", "--spec"),
    ):
        assert _has(argv, *words), words


def test_rootless_podman_keeps_the_callers_id(
    job: ContainedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert _has(
        command_line.engine_command(EngineContainer("podman"), IMAGE, job), "--userns", "keep-id"
    )


def test_the_spec_and_the_seeds_go_inside(job: ContainedRun) -> None:
    several = ContainedRun(job.spec, job.out, "1-3", ("--fresh",))
    argv = command_line.engine_command(EngineContainer("docker"), IMAGE, several)
    inside = argv[argv.index("evosweep.entry.in_container") + 1 :]
    assert json.loads(inside[2]) == job.spec
    assert inside[3:] == ["--out", str(job.out), "--seeds", "1-3", "--fresh"]


def test_variables_of_evosweep_go_inside_but_for_what_is_about_this_machine(
    job: ContainedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVOSWEEP_NUMERICS", "portable")
    monkeypatch.setenv("EVOSWEEP_PARENT", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.setenv("SECRET", "s")
    argv = command_line.engine_command(EngineContainer("docker"), IMAGE, job)
    given = [argv[i + 1] for i, word in enumerate(argv) if word == "--env"]
    assert {"EVOSWEEP_NUMERICS=portable", "OMP_NUM_THREADS=4", "HOME=/tmp"} <= set(given)
    assert not any("PARENT" in word or "SECRET" in word for word in given)


def test_a_module_that_is_a_link_is_shown_where_it_lies(job: ContainedRun, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "shared.py").touch()
    (job.import_path / "mine.py").symlink_to(library / "shared.py")
    (job.import_path / "same.py").symlink_to("other.py")
    (job.import_path / "other.py").touch()
    (job.import_path / "data.csv").symlink_to("/nowhere/data.csv")
    argv = command_line.engine_command(EngineContainer("docker"), IMAGE, job)
    shown = library / "shared.py"
    assert _has(argv, "--mount", f"type=bind,source={shown},target={shown},readonly")
    assert sum(word.startswith("type=bind") for word in argv) == 3
    (library / "shared.py").unlink()
    with pytest.raises(InputError, match=r"mine.py: cannot be shown to a container: .* not exist"):
        command_line.engine_command(EngineContainer("docker"), IMAGE, job)


def test_options_of_this_machines_engine(
    job: ContainedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(command_line.OPTIONS_VARIABLE, "--gpus 'all of them'")
    argv = command_line.engine_command(EngineContainer("docker"), IMAGE, job)
    assert _has(argv, "--gpus", "all of them", "--entrypoint")
    monkeypatch.setenv(command_line.OPTIONS_VARIABLE, "'")
    with pytest.raises(InputError, match=command_line.OPTIONS_VARIABLE):
        command_line.engine_command(EngineContainer("docker"), IMAGE, job)


def test_a_name_tells_the_run_and_differs_between_results_folders(
    job: ContainedRun, tmp_path: Path
) -> None:
    assert job.name.startswith(f"{job.host}-one-max-ea_simple-pool-seed3-0123456789ab")
    elsewhere = ContainedRun(job.spec, tmp_path / "results2" / "runs" / "0123456789ab")
    assert elsewhere.name != job.name


@pytest.mark.parametrize(
    ("name", "said"), [("a:b", "':'"), ("a,b", "','"), ('a"b', "'\"'"), ("none", "no such folder")]
)
def test_a_folder_that_no_engine_can_mount(tmp_path: Path, name: str, said: str) -> None:
    if "none" not in name:
        (tmp_path / name).mkdir()
    with pytest.raises(InputError, match="cannot be mounted") as caught:
        mounts.check_mountable(tmp_path / name)
    assert said in str(caught.value)


def test_the_root_is_not_mounted() -> None:
    with pytest.raises(InputError, match="over the container's own files"):
        mounts.check_mountable(Path("/"))


def test_the_prefix_of_a_runs_command_line() -> None:
    assert command_line.command_prefix(EngineContainer()) == []
    assert command_line.command_prefix(EngineContainer("docker")) == [
        *("evosweep", "contain", "--engine", "docker", "--")
    ]
    asked = EngineContainer("podman", "mine:1", "4g", "host")
    assert command_line.command_prefix(asked)[2:] == [
        *("--engine", "podman", "--image", "mine:1", "--memory", "4g", "--network", "host", "--")
    ]


def test_a_long_spec_is_in_the_folder_that_the_container_sees(tmp_path: Path) -> None:
    spec = {"problem": {"use": "onemax", "params": {"text": "x" * 200_000}}, "import_path": ""}
    run = ContainedRun(spec, tmp_path)
    run.write_long_spec()
    word, option, digest = run.command[2:5]
    assert max(map(len, run.command)) < 1000
    assert Path(word.removeprefix("@")).parent == tmp_path
    content = Path(word.removeprefix("@")).read_bytes()
    assert json.loads(content) == spec
    assert (option, digest) == ("--spec-sha256", hashlib.sha256(content).hexdigest())


def test_no_import_path_shows_the_container_no_folder(tmp_path: Path) -> None:
    run = ContainedRun({"problem": {}, "import_path": ""}, tmp_path)
    assert run.import_path is None
    assert run.code == []
