"""A run in a container: the same populations, walls around it, the image in its receipt."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from laboratory import Laboratory

from evosweep.containers import command_line
from evosweep.containers.command_line import ContainedRun, EngineContainer, Image
from evosweep.containers.engines import look_at

pytestmark = pytest.mark.container

PROBLEMS = {
    "onemax": {"bits": 40},
    "bbob": {"function": 3, "instance": 1, "dimension": 5},
    "feature_selection": {},
}


@pytest.mark.parametrize("backend", ["serial", "pool", "scoop"])
def test_a_run_gives_the_population_of_the_host(
    laboratory: Laboratory, engine: str, backend: str
) -> None:
    for problem, params in PROBLEMS.items():
        spec = laboratory.spec(problem, backend, **params)
        for where in ("host", engine):
            done = laboratory.run(where, spec, f"runs/{problem}-{where}")
            assert done.returncode == 0, done.stderr
            assert not done.stderr
        host, inside = (laboratory.record(f"runs/{problem}-{where}") for where in ("host", engine))
        assert inside["population_digest"] == host["population_digest"]
        assert inside["run_id"] == host["run_id"]


def test_the_receipt_names_the_image(laboratory: Laboratory, engine: str) -> None:
    laboratory.run(engine, laboratory.spec("onemax", "serial", bits=20), "runs/a")
    found = subprocess.run(
        [engine, "image", "inspect", "evosweep-run"], capture_output=True, check=True
    )
    identity = json.loads(found.stdout)[0]["Id"].removeprefix("sha256:")
    environment = laboratory.record("runs/a")["environment"]
    assert environment["image"].endswith("evosweep-run")
    assert environment["image_digest"] == f"sha256:{identity}"


def test_several_seeds_share_a_container(laboratory: Laboratory, engine: str) -> None:
    command = laboratory.command(engine, laboratory.spec("onemax", "pool", bits=20), "runs")
    command += ["--seeds", "1-3", "--receipt", "jobs/first.json"]
    subprocess.run(command, check=True, capture_output=True)
    receipt = json.loads(Path("jobs/first.json").read_text())
    assert len(receipt["runs"]) == 3
    assert all((Path(folder) / "record.json").exists() for folder in receipt["runs"].values())
    assert len(list(Path("sources").iterdir())) == 2  # of the problem and of the algorithm


PROBE = """
import json, os, pathlib, socket
def writable(path):
    try:
        pathlib.Path(path, "probe").write_text("x")
    except OSError:
        return False
    return True
lines = open("/proc/self/status").read().splitlines()
status = dict(line.split(":\\t", 1) for line in lines if ":\\t" in line)
print(json.dumps({
    "user": [os.getuid(), os.getgid()],
    "capabilities": int(status["CapBnd"], 16) | int(status["CapEff"], 16),
    "no_new_privileges": status["NoNewPrivs"],
    "interfaces": sorted(name for _, name in socket.if_nameindex()),
    "writable": [p for p in ("/", "/usr", os.environ["OUT"], ".", "config", "/tmp") if writable(p)],
    "shared_memory": os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize,
    "threads": os.environ["OMP_NUM_THREADS"],
    "home": os.environ["HOME"],
    "pid1": open("/proc/1/comm").read().strip(),
}))
"""


def test_what_the_walls_let_through(
    laboratory: Laboratory, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a caller of another user id, who sees nothing but the run's folder writable, and /tmp."""
    out = laboratory.folder / "runs" / "probe"
    out.mkdir(parents=True)
    os.chown(out, 4321, 4321)
    monkeypatch.setattr(os, "getuid", lambda: 4321)
    monkeypatch.setattr(os, "getgid", lambda: 4321)
    monkeypatch.setenv("EVOSWEEP_ENGINE_OPTIONS", f"--env OUT={out}")
    asked = EngineContainer(engine, memory="512m")
    job = ContainedRun(json.loads(laboratory.spec("onemax", "pool")), out)
    argv = command_line.engine_command(asked, Image(asked.reference, ""), job)
    argv = [*argv[: argv.index("-m", argv.index(asked.reference))], "-c", PROBE]
    if engine == "podman":  # asked as another user, answered as root
        argv = [word for word in argv if word not in ("--userns", "keep-id")]
    seen = json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)
    assert seen["user"] == [4321, 4321]
    assert seen["capabilities"] == 0
    assert seen["no_new_privileges"] == "1"
    assert seen["interfaces"] == ["lo"]
    assert seen["writable"] == [str(out), "/tmp"]
    assert seen["shared_memory"] == 256 * 2**20
    assert seen["threads"] == "1"
    assert seen["home"] == "/tmp"
    assert "python" not in seen["pid1"]


def test_the_image_carries_what_identifies_it(engine: str) -> None:
    for name in ("evosweep-run", "evosweep"):
        found = subprocess.run([engine, "image", "inspect", name], capture_output=True, check=True)
        settings = json.loads(found.stdout)[0]["Config"]
        assert settings["User"] == "10001:10001"
        assert settings["Entrypoint"][0] == "/usr/bin/tini"
        assert settings["Labels"]["org.opencontainers.image.title"] == "evosweep"
        assert look_at(EngineContainer(engine, name)).digest.startswith("sha256:")
