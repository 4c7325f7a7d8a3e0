"""The bytes of a journal: its header, its frames, and which damage is a torn tail.

The format is in docs/journal.md. Before memory is allocated, each length in the file is compared
with the bytes that the file has.
"""

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, TypeVar

from evosweep.errors import EvosweepError
from evosweep.files.opening import open_file
from evosweep.records import journal_entry
from evosweep.records.journal_entry import Entry, PlainChunk, Session

VERSION = 1
_HEADER = struct.Struct("<8sHH12s")  # without its CRC-32
_FRAME = struct.Struct("<4sII")
_NUMBER = struct.Struct("<I")
HEADER_SIZE = _HEADER.size + _NUMBER.size
_MAGIC = b"EVOSWJNL"
_MARK = b"\xe5EVO"
_UNREADABLE = (ValueError, LookupError, TypeError, RecursionError, OverflowError, struct.error)
_Decoded = TypeVar("_Decoded")
LONGEST = 2**30
"""Most bytes of an entry, so that a wrong length in a file cannot exhaust the memory."""


class JournalCorrupt(EvosweepError):
    """A journal that cannot be trusted: its header or an entry in its middle is damaged."""


def header_of(run_id: str) -> bytes:
    """Return the header of a run's journal."""
    return _with_crc(_HEADER.pack(_MAGIC, VERSION, 0, run_id.encode()))


def _with_crc(head: bytes) -> bytes:
    return head + _NUMBER.pack(zlib.crc32(head))


def frame(payload: bytes) -> bytes:
    """Return the frame of an entry: mark, length, CRC-32 of length and payload, payload."""
    start, crc = _start(len(payload))
    return start + _NUMBER.pack(zlib.crc32(payload, crc)) + payload


@lru_cache(maxsize=64)
def _start(length: int) -> tuple[bytes, int]:
    """Return the first bytes of a frame, and the CRC-32 of the length of its payload."""
    number = _NUMBER.pack(length)
    return _MARK + number, zlib.crc32(number)


def check_header(path: Path, header: bytes) -> str:
    """Return the run_id in the header."""
    problem = "is too short"
    if len(header) == HEADER_SIZE:
        magic, version, _, run_id = _HEADER.unpack_from(header)
        if magic == _MAGIC and header == _with_crc(header[: _HEADER.size]):
            if version == VERSION:
                return str(run_id.decode("ascii", "replace"))
            problem = f"has version {version}, and this evosweep reads version {VERSION}"
        else:
            problem = "is damaged"
    raise JournalCorrupt(
        f"{path}: the journal's header {problem}; restore the file, or call with --fresh to "
        "discard it and evaluate everything again"
    )


def entries_of(
    path: Path, start: int, end: int | None = None
) -> Iterator[tuple[int, Entry | Session]]:
    """Yield (offset behind the entry, entry) of each whole entry up to `end` or a torn tail."""
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size if end is None else end
        yield from entries_in(file, path, start, size)


def entries_in(
    file: BinaryIO, path: Path, start: int, end: int
) -> Iterator[tuple[int, Entry | Session]]:
    """Yield the same as `entries_of`, from an open file; messages name `path`."""
    for behind, payload in _payloads(file, path, start, end):
        yield behind, _decoded(payload, path, behind, journal_entry.unpack)


def results_of(path: Path) -> Iterator[PlainChunk | Entry | Session]:
    """Yield each whole entry of a journal, most chunks as their results alone."""
    with open_file(path) as file:
        check_header(path, file.read(HEADER_SIZE))
        size = os.fstat(file.fileno()).st_size
        for behind, payload in _payloads(file, path, HEADER_SIZE, size):
            yield _decoded(payload, path, behind, journal_entry.unpack_plain)


def _decoded(
    payload: bytes, path: Path, behind: int, decode: Callable[[bytes], _Decoded]
) -> _Decoded:
    try:
        return decode(payload)
    except _UNREADABLE as error:
        raise JournalCorrupt(
            f"{path}: the entry that ends at byte {behind} is damaged ({error}); restore the "
            "file from a copy, or call with --fresh to discard it and evaluate everything again"
        ) from None


def chunk_frames(path: Path) -> Iterator[bytes]:
    """Yield the finished chunks of a journal, each in its frame, without its sessions."""
    with open_file(path) as file:
        check_header(path, file.read(HEADER_SIZE))
        size = os.fstat(file.fileno()).st_size
        for _, payload in _payloads(file, path, HEADER_SIZE, size):
            if journal_entry.is_chunk(payload):
                yield frame(payload)


def _payloads(file: BinaryIO, path: Path, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield (offset behind the entry, payload) of each whole entry up to `end` or a torn tail."""
    file.seek(start)
    while start < end:
        payload = _next_payload(file.read(_FRAME.size), file, end - start)
        if payload is None:
            file.seek(start)
            _refuse_damage_before_good_entries(file, path, start, end)
            return
        start += _FRAME.size + len(payload)
        yield start, payload


def _next_payload(head: bytes, file: BinaryIO, left: int) -> bytes | None:
    if len(head) < _FRAME.size:
        return None
    mark, length, crc = _FRAME.unpack(head)
    if mark != _MARK or length > min(left - _FRAME.size, LONGEST):
        return None
    payload = file.read(length)
    whole = len(payload) == length and zlib.crc32(head[4:8] + payload) == crc
    return payload if whole else None


def _refuse_damage_before_good_entries(file: BinaryIO, path: Path, damaged: int, size: int) -> None:
    """Raise `JournalCorrupt` if the unreadable bytes at `damaged` are no torn tail.

    The file's position is at these bytes. A torn tail comes from one write, so it is no longer than
    one entry. The search for whole entries in it reads at most a few times its bytes, however many
    marks it has.
    """
    if size - damaged > _FRAME.size + LONGEST:
        raise _damage(path, damaged, f"{size - damaged} bytes follow it")
    rest = file.read(size - damaged)
    at, effort = rest.find(_MARK), 4 * len(rest)
    while at != -1:
        effort -= _bytes_to_check(rest, at)
        if effort < 0:
            raise _damage(path, damaged, "many marks of entries follow it")
        if _whole_entry_at(rest, at):
            raise _damage(path, damaged, f"whole entries follow it at byte {damaged + at}")
        at = rest.find(_MARK, at + len(_MARK))


def _damage(path: Path, at: int, what: str) -> JournalCorrupt:
    return JournalCorrupt(
        f"{path}: the entry at byte {at} is damaged, and {what}: this is no torn tail; restore "
        "the file from a copy, or call with --fresh to discard it and evaluate everything again"
    )


def _bytes_to_check(data: bytes, at: int) -> int:
    """Return the length of the entry that a mark announces; 0 if it announces none."""
    head = data[at : at + _FRAME.size]
    if len(head) < _FRAME.size:
        return 0
    length = int(_FRAME.unpack(head)[1])
    return length if at + _FRAME.size + length <= len(data) else 0


def _whole_entry_at(data: bytes, at: int) -> bool:
    length = _bytes_to_check(data, at)
    start = at + _FRAME.size
    if not length:
        return False
    crc = zlib.crc32(memoryview(data)[start : start + length], zlib.crc32(data[at + 4 : at + 8]))
    return crc == int(_FRAME.unpack_from(data, at)[2])
