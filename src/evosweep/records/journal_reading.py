"""Read a journal while another process may write to it: each entry once, in bounded memory."""

from collections.abc import Iterator
from pathlib import Path

from evosweep.files.opening import open_file
from evosweep.records.journal_entry import Entry, PlainChunk, Session
from evosweep.records.journal_frames import HEADER_SIZE, check_header, entries_of, results_of


def read(path: Path) -> Iterator[Entry]:
    """Yield the evaluations of a run, one finished chunk at a time, in the order of finishing.

    Memory is bounded by one chunk. A torn last entry, as a kill leaves it, ends the iteration.

    Parameters
    ----------
    path
        The run's `journal.bin`.

    Yields
    ------
    Entry
        A chunk of k individuals: batch, indices (k,), fitnesses (k, objectives) in raw units,
        times in seconds, and more.

    Raises
    ------
    JournalCorrupt
        If the file is no journal, or an entry before the last one is damaged.
    """
    with open_file(path) as file:
        check_header(path, file.read(HEADER_SIZE))
    for _, entry in entries_of(path, HEADER_SIZE):
        if isinstance(entry, Entry):
            yield entry


def read_plain(path: Path) -> list[PlainChunk] | None:
    """Return the results of a run's chunks, as `read` has them; None if a chunk is not plain.

    It takes a third of the time of `read`, and the memory of all results. Raises as `read`.
    """
    chunks = []
    for entry in results_of(path):
        if isinstance(entry, Entry):
            return None
        if isinstance(entry, PlainChunk):
            chunks.append(entry)
    return chunks


def run_id_of(path: Path) -> str:
    """Return the run_id in a journal's header; raises `JournalCorrupt`."""
    with open_file(path) as file:
        return check_header(path, file.read(HEADER_SIZE))


def read_behind(path: Path, start: int) -> Iterator[tuple[int, Entry | Session]]:
    """Yield the entries behind byte `start` (0: all), each with the byte position behind it.

    A reader that follows a run passes the last position as the next `start`.
    """
    if start < HEADER_SIZE:
        with open_file(path) as file:
            check_header(path, file.read(HEADER_SIZE))
    yield from entries_of(path, max(start, HEADER_SIZE))
