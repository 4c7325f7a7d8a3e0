"""`evosweep run` on one of the hosts of a test, and what is left of it on all of them."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from hosts import Host, words

from evosweep.records import journal

ROOT = Path(__file__).parents[2]
_PATIENCE = 240.0


def spec(backend: dict[str, Any], **problem: Any) -> dict[str, Any]:
    """A run of 150 evaluations of 20 ms."""
    return {
        "problem": {"use": "troubled:build", "params": {"seconds": 0.02} | problem},
        "algorithm": {
            "use": "ea_simple",
            "params": {"population": 40, "generations": 5, "crossover": 0.5, "mutation": 0.2},
        },
        "backend": backend,
        "seed": 5,
        "import_path": "tests/faults",
    }


@dataclass
class Run:
    """A run that is started on the first of some hosts, in a folder that they share."""

    hosts: list[Host]
    folder: Path
    spec: dict[str, Any]
    environment: dict[str, str] = field(default_factory=dict)
    errors: str = ""

    def start(self) -> None:
        words = [f"{name}={value}" for name, value in self.environment.items()]
        command = [sys.executable, "-m", "evosweep", "run", "--spec", json.dumps(self.spec)]
        self.process = subprocess.Popen(
            self.hosts[0].command("env", *words, *command, "--out", str(self.folder), folder=ROOT),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self) -> int:
        _, self.errors = self.process.communicate(timeout=_PATIENCE)
        return self.process.returncode

    def complete(self) -> int:
        self.start()
        return self.finish()

    def wait_for_evaluations(self, count: int) -> None:
        """Until the journal has so many evaluations; the run goes on."""
        self.wait_until(lambda: self.evaluated() >= count, f"{count} evaluations")

    def wait_for_workers(self, host: Host) -> list[psutil.Process]:
        """The workers on a host, once there are some."""
        self.wait_until(lambda: bool(self.workers(host)), f"workers on {host.name}")
        return self.workers(host)

    def workers(self, host: Host) -> list[psutil.Process]:
        return [each for each in host.processes() if "scoop.bootstrap" in " ".join(words(each))]

    def evaluated(self) -> int:
        path = self.folder / "journal.bin"
        return sum(len(entry.indices) for entry in journal.read(path)) if path.exists() else 0

    def left(self, patience: float = 120.0) -> list[psutil.Process]:
        """What still runs on any host a while after the run has ended."""
        until = time.monotonic() + patience
        while True:
            left = [each for host in self.hosts for each in host.processes()]
            if not left or time.monotonic() > until:
                return left
            time.sleep(0.1)

    @property
    def record(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self.folder / "record.json").read_text())
        return read

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Until the condition holds; the run must go on meanwhile."""
        until = time.monotonic() + _PATIENCE
        while not condition():
            assert self.process.poll() is None, (what, self.finish(), self.errors)
            assert time.monotonic() < until, f"no {what}"
            time.sleep(0.1)
