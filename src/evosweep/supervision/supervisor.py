"""The outer process of `evosweep run`: starts the working processes, watches them, ends them.

The working processes are a process group of their own. A signal to stop kills the whole group. The
loss of a process that the group cannot replace, or an evaluation past its timeout, also kills the
group; then the supervisor starts it again from the journal, which has every finished chunk. The run
ends with an error that names the individual if its evaluation kills the process three times. This
process imports few modules, so that it needs little time and memory. It takes the result from the
job's folder, never from SCOOP's exit code.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evosweep.backends.names import SCHEDULER_VARIABLE
from evosweep.backends.table import BACKENDS
from evosweep.errors import Damaged
from evosweep.files.opening import open_descriptor
from evosweep.machine import allocation
from evosweep.processes import activity, kill, lines, signals
from evosweep.processes.reaper import Reaper
from evosweep.processes.signals import Stops
from evosweep.supervision import variables
from evosweep.supervision.crew import Crew
from evosweep.supervision.job_folder import JobFolder, LastWord
from evosweep.supervision.launchers import launcher_of

_TICK, _LONGEST_TICK = 0.2, 0.5
"""Seconds between two looks at the processes of the group."""
_SHARE = 20  # a look at many processes takes this part of the time at most: others need it
_BARREN_STARTS = 5


@dataclass
class _Loss:
    """Why the group has to be started again."""

    notes: list[activity.Note]
    """The evaluations of the dead processes; some of them only died together with the culprit."""
    signal: int | None = None
    """The signal that killed the working process, if that is known."""
    reason: str = "worker"

    def __str__(self) -> str:
        if self.reason == "timeout":
            return "an evaluation took longer than its timeout"
        return signal.Signals(self.signal).name if self.signal else "it was killed, or crashed"


def supervise(job: JobFolder) -> int:
    """Perform a job in processes of its own; returns the exit code of `evosweep run`."""
    workflow = signals.workflow()
    parents = [] if workflow is None else [workflow]
    with Stops(parents) as stops, _bell(job) as bell, Reaper() as reaper:
        return _Supervisor(job, stops, bell, reaper).run()


class _Supervisor:
    def __init__(self, job: JobFolder, stops: Stops, bell: int, reaper: Reaper) -> None:
        self.job, self.stops, self.bell, self.reaper = job, stops, bell, reaper
        self.launcher = launcher_of(job.backend)
        self.lines = lines.Lines(job.folder / "lines")
        self.barren = 0
        self.group: subprocess.Popen[bytes]

    def run(self) -> int:
        """Start the group again and again until it ends by itself; returns the exit code."""
        while True:
            before = self._journal()
            loss = self._once()
            if (word := self.job.last_word()) is not None:
                return _conclude(word)
            if loss is None:
                self._note(self._why_stopped())
                return 128 + self.stops.signal
            if (
                code := self._after(loss, progress=_has_grown(before, self._journal()))
            ) is not None:
                return code

    def _once(self) -> _Loss | None:
        self.job.save()
        self.lines.begin()
        self.group = subprocess.Popen(
            self.launcher.command(self.job),
            env=self._environment(),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        try:
            self.reaper.watch(self.group.pid)
            return self._watch()
        finally:
            kill.group(self.group)
            self.reaper.watch(None)
            self._flush_journal()
            self.lines.print_rest()

    def _environment(self) -> dict[str, str]:
        places = {
            activity.FOLDER_VARIABLE: str(self.job.board),
            lines.VARIABLE: str(self.lines.path),
        }
        return variables.for_workers(several_hosts=self._has_several_hosts()) | places

    def _has_several_hosts(self) -> bool:
        """Return True if workers start on other hosts: those of the spec, or of an allocation."""
        backend = self.job.spec["backend"]
        is_there = backend.get("scheduler") or os.environ.get(SCHEDULER_VARIABLE)
        over_nodes = BACKENDS[self.job.backend].over_nodes and allocation.node_count() > 1
        return self.job.has_hosts or (over_nodes and not is_there)

    def _watch(self) -> _Loss | None:
        """Wait until the group ends; returns the loss, or None after a stop or a last word."""
        crew = self.launcher.crew(self.group.pid, self.job)
        tick = _TICK
        while True:
            self.stops.wait(tick, self.bell)
            began = time.process_time()
            self.lines.print_new()
            if self.stops.signal or self.job.last_word() is not None:
                return None
            notes = [note for note in activity.notes(self.job.board) if not note.pooled]
            if late := [note for note in notes if note.overdue]:
                return _Loss(late, reason="timeout")
            if self.group.poll() is not None or (crew is not None and crew.is_incomplete()):
                time.sleep(0.05)  # the last word may be about to come, or more may be dying
                return None if self.job.last_word() is not None else self._loss(crew, notes)
            tick = min(_LONGEST_TICK, max(_TICK, _SHARE * (time.process_time() - began)))

    def _loss(self, crew: Crew | None, notes: list[activity.Note]) -> _Loss:
        if crew is not None:
            return _Loss([note for note in notes if crew.has_lost(note.pid)])
        code = self.group.returncode
        return _Loss(notes, -code if code < 0 else None)

    def _after(self, loss: _Loss, *, progress: bool) -> int | None:
        """Prepare the next start; returns an exit code instead if the run must end."""
        if self.job.is_finished():  # only its last word was lost
            return 0
        current = self.job.current()
        self._note(f"lost a process: {loss}")
        self.job.clear()
        if loss.notes and current is not None:
            for note in loss.notes:
                self.job.add_loss(
                    current["run_id"], (note.batch, note.index, loss.reason, loss.signal)
                )
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

    def _why_stopped(self) -> str:
        """Return the reason of a stop, as far as this process can tell."""
        if self.stops.orphaned:
            return "its workflow ended"
        from evosweep.processes import time_limit

        name = signal.Signals(self.stops.signal).name
        return f"{name}: the time limit of its job" if time_limit.is_near() else name

    def _note(self, why: str) -> None:
        """Write into the folder of the run under way why work on it ended."""
        from evosweep.records import interruptions

        if (current := self.job.current()) is not None:
            interruptions.note(Path(current["folder"]), why)

    def _journal(self) -> tuple[Path | None, int]:
        """Return the journal of the run under way, and its size."""
        current = self.job.current()
        if current is None:
            return None, 0
        path = Path(current["folder"], "journal.bin")
        with contextlib.suppress(OSError):
            return path, path.stat().st_size
        return path, 0

    def _flush_journal(self) -> None:
        """Put the journal on the disk: the killed group's last writes are only in the kernel."""
        journal, _ = self._journal()
        with contextlib.suppress(OSError, Damaged):
            if journal is not None:
                fd = open_descriptor(journal, os.O_RDWR)
                os.fsync(fd)
                os.close(fd)


def _conclude(word: LastWord) -> int:
    if word["message"]:
        print(f"evosweep: error: {word['message']}", file=sys.stderr)
    return word["code"]


def _has_grown(before: tuple[Path | None, int], after: tuple[Path | None, int]) -> bool:
    """Return True if the journal got an evaluation; a start alone adds a header and a session."""
    from evosweep.records.journal import Entry, JournalCorrupt, read_behind

    path, size = after
    if before[0] is not None and before[0] != path:
        return True
    if path is None or size <= before[1]:
        return False
    with contextlib.suppress(OSError, JournalCorrupt):
        return any(
            end > before[1] and isinstance(entry, Entry) for end, entry in read_behind(path, 0)
        )
    return False


@contextlib.contextmanager
def _bell(job: JobFolder) -> Iterator[int]:
    """Make a named pipe; the working process writes to it to end the supervisor's wait at once."""
    os.mkfifo(job.folder / "bell")
    listen = os.open(job.folder / "bell", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield listen
    finally:
        os.close(listen)
