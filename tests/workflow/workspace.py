"""A folder in which Snakemake is called, and a small experiment of a user's own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import warm
import warm_probe

PROBLEM = '''
"""Ones, with a switch to break it, ways to make it slow and a gate that lets it on."""
import itertools
import random
import time
from pathlib import Path

from deap import base, creator, tools

creator.create("OnesMax", base.Fitness, weights=(1.0,))
creator.create("Ones", list, fitness=creator.OnesMax)


def build(bits=20, seconds=0.0, fragile=False, text="", gate="", after=0):
    done = itertools.count()

    def evaluate(individual):
        time.sleep(seconds)
        while gate and next(done) >= after and not Path(gate).exists():
            time.sleep(0.02)
        if fragile and Path("broken").exists():
            raise RuntimeError("broken on purpose")
        return (sum(individual),)

    toolbox = base.Toolbox()
    toolbox.register("gene", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Ones, toolbox.gene, bits)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox
'''

CONFIG: dict[str, Any] = {
    "experiment": "study",
    "problems": {"ones": {"use": "my_problem:build"}},
    "algorithms": {"simple": {"use": "ea_simple", "params": {"population": 10, "generations": 3}}},
    "backends": {"serial": {"use": "serial"}},
    "seeds": [1, 2],
}


PATH = "/usr/bin:/bin"
IMPORTED = (
    *("snakemake.cli", "evosweep.workflow.hooks", "snakemake_logger_plugin_evosweep"),
    "snakemake.cli:get_argument_parser",  # which looks for plugins and imports them
    *("smart_open", "graphlib", "packaging.version", "pandas"),
    "evosweep.config.experiment:Experiment.model_rebuild",
    "evosweep.config.spec:RunSpec.model_rebuild",
    *warm_probe.IMPORTS,
    "warm_probe:install",
)
"""What a call of Snakemake imports and prepares, whatever it does."""


@dataclass
class Workspace:
    """A folder in which `snakemake` is called."""

    folder: Path
    started: list[subprocess.Popen[str] | warm.Program] = field(default_factory=list)

    def close(self) -> None:
        """End what a failed test left working."""
        for process in self.started:
            with process:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)

    def configure(self, name: str = "config/experiment.yaml", **changes: Any) -> None:
        """Write a config: the small one, with changes."""
        (self.folder / name).write_text(json.dumps(CONFIG | changes))

    def start(self, *arguments: str) -> warm.Program:
        """Start `snakemake --cores 2`, with its own messages, in a process group of its own."""
        words = ["snakemake", "--cores", "2", "--logger-evosweep-view", "jobs", *arguments]
        return self.start_warm(*words)

    def start_warm(
        self, *words: str, folder: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> warm.Program:
        """Start `python -m WORDS`: Snakemake or a sweep."""
        variables = self._environment() | (environment or {})
        process = warm.server(*IMPORTED).start(words, folder or self.folder, variables)
        self.started.append(process)
        return process

    def _environment(self) -> dict[str, str]:
        """As it is where no environment was activated; jobs of a workflow are forked."""
        return os.environ | {"PATH": PATH} | warm.evosweep_in_bash()

    def start_python(self, *words: str, folder: Path | None = None) -> subprocess.Popen[str]:
        """Start a Python program in a process group of its own."""
        ours = words[:2] == ("-m", "evosweep")
        process = subprocess.Popen(
            warm.evosweep(*words[2:]) if ours else [sys.executable, *words],
            cwd=folder or self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def sweep(self, *arguments: str, folder: Path | None = None) -> warm.Program:
        """Start `evosweep sweep` on the config, with two cores."""
        config = str(self.folder / "config" / "experiment.yaml")
        words = ["evosweep", "sweep", config, "--cores", "2", *arguments]
        return self.start_warm(*words, folder=folder)

    def snakemake(self, *arguments: str, code: int = 0) -> str:
        """What a call prints; fails unless it ends with `code`."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=600)
        assert process.returncode == code, output
        return output

    def runs(self, *arguments: str, code: int = 0) -> str:
        """A call that stops short of tracking and comparing."""
        return self.snakemake("--until", "run", "batch", *arguments, code=code)

    def records(self, experiment: str = "study") -> dict[Path, dict[str, Any]]:
        """The records there are, by file."""
        found = sorted((self.folder / "results" / experiment).glob("runs/*/record.json"))
        return {path: json.loads(path.read_text()) for path in found}
