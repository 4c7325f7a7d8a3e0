"""A job: the runs of one `evosweep run`, and the folder through which its processes talk.

The supervisor writes the folder; the working process reads it and leaves its outcome. After a
restart it also finds there which evaluations killed it before.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evosweep.processes.guard import is_alive

if TYPE_CHECKING:
    from evosweep.config.spec import RunSpec

_PREFIX = "evosweep-job-"

Loss = tuple[int, int, str, int | None]
"""(batch, index, reason, signal) of an evaluation that killed its process."""


@dataclass
class Job:
    """Specs that differ in their seed alone, and where their results go."""

    folder: Path
    spec: dict[str, Any]
    seeds: list[int]
    out: Path
    several: bool
    """Whether each run has a folder of its own in `out`, or `out` is the run's folder."""
    fresh: bool = False
    started: float = field(default_factory=time.time)
    sync: float = 1.0
    """Seconds after which an evaluation is on the disk at the latest."""

    @classmethod
    def load(cls, folder: Path) -> "Job":
        """The job that a supervisor saved."""
        data = json.loads((folder / "job.json").read_bytes())
        return cls(folder, **(data | {"out": Path(data["out"])}))

    @classmethod
    @contextmanager
    def temporary(cls, **what: Any) -> "Iterator[Job]":
        """A job whose folder is there as long as the block; `what` are its other fields."""
        _remove_abandoned()
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        try:
            job = cls(folder, **what)
            job.board.mkdir()
            yield job
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def save(self) -> None:
        """Writes the job for the working process."""
        data = {
            "spec": self.spec,
            "seeds": self.seeds,
            "out": str(self.out),
            "several": self.several,
            "fresh": self.fresh,
            "started": self.started,
            "sync": self.sync,
        }
        _write(self.folder / "job.json", data)

    @property
    def board(self) -> Path:
        """The folder in which processes note what they evaluate."""
        return self.folder / "board"

    def specs(self) -> "list[RunSpec]":
        """The specs of the runs, by seed."""
        from evosweep.config.spec import RunSpec

        return [RunSpec.parse(self.spec | {"seed": seed}) for seed in self.seeds]

    def mark(self, spec: "RunSpec") -> None:
        """Notes which run is under way."""
        folder = self.out / spec.run_id if self.several else self.out
        data = {"run_id": spec.run_id, "spec_id": spec.spec_id, "spec": spec.to_dict()}
        _write(self.folder / "current.json", data | {"folder": str(folder)})

    def current(self) -> dict[str, Any] | None:
        """The run under way, or None before the first."""
        return _read(self.folder / "current.json")

    def add_loss(self, run_id: str, loss: Loss) -> None:
        """Keeps which evaluation killed the working process, for its successor."""
        losses = _read(self.folder / "lost.json") or {}
        losses.setdefault(run_id, []).append(list(loss))
        _write(self.folder / "lost.json", losses)

    def lost(self, spec: "RunSpec") -> list[Loss]:
        """The evaluations of a run that killed the working process so far."""
        losses = _read(self.folder / "lost.json") or {}
        return [tuple(loss) for loss in losses.get(spec.run_id, [])]

    def report(self, code: int, message: str) -> None:
        """The working process's last word, and a byte to wake its supervisor."""
        _write(self.folder / "outcome.json", {"code": code, "message": message})
        try:
            fd = os.open(self.folder / "bell", os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody listens any more
            return
        os.write(fd, b"!")
        os.close(fd)

    def outcome(self) -> dict[str, Any] | None:
        """The working process's last word, or None."""
        return _read(self.folder / "outcome.json")


def _remove_abandoned() -> None:
    """The folders of jobs whose process was killed before it could remove its own."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, data: Mapping[str, Any]) -> None:
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(data), encoding="utf-8")
    temporary.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        data: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return data
