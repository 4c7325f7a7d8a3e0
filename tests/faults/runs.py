"""Runs to be disturbed, and what is left of them."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import engines
import psutil
import warm
from warm_server import NAME_SIZE, TOKEN

from evosweep.processes import activity
from evosweep.records.journal import Entry, JournalCorrupt, read_behind

HERE = Path(__file__).parent
HOLD = "EVOSWEEP_TEST_HOLD"
_WARM = ("serial", "pool", "scoop")
"""Backends whose runs are forked from made imports; of the others, workers are found by what /proc
has of them."""
_PATIENCE = 600.0  # seconds; on a machine that is busy with other things, a start may take minutes


def spec(backend: str = "serial", workers: int = 1, **problem: Any) -> dict[str, Any]:
    """A run of about a second on one worker: 150 evaluations of 6 ms."""
    options = {key: problem.pop(key) for key in ("timeout", "failure") if key in problem}
    return {
        "problem": {"use": "troubled:build", "params": {"seconds": 0.006} | problem, **options},
        "algorithm": {
            "use": "ea_simple",
            "params": {"population": 40, "generations": 5, "crossover": 0.5, "mutation": 0.2},
        },
        "backend": engines.backend(backend, workers),
        "seed": 5,
        "import_path": str(HERE),
    }


@dataclass
class Run:
    """`evosweep run` on a folder, started and started again; its processes carry a token."""

    folder: Path
    spec: dict[str, Any]
    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    process: "subprocess.Popen[str] | warm.Command | None" = None
    environment: dict[str, str] = field(default_factory=dict)

    def hold(self, window: str, count: int = 1) -> None:
        """Let the next process that works on it stop in a window, there for the `count`-th time."""
        self._note = self.folder.with_name(f"held-{uuid.uuid4().hex}")
        words = [window, count, str(self.folder.resolve()), str(self._note)]
        self.environment = {"PYTHONPATH": str(HERE / "held"), HOLD: json.dumps(words)}

    def held(self) -> psutil.Process:
        """The process that has stopped in the window."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(OSError, ValueError, psutil.NoSuchProcess):
                process = psutil.Process(int(self._note.read_text()))
                if process.status() == psutil.STATUS_STOPPED:
                    return process
            assert self.process is not None
            assert self.process.poll() is None, (self.environment, self.finish())
            time.sleep(0.01)
        raise AssertionError("the run does not come to the window")

    def start(self, *options: str, new: bool = False) -> "subprocess.Popen[str] | warm.Command":
        """Start it; `new`: by a Python that still has to import everything."""
        words = ["run", "--spec", json.dumps(self.spec), "--out", str(self.folder), *options]
        environment = os.environ | {TOKEN: self.token} | self.environment
        is_new = new or self.spec["backend"]["use"] not in _WARM
        self.process = (warm.start_new if is_new else warm.start)(words, environment)
        return self.process

    def finish(self, timeout: float = _PATIENCE) -> tuple[int, str]:
        """(exit code, what it printed to stderr)."""
        assert self.process is not None
        _, errors = self.process.communicate(timeout=timeout)
        errors = "".join(line for line in errors.splitlines(True) if "resource_tracker" not in line)
        return self.process.returncode, errors

    def complete(self, *options: str) -> tuple[int, str]:
        self.start(*options)
        return self.finish()

    def wait_for_evaluations(self, size: int = 400) -> None:
        """Until the journal has as many bytes of evaluations: a fault hits the run at work."""
        journal, until = self.folder / "journal.bin", time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if _size(journal) >= size and evaluated(journal) >= size:
                return
            assert self.process is not None
            if self.process.poll() is not None:
                return
            time.sleep(0.01)
        raise AssertionError("the run does not evaluate anything")

    @property
    def record(self) -> dict[str, Any]:
        return json.loads((self.folder / "record.json").read_text())

    @property
    def failure(self) -> dict[str, Any]:
        return json.loads((self.folder / "failure.json").read_text())

    @property
    def digest(self) -> str:
        return self.record["population_digest"]

    def processes(self) -> list[psutil.Process]:
        """Every living process of the run."""
        return list(with_token(self.token))

    def left_after(self, limit: float = 60.0, *, leaders: bool = True) -> list[psutil.Process]:
        """Processes that are still there after so many seconds, which a loaded machine may need.

        `leaders`: those too that lead a process group of their own.
        """
        until = time.monotonic() + limit
        while (left := self._left(leaders)) and time.monotonic() < until:
            time.sleep(0.05)
        return left

    def _left(self, leaders: bool) -> list[psutil.Process]:
        left = []
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                if leaders or os.getpgid(process.pid) != process.pid:
                    left.append(process)
        return left

    def kill_everything(self) -> None:
        for process in self.processes():
            process.send_signal(signal.SIGKILL)
        if self.process is not None and self.process.stdout is not None:
            self.process.communicate()

    def role(self, process: psutil.Process) -> str:
        """What a process of the run is for; a worker is busy or idle by its own note."""
        command = process.cmdline()
        words = " ".join(command)
        if "-m scoop " in words:  # where its thread is
            return "the broker"
        if "multiprocessing.forkserver" in words:
            parent = process.parent()
            if parent is None or parent.cmdline() != command:
                return "the forkserver"
        elif "scoop.bootstrap" not in words or "--origin" in command:
            helper = "resource_tracker" in words or "scoop.launch" in words
            return "a helper process" if helper else "the working process"
        folder = Path(process.environ()[activity.FOLDER_VARIABLE])
        return "a busy worker" if activity.note(folder, process.pid) else "an idle worker"

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def stop(process: psutil.Process) -> None:
    """Stop a process, and wait until it has stopped: from then on, it changes nothing."""
    process.suspend()
    while process.status() not in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE):
        time.sleep(0.001)


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def evaluated(journal: Path) -> int:
    """Bytes of evaluations in a journal, as far as it can be read."""
    size, start = 0, 0
    with contextlib.suppress(OSError, JournalCorrupt):
        for end, entry in read_behind(journal, 0):
            size += (end - start) * isinstance(entry, Entry)
            start = end
    return size


def with_token(token: str) -> Iterator[psutil.Process]:
    wanted, name = f"{TOKEN}={token}".encode(), f"{token[:NAME_SIZE]}\n"
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            is_forked = (folder / "comm").read_text() == name
            if is_forked or wanted in (folder / "environ").read_bytes().split(b"\0"):
                process = psutil.Process(int(folder.name))
                if process.status() != psutil.STATUS_ZOMBIE:
                    yield process
        except (OSError, psutil.NoSuchProcess):
            continue
