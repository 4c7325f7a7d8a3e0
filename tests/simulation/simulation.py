"""A run through all sessions of a schedule, and what must be true at each of its ends.

Evaluator, dispatcher, blame, journal and replay are evosweep's own. Workers, clock and disk are
simulated, so that a schedule takes milliseconds and its seed repeats it.
"""

import errno
import os
import random
import shutil
import tempfile
import threading
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

import disturbed
from disk import Disk
from schedule import DISK, ENDS, OTHERS, WORKERS, Event, Schedule, drawn
from workers import Clock, Idle, SimulatedBackend

from evosweep.backends.serial import Serial
from evosweep.errors import EvosweepError
from evosweep.evaluation import alone, dispatcher, evaluator, problem, seeds, stream, stream_work
from evosweep.evaluation import worker as evaluations
from evosweep.evaluation.batch import Batch
from evosweep.evaluation.circumstances import Circumstances
from evosweep.evaluation.evaluator import Evaluator
from evosweep.evaluation.worker import Chunk
from evosweep.fast import accelerate
from evosweep.processes import lock
from evosweep.processes.lock import Locked
from evosweep.records import journal, journal_entry
from evosweep.records.journal import Journal, JournalCorrupt, Session
from evosweep.records.journal_entry import Writer
from evosweep.records.journal_file import JournalFile
from evosweep.records.journal_frames import HEADER_SIZE, frame

RUN_ID = "0123456789ab"
NAME = "journal.bin"
_MOST_STEPS = 5_000
_TIMED = (dispatcher, evaluations, alone, evaluator, stream, stream_work, journal)

Place = tuple[int, int]
"""An evaluation: batch and index."""


class Killed(BaseException):
    """The process is gone."""


class PowerFailure(BaseException):
    """The machine is gone."""


class Wrong(AssertionError):
    """What must never happen has happened."""


