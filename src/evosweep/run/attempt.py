"""Perform one run from its spec to its receipt: seed, evolve, record."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from evosweep.backends.protocol import Backend
from evosweep.config.spec import RunSpec
from evosweep.errors import Damaged, EvosweepError, InputError, RunError
from evosweep.evaluation.blame import EarlierLosses
from evosweep.evaluation.replay import NotDeterministic
from evosweep.machine import environment
from evosweep.processes.lock import Lock, Locked
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Journal, JournalCorrupt
from evosweep.records.reading import load_record
from evosweep.records.record import Record
from evosweep.records.syncer import Syncer
from evosweep.run import extension
from evosweep.run.evolution import Evolution
from evosweep.run.receipt import announce, record_of, write_failure, write_outcome


@dataclass(frozen=True)
class Attempt:
    """Options of an attempt at a run; none of them changes the result."""

    fresh: bool = False
    """True to discard the files of earlier attempts."""
    lost: EarlierLosses = ()
    """Evaluations that killed an earlier process: (batch, index, reason, signal)."""
    began: float = field(default_factory=time.time)
    """Time at which this run's start-up began, in seconds since the epoch."""
    sync: float = 1.0
    """Seconds between two writes of the journal to the disk."""
    syncer: Syncer | None = None
    """The thread that writes the journals of a job to the disk; None: one of this attempt's."""
    mixed: bool = False
    """True to go on with a journal of another environment, whose last bits may differ."""
    order: Path | None = None
    """The journal whose order of results an asynchronous algorithm repeats."""
    audit: int = 0
    """Repeat one in `audit` of the journal's evaluations and compare; 0: none."""


def run_one(
    spec: RunSpec, folder: RunFolder, backend: Backend, attempt: Attempt | None = None
) -> Record:
    """Perform the run in `folder`; returns its receipt.

    A finished run is not repeated; an interrupted run goes on from its journal. `backend` must be
    entered already and may serve several runs. Raises `InputError` for mistakes in the spec or the
    folder, and `RunError` if the run failed; then `failure.json` says why.
    """
    attempt = attempt or Attempt()
    folder.create()
    if not attempt.fresh and (done := _finished(spec, folder)):
        _tidy(folder)
        return done
    with Lock(folder.lock, f"run {spec.run_id} in {folder.path}", inside=folder.inside):
        if attempt.fresh:
            folder.discard()
        elif done := _finished(spec, folder):
            return done
        folder.remove(folder.failure)
        folder.sweep()
        try:
            return _evolve(spec, folder, backend, attempt)
        except Locked:
            raise  # another process owns the run and its documents now
        except InputError:
            folder.remove(folder.running)
            raise
        except EvosweepError as error:
            write_failure(spec, folder, error)
            raise
        except (Exception, SystemExit) as error:
            write_failure(spec, folder, error)
            reason = " ".join(str(error).split())
            raise RunError(
                f"run {spec.run_id}: {type(error).__name__}: {reason}; "
                f"the traceback is in {folder.failure}"
            ) from error


def _tidy(folder: RunFolder) -> None:
    """Remove leftovers of a process that was killed right after it had finished the run."""
    if folder.lock.exists():
        with suppress(Locked, OSError), Lock(folder.lock, str(folder.path), inside=folder.inside):
            folder.remove(folder.running)


def _finished(spec: RunSpec, folder: RunFolder) -> Record | None:
    """Return the receipt if the run is done; None if a power cut has torn the receipt."""
    if not os.path.lexists(folder.record):
        return None
    try:
        record = load_record(folder.path)
    except Damaged as damage:
        if damage.torn:
            return None
        raise
    if record.run_id != spec.run_id:
        raise InputError(
            f"{folder.path}: holds run {record.run_id}, and the spec is run {spec.run_id}; "
            "use another folder, or --fresh to discard it"
        )
    return record


def _evolve(spec: RunSpec, folder: RunFolder, backend: Backend, attempt: Attempt) -> Record:
    """Evolve and return the receipt, with the evaluations of this run's or a shorter run's journal.

    If a shorter run's journal turns out not to fit, the run starts again from nothing.
    """
    new = not os.path.lexists(folder.journal)
    grows = new and not attempt.fresh and attempt.order is None
    family = extension.Family.of(spec)
    origin = extension.origin_of(spec, folder, family) if grows else None
    journal = _journal(spec, folder, attempt, origin)
    try:
        record = _evolve_from(journal, spec, folder, backend=backend, attempt=attempt)
    except (NotDeterministic, extension.Diverged, JournalCorrupt) as error:
        if not (origin or _grew(journal, error)):
            raise
        extension.tell(spec, _reason_of(error, journal))
        folder.remove(folder.journal)
        journal = _journal(spec, folder, attempt, None)
        record = _evolve_from(journal, spec, folder, backend=backend, attempt=attempt)
    folder.remove(folder.running)
    extension.note(folder, family)
    return record


def _grew(journal: Journal, error: BaseException) -> bool:
    """Return True if the cause may lie in the evaluations of the shorter run."""
    return not isinstance(error, JournalCorrupt) and journal.grown_from is not None


def _reason_of(error: BaseException, journal: Journal) -> str:
    if isinstance(error, NotDeterministic):
        return f"it evaluates other individuals than run {journal.grown_from} did"
    return str(error)


def _journal(
    spec: RunSpec, folder: RunFolder, attempt: Attempt, origin: RunFolder | None
) -> Journal:
    return Journal(
        folder.journal,
        spec.run_id,
        attempt.sync,
        environment=environment.describe(),
        mixed=attempt.mixed or attempt.audit > 0,  # it evaluates nothing that is in the journal
        origin=None if origin is None else origin.journal,
        syncer=attempt.syncer,
    )


def _evolve_from(
    journal: Journal, spec: RunSpec, folder: RunFolder, *, backend: Backend, attempt: Attempt
) -> Record:
    with journal:
        evolution = Evolution(
            spec,
            backend,
            journal,
            announce=lambda weights: announce(spec, folder, weights),
            lost=attempt.lost,
            audit=attempt.audit,
            order=attempt.order,
        )
        startup = max(0.0, time.time() - attempt.began)
        evolved = evolution.run()
        record = record_of(
            spec, folder, journal, evolution=evolution, evolved=evolved, startup=startup
        )
        write_outcome(record, folder, journal, evolved)
    return record


def run_folder(out: Path, spec: RunSpec, several: bool) -> RunFolder:
    """Return a run's folder: `out` itself, or one below it named by run_id for several runs."""
    return RunFolder(out / spec.run_id if several else out)
