"""The journal's format, and what becomes of torn and damaged files."""

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosweep.records import journal, journal_entry
from evosweep.records.journal import Entry, Journal, JournalCorrupt, Session

RUN_ID = "0123456789ab"
finite = st.floats(allow_nan=False)


@st.composite
def entries(draw: Any) -> Entry:
    objectives = draw(st.integers(1, 3))
    indices = draw(st.lists(st.integers(0, 2**31), min_size=1, max_size=8, unique=True))
    rows = st.lists(finite, min_size=objectives, max_size=objectives)
    values = draw(st.lists(rows, min_size=len(indices), max_size=len(indices)))
    flags = draw(st.none() | st.lists(st.integers(0, 2), min_size=len(indices),
                                      max_size=len(indices)))  # fmt: skip
    plain = st.recursive(
        st.none() | st.booleans() | st.integers() | finite | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.frozensets(st.integers()),
        max_leaves=6,
    )
    genomes = draw(st.none() | st.lists(plain, min_size=len(indices), max_size=len(indices)))
    return Entry(
        draw(st.integers(0, 2**32 - 1)),
        numpy.array(indices),
        numpy.array(values, dtype=float),
        draw(st.binary(min_size=16, max_size=16)),
        draw(st.floats(0, 1e6)),
        draw(st.floats(0, 1e6)),
        None if flags is None else numpy.array(flags, dtype="u1"),
        genomes,
    )


def _same(one: Entry, other: Entry) -> bool:
    def listed(entry: Entry) -> Any:
        flags = None if entry.flags is None else entry.flags.tolist()
        return (entry.batch, entry.indices.tolist(), entry.fitnesses.tolist(), entry.digest,
                entry.seconds, entry.finished, flags, entry.genomes)  # fmt: skip

    return bool(listed(one) == listed(other))


@given(st.lists(finite, min_size=1, max_size=4), st.binary(min_size=16, max_size=16))
def test_one_individual_has_the_bytes_of_an_entry(fitness: list[float], digest: bytes) -> None:
    times = {"seconds": 0.25, "finished": 7.5}
    table = numpy.array([fitness], dtype=float)
    entry = Entry(batch=3, indices=numpy.array([0]), fitnesses=table, digest=digest, **times)
    one = journal_entry.pack_one(3, tuple(fitness), digest, **times)
    assert one == journal_entry.pack(entry)


@given(entries())
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    assert _same(journal_entry.unpack(journal_entry.pack(entry)), entry)  # type: ignore[arg-type]


def test_a_session_comes_back_as_it_was() -> None:
    assert journal_entry.unpack(journal_entry.pack(Session(1.5, 7))) == Session(1.5, 7)


def test_the_documented_bytes() -> None:
    """The example of docs/journal.md, byte by byte."""
    entry = Entry(3, numpy.array([4, 5]), numpy.array([[1.0], [2.0]]), b"d" * 16, 0.5, 2.0)
    assert journal.frame(journal_entry.pack(entry)).hex() == (
        "e545564f" "40000000" "d62d1cdc"
        "01" "00" "0100" "03000000" "02000000" "04000000"
        "000000000000e03f" "0000000000000040" + "64" * 16 +
        "000000000000f03f" "0000000000000040"
    )  # fmt: skip


def _write(path: Path, batches: int = 4) -> None:
    with Journal(path, RUN_ID) as opened:
        for batch in range(batches):
            values = numpy.array([[batch + 0.5], [batch + 0.25]])
            opened.append(Entry(batch, numpy.array([0, 1]), values, b"d" * 16, 0.1, batch + 1.0))


def test_a_second_session_reads_what_the_first_wrote(tmp_path: Path) -> None:
    path = tmp_path / "journal.bin"
    _write(path)
    with Journal(path, RUN_ID) as opened:
        assert opened.resumed == 1
        assert opened.entries == 4
        assert opened.elapsed == 4.0
        assert [entry.batch for entry in opened.recorded()] == [0, 1, 2, 3]
        opened.append(Entry(9, numpy.array([0]), numpy.array([[0.0]]), b"d" * 16, 0.1, 5.0))
        assert [entry.batch for entry in opened.recorded()] == [0, 1, 2, 3]
    assert [entry.batch for entry in journal.read(path)] == [0, 1, 2, 3, 9]


def test_another_runs_journal_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "journal.bin")
    with pytest.raises(JournalCorrupt, match="belongs to run 0123456789ab, not to ba98"):
        Journal(tmp_path / "journal.bin", "ba9876543210").__enter__()


def test_a_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    import struct
    import zlib

    path = tmp_path / "journal.bin"
    head = struct.pack("<8sHH12s", b"EVOSWJNL", 9, 0, RUN_ID.encode())
    path.write_bytes(head + struct.pack("<I", zlib.crc32(head)))
    with pytest.raises(JournalCorrupt, match="has version 9"):
        list(journal.read(path))


def test_every_truncation_keeps_the_whole_entries(tmp_path: Path) -> None:
    path = tmp_path / "journal.bin"
    _write(path)
    whole = path.read_bytes()
    recorded = [e.batch for e in journal.read(path)]
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        if length in _entry_ends(whole) or length < 28:
            with Journal(path, RUN_ID) as opened:
                kept = [entry.batch for entry in opened.recorded()]
        else:
            with pytest.warns(UserWarning, match="torn tail"), Journal(path, RUN_ID) as opened:
                kept = [entry.batch for entry in opened.recorded()]
        assert kept == recorded[: len(kept)]
        assert len(kept) >= sum(end <= length for end in _entry_ends(whole)) - 2


def _entry_ends(whole: bytes) -> list[int]:
    """Where the header and each frame end, by their lengths."""
    ends, at = [28], 28
    while at < len(whole):
        at += 12 + int.from_bytes(whole[at + 4 : at + 8], "little")
        ends.append(at)
    return ends


@pytest.mark.thorough
def test_no_flipped_bit_is_taken_for_a_result(tmp_path: Path) -> None:
    """Damage in the middle is refused, damage in the last entry is cut off with it."""
    path = tmp_path / "journal.bin"
    _write(path)
    whole = path.read_bytes()
    expected = [entry.fitnesses.tolist() for entry in journal.read(path)]
    last = _entry_ends(whole)[-2]
    for bit in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        if bit // 8 >= last:
            assert [e.fitnesses.tolist() for e in journal.read(path)] == expected[:-1]
        else:
            with pytest.raises(JournalCorrupt, match="--fresh"):
                list(journal.read(path))


def test_memory_of_reading_is_that_of_a_chunk(tmp_path: Path) -> None:
    path = tmp_path / "journal.bin"
    _write(path, batches=200)
    reading = journal.read(path)
    assert next(reading).batch == 0
    assert json.dumps([entry.batch for entry in reading]) == json.dumps(list(range(1, 200)))
