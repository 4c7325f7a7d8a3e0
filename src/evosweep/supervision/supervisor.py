"""The outer process of `evosweep run`: starts the working processes, watches them, ends them.

They are a process group of their own (Python, or `python -m scoop` with its broker and workers).
A stop kills the whole group; so does the loss of a process that cannot be made good from inside,
or an evaluation past its timeout, and then the group is started again from the journal. Nothing
is lost by a kill: finished chunks are in the journal. What killed a process is passed on, so that
an individual that does it three times is named. This process imports little, so that it costs
little; the outcome is taken from what the group leaves, never from SCOOP's exit code.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evosweep.backends.table import BACKENDS
from evosweep.machine import numerics
from evosweep.machine.environment import THREAD_VARIABLES
from evosweep.processes import activity, guard
from evosweep.processes.reaper import Reaper
from evosweep.supervision.job import Job

PARENT_VARIABLE = "EVOSWEEP_PARENT"
_ENTRY = Path(__file__).parent.parent / "entry" / "under_scoop.py"
_TICK = 0.2
_BARREN_STARTS = 5
_START_BYTES = 28 + 29  # docs/journal.md; a chunk takes 68 or more


class _Stopped(Exception):
    def __init__(self, signum: int) -> None:
        self.code = 128 + signum


@dataclass
class _Loss:
    """Why the group has to be started again."""

    notes: list[activity.Note]
    """What the dead were evaluating; one that only died with the others is cleared later."""
    signal: int | None = None
    """What killed the working process, where it was a child of this one."""
    reason: str = "worker"


def supervise(job: Job) -> int:
    """Performs a job in processes of its own; returns the exit code of `evosweep run`."""
    os.mkfifo(job.folder / "bell")
    with _bells(job.folder / "bell") as bell, Reaper() as reaper:
        return _Supervisor(job, bell, reaper).run()


class _Supervisor:
    def __init__(self, job: Job, bell: "Callable[[float], None]", reaper: Reaper) -> None:
        self.job, self.bell, self.reaper = job, bell, reaper
        self.kind = BACKENDS[job.spec["backend"]["use"]]
        self.barren = 0
        self.group: subprocess.Popen[bytes]

    def run(self) -> int:
        """Starts the group until it comes to an end of its own."""
        try:
            while True:
                before = self._journal()
                loss = self._once()
                if loss is None:
                    return self._conclude()
                if (code := self._after(loss, _has_grown(before, self._journal()))) is not None:
                    return code
        except _Stopped as stopped:
            return stopped.code

    def _once(self) -> _Loss | None:
        self.job.save()
        (self.job.folder / "outcome.json").unlink(missing_ok=True)
        self.group = subprocess.Popen(
            self._command(), env=self._environment(), start_new_session=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self.reaper.watch(self.group.pid)
            return self._watch()
        finally:
            _kill_group(self.group, thoroughly=self.job.outcome() is None)
            self.reaper.watch(None)
            self._flush_journal()

    def _command(self) -> list[str]:
        folder = str(self.job.folder)
        if self.kind.launcher:
            words = self.kind.launch(self.job.spec["backend"]["workers"])
            return [sys.executable, *words, str(_ENTRY), folder]
        return [sys.executable, "-P", "-m", "evosweep.supervision.performer", folder]

    def _environment(self) -> dict[str, str]:
        mine = {guard.SUPERVISOR_VARIABLE: str(os.getpid())}
        mine[activity.FOLDER_VARIABLE] = str(self.job.board)
        return dict.fromkeys(THREAD_VARIABLES, "1") | os.environ | numerics.environment() | mine

    def _watch(self) -> _Loss | None:
        """None when the group has said how it ended, else why it must be started again."""
        crew = _Crew(self.group.pid, self.job.board) if self.kind.launcher else None
        while True:
            self.bell(_TICK)
            _stop_without_parent()
            if self.job.outcome() is not None:
                return None
            notes = [note for note in activity.notes(self.job.board) if not note.pooled]
            if late := [note for note in notes if note.overdue]:
                return _Loss(late, reason="timeout")
            if self.group.poll() is not None or (crew is not None and crew.is_incomplete()):
                time.sleep(0.05)  # the last word may be just on the way, or more may be dying
                return None if self.job.outcome() is not None else self._loss(crew, notes)

    def _loss(self, crew: "_Crew | None", notes: list[activity.Note]) -> _Loss:
        if crew is not None:
            return _Loss([note for note in notes if crew.has_lost(note.pid)])
        code = self.group.returncode
        return _Loss(notes, -code if code < 0 else None)

    def _after(self, loss: _Loss, progress: bool) -> int | None:
        """Prepares the next start; an exit code where there is none to be."""
        current = self.job.current()
        for file in self.job.board.iterdir():
            file.unlink()
        if loss.notes and current is not None:
            for note in loss.notes:
                known = (note.batch, note.index, loss.reason, loss.signal)
                self.job.add_loss(current["run_id"], known)
            return None
        self.barren = 0 if progress else self.barren + 1
        if self.barren < _BARREN_STARTS:
            return None
        what = f"run {current['run_id']}" if current else "the run"
        print(
            f"evosweep: error: {what}: its processes were killed {self.barren} times in a row "
            "and no evaluation was finished between; look for what kills them (memory, a limit of "
            "the system), then call the same command again",
            file=sys.stderr,
        )
        return 1

    def _conclude(self) -> int:
        outcome = self.job.outcome() or {"code": 1, "message": "no outcome was left"}
        if outcome["message"]:
            print(f"evosweep: error: {outcome['message']}", file=sys.stderr)
        return int(outcome["code"])

    def _journal(self) -> tuple[Path | None, int]:
        """The journal of the run under way, and its size."""
        current = self.job.current()
        if current is None:
            return None, 0
        path = Path(current["folder"], "journal.bin")
        with contextlib.suppress(OSError):
            return path, path.stat().st_size
        return path, 0

    def _flush_journal(self) -> None:
        """What the killed group wrote is in the kernel; this puts it on the disk."""
        journal, _ = self._journal()
        with contextlib.suppress(OSError):
            if journal is not None:
                fd = os.open(journal, os.O_RDWR)
                os.fsync(fd)
                os.close(fd)


def _has_grown(before: tuple[Path | None, int], after: tuple[Path | None, int]) -> bool:
    """Whether an evaluation was finished between: a start alone adds a header and its session."""
    another_run = before[0] is not None and before[0] != after[0]
    return another_run or after[1] - before[1] > _START_BYTES


class _Crew:
    """SCOOP's own processes: without any one of them it may wait for ever."""

    def __init__(self, launcher: int, board_folder: Path) -> None:
        import psutil

        self._process = psutil.Process
        self._board = board_folder
        self._launcher = psutil.Process(launcher)
        self._gone = (psutil.NoSuchProcess, psutil.ZombieProcess)
        self._known: dict[int, Any] = {}

    def is_incomplete(self) -> bool:
        """Whether a member has died."""
        with contextlib.suppress(*self._gone):
            for process in self._launcher.children(recursive=True):
                if process.pid not in self._known and self._is_member(process):
                    self._known[process.pid] = process
        for pid in activity.pids(self._board):  # also one that died before it was seen above
            if pid not in self._known:
                try:
                    self._known[pid] = self._process(pid)
                except self._gone:
                    return True
        return any(map(self.has_lost, self._known))

    def has_lost(self, pid: int) -> bool:
        """Whether the process of that number is dead."""
        try:
            process = self._known.get(pid) or self._process(pid)
            return not process.is_running() or process.status() == "zombie"
        except self._gone:
            return True

    def _is_member(self, process: Any) -> bool:
        with contextlib.suppress(*self._gone):
            return any(word.startswith("scoop.") for word in process.cmdline())
        return False