class Simulation:
    """One run in a folder, whose sessions are disturbed one after the other.

    Parameters
    ----------
    schedule
        Program, workers and seed; its sessions are the caller's concern.
    folder
        An empty folder.
    """

    def __init__(self, schedule: Schedule, folder: Path) -> None:
        self._schedule, self._path = schedule, folder / NAME
        self._chance = random.Random(schedule.seed + 1)
        self._disk = Disk(folder, self._chance, self._on_disk)
        self._clock = Clock()
        self._boots, self._steps = 0, 0
        self._events: list[Event] = []
        self._gone: BaseException | None = None
        self._room: int | None = None
        self._journal: Journal | None = None
        self._lost: list[tuple[int, int, str, int | None]] = []
        self._strikes: Counter[Place] = Counter()
        self._made: list[Place] = []
        self._promised: set[Place] = set()
        """The evaluations that are on the disk, as evosweep believes."""
        self._lost_power = False
        self._evaluations = 0
        self.seen: Counter[str] = Counter()
        """The events that happened, and how sessions ended."""

    def end(self) -> None:
        """Raise `Wrong` where the run does not end as the undisturbed one does."""
        digest = self.session(())
        if digest is None:
            raise Wrong("an undisturbed session did not end")
        again = self.session(())
        if again != digest or self._made:
            raise Wrong(f"a repetition made {self._made}, and its population is {again}")
        self._check_end(digest)

    def _check_end(self, digest: str) -> None:
        expected, evaluations_made = undisturbed(self._schedule.program)
        if expected is not None and digest != expected:
            raise Wrong(f"the population is {digest[:12]}, undisturbed {expected[:12]}")
        if self._evaluations != evaluations_made:
            raise Wrong(f"{self._evaluations} evaluations count, undisturbed {evaluations_made}")
        if (
            expected is None
            and (ordered := _in_order(self._schedule.program, self._path)) != digest
        ):
            raise Wrong(f"in the same order the population is {ordered}, and here {digest}")

    def session(self, events: Sequence[Event]) -> str | None:
        """Work on the run; returns the digest of the population, or None if something ended it."""
        with self._simulated():
            return self._session(events)

    def _session(self, events: Sequence[Event]) -> str | None:
        self._begin(events)
        recorded = self._recorded()
        if recorded is None:
            return None
        try:
            digest = self._work()
        except (Killed, PowerFailure, KeyboardInterrupt) as end:
            digest = None
            self.seen[f"ended by {type(end).__name__}"] += 1
            if isinstance(end, PowerFailure):
                self._cut_power()
        except EvosweepError as error:
            digest = None
            self._check_documented(error)
        if made_again := recorded.intersection(self._made):
            raise Wrong(f"evaluations that were recorded were made again: {sorted(made_again)}")
        if digest is not None and len(_places(self._path)) != self._evaluations:
            raise Wrong("a session that came to its end left evaluations out of its journal")
        return digest

    def _begin(self, events: Sequence[Event]) -> None:
        self._events, self._steps = list(events), 0
        self._gone = self._room = None
        self._made = []
        for draft in self._path.parent.glob(f".{NAME}.*"):  # as a run sweeps its folder
            draft.unlink()

    def _recorded(self) -> set[Place] | None:
        """What the journal has; None where it was damaged, and discarded as by --fresh."""
        if not self._path.exists():
            return set()
        try:
            return _places(self._path)
        except JournalCorrupt as error:
            if not self._lost_power:
                raise Wrong(f"damaged without a power failure: {error}") from error
            self.seen["journal refused after a power failure"] += 1
            self._disk.remove(NAME)
            self._promised.clear()
            return None if self._events else set()

    def _work(self) -> str:
        watched = self._schedule.watched
        description = disturbed.description(self._schedule.program, watched=watched)
        built = problem.build(description)
        toolbox = accelerate(built.own_toolbox())
        backend = SimulatedBackend(self._schedule.workers, self._chance, self._on_result)
        how = Circumstances(description=description, seed=1, lost=tuple(self._lost))
        with Journal(self._path, RUN_ID, sync=3600.0) as self._journal, backend:
            made = Evaluator(toolbox, built, backend, self._journal, how=how)
            seeds.seed_run(1)
            digest = disturbed.evolve(self._schedule.program, toolbox)
            made.finish()
            self._journal.flush()
        self._evaluations = made.tally.evaluations
        return digest

    def _check_documented(self, error: EvosweepError) -> None:
        """An error is right only where the schedule gave a reason for it."""
        self.seen[f"ended by {type(error).__name__}"] += 1
        text = str(error)
        reasons = {
            "taken over": isinstance(error, Locked),
            "full": "No space left" in text,
            "unsynced": "Input/output error" in text,
            "timeout": "longer than its timeout" in text,
            "lost": "killed its worker" in text,
            "lost idle": "workers were lost" in text,
        }
        if not any(right and self._happened(kind) for kind, right in reasons.items()):
            raise Wrong(f"no reason for {type(error).__name__}: {error}") from error

    def _happened(self, kind: str) -> bool:
        return any(self.seen[each] for each in self.seen if each.startswith(kind)) or (
            kind.startswith("lost") and self.seen["unknown"] > 0
        )

    def _cut_power(self) -> None:
        """Whatever was synced must be there afterwards, or the journal must say that it is not."""
        self._disk.cut_power()
        self._boots += 1
        self._lost_power = True
        try:
            left = _places(self._path) if self._path.exists() else set()
        except JournalCorrupt:
            return
        if missing := self._promised - left:
            raise Wrong(f"a power failure took what was synced: {sorted(missing)}")

    def _due(self, kinds: tuple[str, ...]) -> str | None:
        """What happens at this step, among some kinds."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise Wrong(f"a session does not end within {_MOST_STEPS} steps")
        for event in self._events:
            if event.step <= self._steps and event.kind in kinds:
                self._events.remove(event)
                self.seen[event.kind] += 1
                return event.kind
        return None

    def _on_disk(self, act: str) -> int | None:
        if self._gone is not None:
            raise self._gone
        kinds = {"sync": DISK, "truncate": ()}.get(act, ("full",))
        kind = self._due((*ENDS, *kinds))
        self._end(kind)
        if kind == "unsynced":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if kind == "full":
            self._room = self._chance.randrange(100)
        if self._room is None or act in ("truncate", "rename"):
            return None
        room, self._room = self._room, 0
        if room == 0 or act == "sync":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return room

    def _on_result(self, batch: int, indices: list[int], index: int) -> str | None:
        """What happens to a chunk of which a worker is at one evaluation."""
        if self._gone is not None:
            raise self._gone
        kind = self._due((*ENDS, *WORKERS, *OTHERS))
        if kind == "kill" and self._chance.random() < 0.5:  # its supervisor knows where it was
            self._strike(batch, [index])
            self._lost.append((batch, index, "worker", 9))
        self._end(kind)
        if kind == "taken over":
            self._take_over()
        elif kind == "sync" and self._journal is not None:
            self._journal.flush()
        return self._milder(kind, batch, indices, index)

    def _milder(self, kind: str | None, batch: int, indices: list[int], index: int) -> str | None:
        """A penalty is right for what kills its worker three times, and hangs once.

        So where there is one, that must not happen to an innocent individual.
        """
        blamed = indices if kind == "unknown" else [index]
        if kind not in ("lost", "lost after", "unknown", "timeout"):
            return kind
        if kind == "timeout" and not self._schedule.watched:
            kind = "lost"
        if disturbed.has_penalty(self._schedule.program) and (
            kind == "timeout" or any(self._strikes[batch, each] >= 2 for each in blamed)
        ):
            return "lost idle"
        self._strike(batch, blamed)
        return kind

    def _strike(self, batch: int, indices: list[int]) -> None:
        self._strikes.update((batch, index) for index in indices)

    def _end(self, kind: str | None) -> None:
        if kind == "stop":
            raise KeyboardInterrupt
        if kind in ("kill", "power"):
            self._gone = Killed() if kind == "kill" else PowerFailure()
            raise self._gone

    def _take_over(self) -> None:
        """Another host goes on with what it sees of the journal."""
        if not self._path.exists():
            return
        there = Writer("elsewhere", "another boot", 1, os.urandom(8).hex())
        session = Session(0.0, 1, None, there)
        self._disk.put(NAME, self._path.read_bytes() + frame(journal_entry.pack(session)))

    @contextmanager
    def _simulated(self) -> Iterator[None]:
        real_put, real_evaluate, real_sync = Batch.put, evaluations.evaluate, JournalFile.sync

        def put(
            batch: Batch, indices: list[int], fitnesses: object, *, table: bool = False
        ) -> None:
            placed = [index for index in indices if _result(batch, index) is not None]
            if placed:
                raise Wrong(f"batch {batch.number} got the fitness of {placed} twice")
            real_put(batch, indices, fitnesses, table=table)  # type: ignore[arg-type]

        def evaluate(chunk: Chunk) -> evaluations.Outcome:
            self._made += [(chunk.batch, index) for index in chunk.indices]
            return real_evaluate(chunk)

        def sync(file: JournalFile) -> None:
            real_sync(file)
            if self._path.exists() and os.path.samestat(os.fstat(file.fd), self._path.stat()):
                self._promised |= _places(self._path)

        with ExitStack() as patches:
            patches.enter_context(patch.object(JournalFile, "sync", sync))
            for module in _TIMED:
                patches.enter_context(patch.object(module, "time", self._clock))
            patches.enter_context(patch.object(threading, "Thread", Idle))
            patches.enter_context(patch.object(Batch, "put", put))
            patches.enter_context(patch.object(evaluations, "evaluate", evaluate))
            patches.enter_context(patch.object(lock, "boot_id", lambda: f"boot {self._boots}"))
            patches.enter_context(patch.object(disturbed, "spend", self._spend))
            patches.enter_context(self._disk.mounted())
            patches.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore", journal.TornTail)
            yield

    def _spend(self) -> None:
        self._clock.now += self._chance.choice((1e-5, 1e-3, 1e-3, 0.2))


def _result(batch: Batch, index: int) -> object:
    return batch.results[index if len(batch.results) > 1 else 0]


def _places(path: Path) -> set[Place]:
    """The evaluations in a journal."""
    if path.stat().st_size < HEADER_SIZE:
        return set()
    return {(entry.batch, int(index)) for entry in journal.read(path) for index in entry.indices}


@cache
def undisturbed(program: str) -> tuple[str | None, int]:
    """Digest and number of evaluations of a program by itself; None where no order is given."""
    digest, count = _serially(program, None)
    return (None if program.startswith("asynchronous") else digest), count


def _in_order(program: str, order: Path) -> str:
    return _serially(program, order)[0]


def _serially(program: str, order: Path | None) -> tuple[str, int]:
    description = disturbed.description(program)
    built = problem.build(description)
    toolbox = accelerate(built.own_toolbox())
    how = Circumstances(description=description, seed=1, order=order)
    with (
        tempfile.TemporaryDirectory(dir=_memory()) as folder,
        Journal(Path(folder, NAME), RUN_ID, sync=3600.0) as opened,
        Serial() as backend,
    ):
        made = Evaluator(toolbox, built, backend, opened, how=how)
        seeds.seed_run(1)
        digest = disturbed.evolve(program, toolbox)
        made.finish()
    return digest, made.tally.evaluations


def _memory() -> str | None:
    """A file system in memory, if there is one: no folder is synced to a real disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def simulate(schedule: Schedule) -> Counter[str]:
    """Run a schedule; returns what happened, and raises `Wrong`."""
    undisturbed(schedule.program)
    folder = Path(tempfile.mkdtemp(dir=_memory()))
    try:
        simulation = Simulation(schedule, folder)
        for events in schedule.sessions:
            simulation.session(events)
        simulation.end()
        return simulation.seen
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def outcome_of(seed: int) -> tuple[int, Counter[str], str]:
    """A seed, what happened under its schedule, and what was wrong with that, if anything."""
    try:
        return seed, simulate(drawn(seed, disturbed.PROGRAMS)), ""
    except Wrong as error:
        return seed, Counter(), str(error)
    except Exception as error:
        return seed, Counter(), f"{type(error).__name__}: {error}"
