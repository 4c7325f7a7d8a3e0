"""A user's working folder, and the commands that a user and a disaster would call in it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import warm

SLOW = '''"""OneMax whose evaluations take a while, so that a kill finds the run under way."""
import random
import time

from deap import base, creator, tools

creator.create("SlowFitness", base.Fitness, weights=(1.0,))
creator.create("SlowIndividual", list, fitness=creator.SlowFitness)


def build(seconds):
    def evaluate(individual):
        time.sleep(seconds)
        return (sum(individual),)

    toolbox = base.Toolbox()
    toolbox.register("bit", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.SlowIndividual, toolbox.bit, 30)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.1)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox
'''

EVOSWEEP = Path(sys.executable).with_name("evosweep")
ROOT = Path(__file__).parents[2]

docker_first = pytest.mark.parametrize(
    "engine", ["docker", pytest.param("podman", marks=pytest.mark.slow)], indirect=True
)
"""Podman as well, but where the slow tests are asked for."""


def limit() -> float:
    """Seconds after which a stopped run must be gone, its container too: 10 s.

    More where other work has more processes ready to run than the machine has processors.
    """
    return 10.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Laboratory:
    """Specs, runs on the host and in containers, and what is left of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "config").mkdir()
        (folder / "config" / "slow.py").write_text(SLOW)
        self.started: list[subprocess.Popen[str]] = []
        self._parent: subprocess.Popen[bytes] | None = None

    @property
    def parent(self) -> "subprocess.Popen[bytes]":
        """A process that stands for Snakemake: the one that runs must not outlive."""
        if self._parent is None:
            self._parent = subprocess.Popen(["sleep", "600"])
        return self._parent

    def workflow(self, seconds: float) -> None:
        """Snakemake's files and a config of one slow run."""
        for name in ("Snakefile", "workflow", "profiles"):
            (self.folder / name).symlink_to(ROOT / name)
        problem = {"slow": {"use": "slow:build", "params": {"seconds": seconds}}}
        spec = json.loads(self.slow("pool"))
        config = {
            "experiment": "slow",
            "problems": problem,
            "algorithms": {"simple": spec["algorithm"]},
            "backends": {"pool": spec["backend"]},
            "seeds": [1],
        }
        (self.folder / "config" / "experiment.yaml").write_text(json.dumps(config))

    def spec(self, problem: str, backend: str, seed: int = 1, **params: Any) -> str:
        """A small run as JSON."""
        workers = 1 if backend == "serial" else 2
        evolution = {"population": 40, "generations": 5, "crossover": 0.5, "mutation": 0.2}
        return json.dumps(
            {
                "problem": {"use": problem, "params": params},
                "algorithm": {"use": "ea_simple", "params": evolution},
                "backend": {"use": backend, "workers": workers},
                "seed": seed,
                "import_path": "config",
            }
        )

    def slow(self, backend: str = "pool", seconds: float = 0.03) -> str:
        """A run of a few seconds, most of it evaluations."""
        return self.spec("slow:build", backend, seconds=seconds)

    def command(self, engine: str, spec: str, out: str, *options: str) -> list[str]:
        """`evosweep run` on the host (engine "host") or in a container."""
        run = ["run", "--spec", spec, "--out", out]
        if engine == "host":
            return warm.evosweep(*run)
        return [str(EVOSWEEP), "contain", "--engine", engine, *options, "--", "evosweep", *run]

    def run(
        self, engine: str, spec: str, out: str, *options: str
    ) -> "subprocess.CompletedProcess[str]":
        """The command, waited for."""
        command = self.command(engine, spec, out, *options)
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def start(self, command: list[str], **variables: str) -> "subprocess.Popen[str]":
        """A command under way, ended with the test at the latest."""
        process = subprocess.Popen(
            command,
            env=os.environ | variables,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def record(self, out: str) -> dict[str, Any]:
        """The receipt of a finished run."""
        record: dict[str, Any] = json.loads((self.folder / out / "record.json").read_text())
        return record

    def wait_for_evaluations(self, out: str, size: int = 2900) -> None:
        """Until the journal shows that the run is well under way."""
        journal, process = self.folder / out / "journal.bin", self.started[-1]

        def is_under_way() -> bool:
            if process.poll() not in (None, 0):
                pytest.fail(f"it ended before: {process.communicate()[0]}")
            return journal.exists() and journal.stat().st_size > size

        self.wait(is_under_way)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Until the condition holds; the time that a test has is pytest's to limit."""
        while not condition():
            time.sleep(0.05)

    def containers(self, engine: str) -> list[str]:
        """Names of this laboratory's containers, in whatever state; others on this machine stay."""
        listed = subprocess.run(
            [engine, "ps", "--all", "--no-trunc", "--format", "{{.Names}} {{.Mounts}}"],
            capture_output=True,
            text=True,
            check=True,
        )
        mine = [line for line in listed.stdout.splitlines() if f"{self.folder}/" in line]
        return [line.split()[0] for line in mine]

    def close(self) -> None:
        """End what a failed test left behind."""
        if self._parent is not None:
            self._parent.kill()
            self._parent.wait()
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            if process.stdout is not None and not process.stdout.closed:  # else it was read already
                process.communicate()