@contextlib.contextmanager
def _bells(fifo: Path) -> Iterator[Callable[[float], None]]:
    """A wait that a child's death, its message or a signal to stop cuts short."""
    listen = os.open(fifo, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.set_blocking(write_end, False)
    stops: list[int] = []
    handlers = {
        number: signal.signal(number, lambda signum, _: stops.append(signum))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    }
    handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
    woken = signal.set_wakeup_fd(write_end)

    def wait(timeout: float) -> None:
        ready, _, _ = select.select([listen, read_end], [], [], timeout)
        for fd in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(fd, 4096)
        if stops:
            raise _Stopped(stops[0])

    try:
        yield wait
    finally:
        signal.set_wakeup_fd(woken)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for fd in (listen, read_end, write_end):
            os.close(fd)


def _stop_without_parent() -> None:
    """Where the workflow that started this is gone, nobody waits for the result."""
    parent = os.environ.get(PARENT_VARIABLE)
    if parent and not guard.is_alive(int(parent)):
        raise _Stopped(signal.SIGTERM)


def _kill_group(group: "subprocess.Popen[bytes]", thoroughly: bool) -> None:
    """SIGKILL to a process group; `thoroughly`: also to what left the group of its own accord."""
    family = guard.descendants(group.pid) if thoroughly and group.poll() is None else []
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group.pid, signal.SIGKILL)
    for pid in family:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    group.wait()
