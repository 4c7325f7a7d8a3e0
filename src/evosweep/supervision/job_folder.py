"""The folder through which the processes of one `evosweep run` talk.

The supervisor writes what to do; the working process reads it and leaves its last word. After a
restart it also finds there which evaluations killed its predecessor.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from evosweep.supervision.scratch import private_folder

if TYPE_CHECKING:
    from evosweep.config.spec import RunSpec

Loss = tuple[int, int, str, int | None]
"""(batch, index, reason, signal) of an evaluation that killed its process."""

_SOCKET_PATH = 90  # bytes; the kernel takes 107, a file name of SCOOP's has up to 12
_RESERVED = 4096  # bytes for the last word, so that a full disk does not swallow it


class CurrentRun(TypedDict):
    """The run under way, and its folder."""

    run_id: str
    spec_id: str
    spec: dict[str, Any]
    folder: str


class LastWord(TypedDict):
    """How a working process ended: its exit code and, if not empty, the line that says why."""

    code: int
    message: str


@dataclass
class JobFolder:
    """Runs on one backend, where their results go, and how far they are."""

    folder: Path
    spec: dict[str, Any]
    seeds: list[int]
    out: Path
    several: bool
    """True if each run has a folder of its own in `out`, or `out` is the run's folder."""
    others: list[dict[str, Any]] = field(default_factory=list)
    """Specs of further runs, of other configurations on the same backend."""
    apart: bool = False
    """Each run has a process of its own, as if it were alone."""
    fresh: bool = False
    started: float = field(default_factory=time.time)
    sync: float = 1.0
    """Seconds after which an evaluation is on the disk at the latest."""
    mixed: bool = False
    """Go on with the journal of another environment."""
    order: Path | None = None
    """The journal whose order of results the run follows."""
    sockets: Path = Path()
    """A folder of this user's alone whose path is short enough for sockets."""

    @classmethod
    def load(cls, folder: Path) -> "JobFolder":
        """Return the job that a supervisor saved."""
        data = json.loads((folder / "job.json").read_bytes())
        paths = {key: Path(data[key]) for key in ("out", "order") if data[key] is not None}
        return cls(folder, **(data | paths))

    @classmethod
    @contextmanager
    def temporary(cls, **what: Any) -> "Iterator[JobFolder]":
        """A job whose folder is there as long as the block; `what` are its other fields."""
        with ExitStack() as stack:
            folder = stack.enter_context(private_folder(Path(tempfile.gettempdir())))
            sockets = folder / "sockets"
            if len(os.fsencode(sockets)) > _SOCKET_PATH:
                sockets = stack.enter_context(private_folder(Path("/tmp"))) / "sockets"
            job = cls(folder, **what, sockets=sockets)
            job.board.mkdir()
            job.sockets.mkdir()
            yield job

    def save(self) -> None:
        """Write the job for the next working process, and make room for its last word."""
        data = {
            "spec": self.spec,
            "seeds": self.seeds,
            "out": str(self.out),
            "several": self.several,
            "others": self.others,
            "apart": self.apart,
            "fresh": self.fresh,
            "started": self.started,
            "sync": self.sync,
            "mixed": self.mixed,
            "order": None if self.order is None else str(self.order),
        }
        _write(self.folder / "job.json", data)
        (self.folder / "outcome.json").write_bytes(b" " * _RESERVED)

    @property
    def board(self) -> Path:
        """The folder in which processes note what they evaluate."""
        return self.folder / "board"

    @property
    def backend(self) -> str:
        """What the spec's `backend: use` names."""
        return str(self.spec["backend"]["use"])

    @property
    def workers(self) -> int:
        """How many processes evaluate."""
        backend = self.spec["backend"]
        named = backend.get("hosts")
        return int(backend.get("workers") or (len(named) if isinstance(named, list) else 1))

    @property
    def has_hosts(self) -> bool:
        """True if the spec says on which hosts the workers are."""
        return self.spec["backend"].get("hosts") is not None

    def specs(self) -> "list[RunSpec]":
        """Return the specs of the runs, in their order."""
        from evosweep.config.spec import RunSpec

        first = [self.spec | {"seed": seed} for seed in self.seeds]
        return [RunSpec.parse(spec) for spec in (*first, *self.others)]

    def clear(self) -> None:
        """Remove what dead processes left on the board and of their sockets."""
        for folder in (self.board, self.sockets):
            for file in folder.iterdir():
                file.unlink(missing_ok=True)

    def mark(self, spec: "RunSpec") -> None:
        """Notes which run is under way."""
        current: CurrentRun = {
            "run_id": spec.run_id,
            "spec_id": spec.spec_id,
            "spec": spec.to_dict(),
            "folder": str(self._run_folder(spec)),
        }
        _write(self.folder / "current.json", current)

    def _run_folder(self, spec: "RunSpec") -> Path:
        return self.out / spec.run_id if self.several else self.out

    def current(self) -> CurrentRun | None:
        """Return the run under way, or None before the first."""
        current: CurrentRun | None = _read(self.folder / "current.json")
        return current

    def add_loss(self, run_id: str, loss: Loss) -> None:
        """Keeps which evaluation killed the working process, for its successor."""
        losses = _read(self.folder / "lost.json") or {}
        losses.setdefault(run_id, []).append(list(loss))
        _write(self.folder / "lost.json", losses)

    def lost(self, spec: "RunSpec") -> list[Loss]:
        """Return the evaluations of a run that killed the working process so far."""
        losses = _read(self.folder / "lost.json") or {}
        return [tuple(loss) for loss in losses.get(spec.run_id, [])]

    def report(self, code: int, message: str) -> None:
        """The working process's last word, and a byte to wake its supervisor."""
        word = json.dumps(LastWord(code=code, message=message[: _RESERVED // 8]))
        with suppress(OSError):  # its room is reserved; should that not help, the records decide
            fd = os.open(self.folder / "outcome.json", os.O_WRONLY)
            os.pwrite(fd, word.encode(), 0)
            os.close(fd)
        with suppress(OSError):  # nobody listens any more
            fd = os.open(self.folder / "bell", os.O_WRONLY | os.O_NONBLOCK)
            os.write(fd, b"!")
            os.close(fd)

    def last_word(self) -> LastWord | None:
        """Return the working process's last word, or None."""
        word: LastWord | None = _read(self.folder / "outcome.json")
        return word

    def is_finished(self) -> bool:
        """Return True if every run has its record: then no last word is needed."""
        if not self.several and not (self.out / "record.json").exists():
            return False
        return all(map(self._has_record, self.specs()))

    def _has_record(self, spec: "RunSpec") -> bool:
        try:
            record = json.loads((self._run_folder(spec) / "record.json").read_bytes())
            finished = datetime.fromisoformat(record["finished"]).timestamp()
            return record["run_id"] == spec.run_id and (not self.fresh or finished >= self.started)
        except (OSError, ValueError, KeyError, TypeError):
            return False


def _write(path: Path, data: object) -> None:
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(data), encoding="utf-8")
    temporary.replace(path)


def _read(path: Path) -> Any:
    """Return what a file has, or None if it is missing, empty or not yet written to its end."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
