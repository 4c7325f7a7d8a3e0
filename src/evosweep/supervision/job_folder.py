"""The folder through which the processes of one `evosweep run` talk.

The supervisor writes the runs to perform. The working process reads them, and writes its exit code
and its error into the folder before it ends. A restarted process also reads there which evaluations
killed its predecessor.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from evosweep.errors import Damaged
from evosweep.files import strict_json
from evosweep.files.opening import read_bytes
from evosweep.supervision.scratch import private_folder

if TYPE_CHECKING:
    from evosweep.config.spec import RunSpec

Loss = tuple[int, int, str, int | None]
"""(batch, index, reason, signal) of an evaluation that killed its process."""

_SOCKET_PATH = 90  # bytes; the kernel accepts 107, and a file name of SCOOP's has up to 12
_LARGEST = 2**26  # bytes of a receipt
_RESERVED = 4096  # bytes that are reserved for the last word, in case the disk gets full


class CurrentRun(TypedDict):
    """The run under way, and its folder."""

    run_id: str
    spec_id: str
    spec: dict[str, Any]
    folder: str


class LastWord(TypedDict):
    """How a working process ended: its exit code, and an error message, which may be empty."""

    code: int
    message: str


@dataclass
class JobFolder:
    """A job: runs on one backend, the place of their results, and their state."""

    folder: Path
    spec: dict[str, Any]
    seeds: list[int]
    out: Path
    several: bool
    """True if each run gets a folder of its own in `out`; else `out` is the only run's folder."""
    others: list[dict[str, Any]] = field(default_factory=list)
    """Specs of further runs, of other configurations on the same backend."""
    apart: bool = False
    """True if each run gets a process of its own."""
    fresh: bool = False
    started: float = field(default_factory=time.time)
    sync: float = 1.0
    """Seconds between two writes of the journal to the disk."""
    mixed: bool = False
    """True if a run may resume a journal that another environment has written."""
    order: Path | None = None
    """The journal whose order of results the run repeats."""
    sockets: Path = Path()
    """A private folder whose path is short enough for sockets."""

    @classmethod
    def load(cls, folder: Path) -> "JobFolder":
        """Return the job that a supervisor saved."""
        data = json.loads((folder / "job.json").read_bytes())
        paths = {key: Path(data[key]) for key in ("out", "order") if data[key] is not None}
        return cls(folder, **(data | paths))

    @classmethod
    @contextmanager
    def temporary(cls, **what: Any) -> "Iterator[JobFolder]":
        """Make a job whose folder exists for the block; `what` holds its other fields."""
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
        """The name of the spec's backend."""
        return str(self.spec["backend"]["use"])

    @property
    def workers(self) -> int:
        """The number of processes that evaluate."""
        backend = self.spec["backend"]
        named = backend.get("hosts")
        return int(backend.get("workers") or (len(named) if isinstance(named, list) else 1))

    @property
    def has_hosts(self) -> bool:
        """True if the spec names hosts of the workers."""
        return self.spec["backend"].get("hosts") is not None

    def specs(self) -> "list[RunSpec]":
        """Return the specs of the runs, in their order."""
        from evosweep.config.spec import RunSpec

        first = [self.spec | {"seed": seed} for seed in self.seeds]
        return [RunSpec.parse(spec) for spec in (*first, *self.others)]

    def note_names(self, specs: "Iterable[RunSpec]") -> None:
        """Write down the run_ids, for a supervisor that does without the models of specs."""
        _write(self.folder / "runs.json", [spec.run_id for spec in specs])

    def names(self) -> list[str]:
        """Return the run_ids of the runs, in their order."""
        noted: list[str] | None = _read(self.folder / "runs.json")
        return [spec.run_id for spec in self.specs()] if noted is None else noted

    def clear(self) -> None:
        """Remove the files of dead processes on the board, and their sockets."""
        for folder in (self.board, self.sockets):
            for file in folder.iterdir():
                file.unlink(missing_ok=True)

    def mark(self, spec: "RunSpec") -> None:
        """Write down which run is under way."""
        current: CurrentRun = {
            "run_id": spec.run_id,
            "spec_id": spec.spec_id,
            "spec": spec.document,
            "folder": str(self._run_folder(spec)),
        }
        _write_often(self.folder / "current.json", current)

    def _run_folder(self, spec: "RunSpec") -> Path:
        return self.out / spec.run_id if self.several else self.out

    def current(self) -> CurrentRun | None:
        """Return the run under way, or None before the first."""
        current: CurrentRun | None = _read(self.folder / "current.json")
        return current

    def add_loss(self, run_id: str, loss: Loss) -> None:
        """Write down, for the next working process, which evaluation killed this one."""
        losses = _read(self.folder / "lost.json") or {}
        losses.setdefault(run_id, []).append(list(loss))
        _write(self.folder / "lost.json", losses)

    def lost(self, spec: "RunSpec") -> list[Loss]:
        """Return the evaluations of a run that killed the working process so far."""
        losses = _read(self.folder / "lost.json") or {}
        return [tuple(loss) for loss in losses.get(spec.run_id, [])]

    def report(self, code: int, message: str) -> None:
        """Write the working process's last word, and wake its supervisor."""
        word = json.dumps(LastWord(code=code, message=message[: _RESERVED // 8]))
        with suppress(OSError):  # its room is reserved; if that fails too, the records decide
            _put(self.folder / "outcome.json", word.encode())
        with suppress(OSError):  # the supervisor no longer listens
            fd = os.open(self.folder / "bell", os.O_WRONLY | os.O_NONBLOCK)
            os.write(fd, b"!")
            os.close(fd)

    def last_word(self) -> LastWord | None:
        """Return the working process's last word, or None."""
        word: LastWord | None = _read(self.folder / "outcome.json")
        return word

    def is_finished(self) -> bool:
        """Return True if every run has its record."""
        if not self.several and not (self.out / "record.json").exists():
            return False
        return all(map(self._has_record, self.specs()))

    def _has_record(self, spec: "RunSpec") -> bool:
        try:
            content = read_bytes(self._run_folder(spec) / "record.json", _LARGEST)
            record: Any = strict_json.loads(content)
            finished = datetime.fromisoformat(record["finished"]).timestamp()
            is_new = not self.fresh or finished >= self.started
            return bool(record["run_id"] == spec.run_id and is_new)
        except (OSError, Damaged, ValueError, KeyError, TypeError, OverflowError):
            return False


def _write(path: Path, data: object) -> None:
    _replace(path, json.dumps(data).encode())


def _write_often(path: Path, data: object) -> None:
    """Write in place what fits into a page of memory, which a kill cannot tear.

    A file that replaces another one costs as much as a file of a result.
    """
    page = json.dumps(data).encode().ljust(_RESERVED)
    with suppress(FileNotFoundError):
        if len(page) == path.stat().st_size == _RESERVED:
            _put(path, page)
            return
    _replace(path, page)


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".new")
    temporary.write_bytes(content)
    temporary.replace(path)


def _put(path: Path, content: bytes) -> None:
    """Write at the start of a file that is there."""
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(fd, content, 0)
    finally:
        os.close(fd)


def _read(path: Path) -> Any:
    """Return the JSON value in a file; None if it is missing, empty or not written to its end."""
    try:
        return strict_json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
