"""Readers of a run's folder: receipt, failure, journal, tables, lock, interruptions."""

import json
import os
import struct
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import documents
import seeds
from reader import Reader

from evosweep.compare.numbers import agreement, populations, quality
from evosweep.compare.read import traces
from evosweep.compare.read.run import Run, read_failure, read_run
from evosweep.compare.sections import run_page, run_population
from evosweep.export import crate, flat
from evosweep.files import strict_json
from evosweep.files.opening import open_descriptor
from evosweep.inventory import under_way
from evosweep.inventory.under_way import JournalFollower
from evosweep.notebook import columns, results
from evosweep.processes import lock
from evosweep.processes.held_locks import HeldLocks
from evosweep.records import (
    differences,
    interruptions,
    journal,
    journal_entry,
    journal_frames,
    reading,
    source_copies,
)
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Journal
from evosweep.run import extension, verification
from evosweep.track.content import read as tracked

RUN_ID = seeds.RUN_ID
_FOLDER = f"study/runs/{RUN_ID}"


def _record(path: Path) -> None:
    """The receipt, as the commands show and copy what is in it."""
    folder = RunFolder(path.parent)
    record = reading.read_record(folder)
    reading.read_outcome(folder)
    reading.read_receipt(folder)
    strict_json.dumps(record.document())
    run = read_run(folder)
    assert run.problem_id + run.algorithm_id + run.backend_id


def _failure(path: Path) -> None:
    folder = RunFolder(path.parent)
    read_failure(folder)
    strict_json.dumps(reading.read_failure(folder).document())


def _running(path: Path) -> None:
    reading.read_running(RunFolder(path.parent))


def _journal(path: Path) -> None:
    """Whatever its bytes are."""
    folder = RunFolder(path.parent)
    for _ in journal.read(path):
        pass
    for _ in journal_frames.chunk_frames(path):
        pass
    if chunks := journal.read_plain(path):
        with suppress(ValueError):  # of unequal numbers of objectives
            traces._plain_results(chunks)
    follower = JournalFollower(folder)
    follower.advance()
    follower.advance()


def _entries(path: Path) -> None:
    """With right lengths and checksums around each part of the bytes, so that parts are read."""
    parts = path.read_bytes().split(b"\xff\x00\xff")
    whole = [journal_frames.header_of(RUN_ID), *(journal_frames.frame(part) for part in parts)]
    path.write_bytes(b"".join(whole))
    _journal(path)
    _resumed(path)


def _resumed(path: Path) -> None:
    """As the run's next session opens it, which cuts off a torn tail."""
    with warnings.catch_warnings(), Journal(path, RUN_ID, environment={"python": "3"}) as opened:
        for _ in opened.recorded():
            pass


def _payload(path: Path) -> None:
    for unpack in (journal_entry.unpack_plain, journal_entry.unpack):
        unpack(path.read_bytes())


def _beside(name: str) -> Path:
    return Path(_FOLDER, name)


def _run_beside(folder: Path) -> None:
    """Make a whole run, one of whose files the inputs replace."""
    seeds.write_run(folder / "study")


def _run(path: Path) -> Run:
    return read_run(RunFolder(path.parent))


def _population(path: Path) -> None:
    """As the comparison, the check, MLflow and a notebook read it; each leaves out what it
    refuses."""
    run = _run(path)
    assert verification.verify(run.folder).wrong is not None
    _each(
        lambda: crate._check(run, path),
        lambda: populations.diversity(populations.read_genomes(run)),
        lambda: quality.final_front(run),
        lambda: tracked.read_run(run.folder, "study"),
        lambda: columns.populations(run),
        lambda: columns.front(run),
        lambda: str(differences.first_difference(run.folder, run.folder)),
        lambda: list(run_population.population_section(run)),
        but=results.UNREADABLE,
    )


def _logbook(path: Path) -> None:
    run = _run(path)
    _each(
        lambda: tracked.read_run(run.folder, "study"),
        lambda: columns.generations(run),
        lambda: agreement.generation_digests(run),
        lambda: traces._from_logbook(run, False),
        lambda: str(differences.first_difference(run.folder, run.folder)),
        lambda: list(run_page._curve(seeds.shown_run(run))),
        lambda: extension._last_generation(RunFolder(path.parent), run.run_id),
        lambda: list(flat._generations(seeds.study(run), [])),
        but=results.UNREADABLE,
    )


def _each(*calls: Callable[[], object], but: tuple[type[BaseException], ...]) -> None:
    """Make every call, even if those before are refused; a message is checked as any other."""
    refused: list[BaseException] = []
    for call in calls:
        try:
            call()
        except but as error:
            refused.append(error)
    if refused:
        raise refused[0]


def _lock(path: Path) -> None:
    fd = open_descriptor(path)
    try:
        lock.holder(fd)
    finally:
        os.close(fd)
    under_way.is_worked_on(RunFolder(path.parent), HeldLocks())


def _interruptions(path: Path) -> None:
    json.dumps(interruptions.read(path.parent, 3))


def _copies(path: Path) -> None:
    source_copies.read_copies(path.parent.parent, path.parent.name)


def _failure_beside(folder: Path) -> None:
    (folder / _FOLDER).mkdir(parents=True)
    running = {**documents.NAMES, "run_id": RUN_ID, "weights": [1.0]}
    (folder / _FOLDER / "running.json").write_text(json.dumps(running))


READERS = [
    Reader("record", _record, f"{_FOLDER}/record.json"),
    Reader("failure", _failure, f"{_FOLDER}/failure.json"),
    Reader("running", _running, f"{_FOLDER}/running.json"),
    Reader("journal", _journal, f"{_FOLDER}/journal.bin", prepare=_failure_beside),
    Reader(
        "journal_entries",
        _entries,
        f"{_FOLDER}/journal.bin",
        fresh=True,
        prepare=_failure_beside,
        is_file=False,
    ),
    Reader(
        "journal_payload",
        _payload,
        raises=(*journal_frames._UNREADABLE, struct.error),
        is_file=False,
    ),
    Reader("population", _population, f"{_FOLDER}/population.parquet", prepare=_run_beside),
    Reader("logbook", _logbook, f"{_FOLDER}/logbook.parquet", prepare=_run_beside),
    Reader("lock", _lock, f"{_FOLDER}/run.lock"),
    Reader("interruptions", _interruptions, f"{_FOLDER}/interruptions.0a.jsonl"),
    Reader("copies", _copies, f"sources/{'a' * 64}/my_problem.py"),
]
