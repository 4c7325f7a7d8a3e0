"""Bytes of a journal that no evosweep wrote: refused by a documented error, and nothing of them
read beyond what is there."""

import json
import math
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

from evosweep.records import journal, journal_entry, journal_frames
from evosweep.records.journal import Entry, JournalCorrupt, Session
from evosweep.records.journal_entry import PlainChunk, Writer, pack, unpack
from evosweep.records.journal_frames import HEADER_SIZE, chunk_frames, entries_of, frame, header_of

RUN_ID = "0123456789ab"
HEAD = struct.Struct("<BBHIIIdd16s")
SCATTERED, FLAGGED, GENOMES = 1, 2, 4


def _entry(batch: int = 3, **fields: Any) -> Entry:
    given: dict[str, Any] = {
        "indices": numpy.array([4, 5]), "fitnesses": numpy.array([[1.0, 2.0], [3.0, 4.0]]),
        "digest": b"d" * 16, "seconds": 0.5, "finished": 2.0,
    }  # fmt: skip
    return Entry(batch, **{**given, **fields})


@pytest.mark.parametrize(
    ("fields", "kinds", "rest"),
    [
        ({}, 0, b""),
        ({"indices": numpy.array([4, 6])}, SCATTERED, struct.pack("<II", 4, 6)),
        ({"indices": numpy.array([5, 4])}, SCATTERED, struct.pack("<II", 5, 4)),
        ({"flags": numpy.array([0, 2])}, FLAGGED, b""),
        ({"genomes": [[1], [2]]}, GENOMES, b""),
        (
            {"indices": numpy.array([9, 0]), "flags": numpy.array([1, 0]), "genomes": [[1], [2]]},
            SCATTERED + FLAGGED + GENOMES,
            struct.pack("<II", 9, 0),
        ),
    ],
)
def test_a_chunk_is_its_head_and_its_parts_in_order(
    fields: dict[str, Any], kinds: int, rest: bytes
) -> None:
    entry = _entry(**fields)
    first = int(entry.indices[0])
    flags = b"" if entry.flags is None else bytes(entry.flags.tolist())
    genomes = b"" if entry.genomes is None else b"[[1], [2]]"
    assert pack(entry) == (
        HEAD.pack(1, kinds, 2, 3, 2, first, 0.5, 2.0, b"d" * 16)
        + rest + struct.pack("<4d", 1, 2, 3, 4) + flags + genomes
    )  # fmt: skip
    again = unpack(pack(entry))
    assert isinstance(again, Entry)
    assert again.indices.tolist() == entry.indices.tolist()
    assert again.indices.dtype == numpy.int64
    assert again.fitnesses.tolist() == entry.fitnesses.tolist()
    assert again.genomes == entry.genomes
    assert (again.flags is None) == (entry.flags is None)


def test_one_individual_is_always_in_a_row() -> None:
    one = _entry(indices=numpy.array([7]), fitnesses=numpy.array([[1.0]]))
    assert pack(one)[1] == 0
    again = unpack(pack(one))
    assert isinstance(again, Entry)
    assert again.indices.tolist() == [7]


@pytest.mark.parametrize(
    "value",
    [
        math.inf, -math.inf, complex(1, -2), complex(math.inf, 0.5), complex(1, -math.inf),
        b"\x00\xff", (1, (2.5, "a")), {1, 2}, frozenset({3}), {"a": [1], 2: (3,)}, True, None,
        [..., "tag", [0.5]], [[..., "own", b"x"]], numpy.float64(math.inf),
    ],
)  # fmt: skip
def test_a_genome_comes_back_from_its_json(value: object) -> None:
    again = unpack(pack(_entry(genomes=[[value], [value, value]])))
    assert isinstance(again, Entry)
    assert again.genomes == [[value], [value, value]]
    assert again.genomes is not None
    (item,) = again.genomes[0]  # type: ignore[misc]
    assert type(item) is (float if isinstance(value, float) else type(value))


def test_not_a_number_comes_back_as_one() -> None:
    again = unpack(pack(_entry(genomes=[[math.nan], [complex(math.nan, 1)]])))
    assert isinstance(again, Entry)
    assert repr(again.genomes) == "[[nan], [(nan+1j)]]"


def _chunk(kinds: int, objectives: int, count: int, rest: int, **times: float) -> bytes:
    seconds, finished = times.get("seconds", 0.0), times.get("finished", 0.0)
    return HEAD.pack(1, kinds, objectives, 0, count, 0, seconds, finished, b"d" * 16) + b"0" * rest


@pytest.mark.parametrize(
    ("kinds", "needed"),
    [(0, 32), (SCATTERED, 40), (FLAGGED, 34), (SCATTERED + FLAGGED, 42)],
)
def test_a_length_that_its_numbers_do_not_give_is_refused(kinds: int, needed: int) -> None:
    assert isinstance(unpack(_chunk(kinds, 2, 2, needed)), Entry)
    for wrong in (needed - 1, needed + 1):
        with pytest.raises(ValueError, match="bytes for 2 individuals of 2 objectives"):
            unpack(_chunk(kinds, 2, 2, wrong))
    with pytest.raises(ValueError, match="individuals of"):
        unpack(_chunk(kinds | GENOMES, 2, 2, needed - 1))
    with pytest.raises(ValueError, match="0 individuals"):
        unpack(_chunk(kinds, 2, 0, 0))
    with pytest.raises(ValueError, match="0 objectives"):
        unpack(_chunk(kinds, 0, 2, needed - 32))


@pytest.mark.parametrize("name", ["seconds", "finished"])
@pytest.mark.parametrize("value", [-1.0, -1e-9, math.inf, math.nan])
def test_times_are_not_negative_and_finite(name: str, value: float) -> None:
    with pytest.raises(ValueError, match="times of"):
        unpack(_chunk(0, 1, 1, 8, **{name: value}))
    assert isinstance(unpack(_chunk(0, 1, 1, 8, **{name: 1e300})), Entry)


def _session(text: bytes, started: float = 1.5) -> bytes:
    return struct.pack("<Bdq", 2, started, 7) + text


def test_a_session_started_within_the_years_that_a_date_has() -> None:
    end = 253402300800.0
    for started in (0.0, math.nextafter(end, 0)):
        assert unpack(_session(b"", started)) == Session(started, 7)
    for started in (-1e-9, end, math.nan, math.inf):
        with pytest.raises(ValueError, match="a session that started at second"):
            unpack(_session(b"", started))


def test_an_environment_is_a_mapping_of_bounded_size() -> None:
    for text in (b"[]", b"7", b'"text"'):
        with pytest.raises(TypeError, match="no mapping"):
            unpack(_session(text))
    with pytest.raises(TypeError, match="a run that is no text"):
        unpack(_session(b'{"grown_from": 7}'))
    assert unpack(_session(b'{"grown_from": "run"}')) == Session(1.5, 7, {}, grown_from="run")
    fitting = json.dumps({"key": ""}).encode()
    fitting = fitting[:-2] + b"x" * (2**18 - len(fitting)) + fitting[-2:]
    assert isinstance(unpack(_session(fitting)), Session)
    with pytest.raises(ValueError, match=f"an environment of {2**18 + 1} bytes"):
        unpack(_session(fitting.replace(b"xx", b"xxx", 1)))


def test_a_writer_is_told_in_bounded_printable_text() -> None:
    writer = {"host": "h" * 300, "boot": "b" * 255, "device": "12", "token": "t\x1b", "new": 1}
    session = unpack(_session(json.dumps({"writer": writer}).encode()))
    assert isinstance(session, Session)
    assert session.writer is not None
    assert (session.writer.host, session.writer.boot) == ("h" * 255, "b" * 255)
    assert (session.writer.device, session.writer.token) == (12, "t\x1b")
    writer["host"] = "a\x1b[2J"
    session = unpack(_session(json.dumps({"writer": writer}).encode()))
    assert str(session).partition(" on ")[2].isprintable()
    for name in ("host", "boot", "device", "token"):
        lacking = {key: value for key, value in writer.items() if key != name}
        with pytest.raises(KeyError, match=name):
            unpack(_session(json.dumps({"writer": lacking}).encode()))


def test_a_session_is_told_by_its_process_and_time() -> None:
    import time

    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(1.5))
    assert str(Session(1.5, 7)) == f"process 7, since {since},"
    assert pack(Session(1.5, 7)) == struct.pack("<Bdq", 2, 1.5, 7)
    assert pack(Session(1.5, 7, {})) == struct.pack("<Bdq", 2, 1.5, 7) + b"{}"
    kept = {"python": "3"}
    pack(Session(1.5, 7, kept, grown_from="run"))
    assert kept == {"python": "3"}


def _file(path: Path, *payloads: bytes, tail: bytes = b"") -> Path:
    path.write_bytes(header_of(RUN_ID) + b"".join(map(frame, payloads)) + tail)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.bin"


@pytest.mark.parametrize(
    "payload",
    [_chunk(0, 1, 1, 7), _chunk(0, 1, 1, 8, seconds=-1.0), _chunk(0, 1, 1, 8, finished=math.inf),
     b"\x01short", b"\x01\x00short", _session(b"["), _session(b"[]"), b"",
     _session(b'{"writer": {}}'), _session(b'{"writer": {"device": "x"}}'),
     _chunk(GENOMES, 1, 1, 8) + b"[" * 100_000, _chunk(GENOMES, 1, 1, 8) + b'[{"no": 1}]'],
)  # fmt: skip
def test_an_entry_that_says_nothing_is_named_by_its_end(path: Path, payload: bytes) -> None:
    _file(path, pack(_entry()), payload)
    end = path.stat().st_size
    for read in (READERS[1], journal.read_plain):
        said = _refusal(path, read)
        assert said.startswith(f"{path}: the entry that ends at byte {end} is damaged (")
        assert "--fresh" in said


READERS: list[Callable[[Path], object]] = [
    journal.run_id_of,
    lambda path: list(journal.read(path)),
    lambda path: list(journal.read_behind(path, 0)),
    journal.read_plain,
    lambda path: list(chunk_frames(path)),
]


def test_what_is_wrong_with_a_header(path: Path) -> None:
    header = header_of(RUN_ID)
    for content, problem in (
        (header[:-1], "is too short"),
        (b"", "is too short"),
        (header[:-1] + b"\x00", "is damaged"),
        (b"x" + header[1:], "is damaged"),
        (_header(magic=b"OTHERJNL"), "is damaged"),
        (_header(version=2), "has version 2, and this evosweep reads version 1"),
    ):
        path.write_bytes(content)
        for read in READERS:
            with pytest.raises(JournalCorrupt, match=f"the journal's header {problem};") as refused:
                read(path)
            assert str(refused.value).startswith(f"{path}: ")
    path.write_bytes(_header(run_id=b"\xff" * 12))
    assert journal.run_id_of(path) == "\ufffd" * 12


def _header(magic: bytes = b"EVOSWJNL", version: int = 1, run_id: bytes = b"a" * 12) -> bytes:
    head = struct.pack("<8sHH12s", magic, version, 0, run_id)
    return head + struct.pack("<I", zlib.crc32(head))


def test_a_header_has_the_documented_bytes(path: Path) -> None:
    assert header_of("a" * 12) == _header()
    _file(path, pack(_entry(0)))
    assert journal.run_id_of(path) == RUN_ID  # whatever follows


def test_the_results_of_plain_chunks_are_read_alone(path: Path) -> None:
    table = numpy.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    plain = pack(_entry(8, fitnesses=table, finished=7.0))
    _file(path, pack(Session(1.5, 7)), plain, pack(Session(2.5, 8)), plain, tail=b"x")
    whole = PlainChunk(8, 4, 2, objectives=3, finished=7.0, values=struct.pack("<6d", *range(1, 7)))
    assert journal.read_plain(path) == [whole, whole]
    for fields in (
        {"indices": numpy.array([5, 4])}, {"flags": numpy.array([0, 2])}, {"genomes": [[1], [2]]},
    ):  # fmt: skip
        _file(path, plain, pack(_entry(**fields)))
        assert journal.read_plain(path) is None
    _file(path)
    assert journal.read_plain(path) == []


def test_a_reader_goes_on_where_it_was(path: Path) -> None:
    _file(path, pack(Session(1.5, 7)), pack(_entry(0)), pack(_entry(1)))
    everything = list(journal.read_behind(path, 0))
    assert [type(entry) for _, entry in everything] == [Session, Entry, Entry]
    assert everything[-1][0] == path.stat().st_size
    for number, (behind, _) in enumerate(everything):
        rest = list(journal.read_behind(path, behind))
        assert [at for at, _ in rest] == [at for at, _ in everything[number + 1 :]]
    assert len(list(journal.read_behind(path, HEADER_SIZE))) == 3
    second = everything[1][0]
    assert [at for at, _ in entries_of(path, HEADER_SIZE, second)] == [
        at for at, _ in everything[:2]
    ]
    assert list(chunk_frames(path)) == [frame(pack(_entry(0))), frame(pack(_entry(1)))]
    assert journal_entry.is_chunk(pack(_entry()))
    assert not journal_entry.is_chunk(pack(Session(1.5, 7)))


def test_nothing_is_read_behind_the_given_end(path: Path) -> None:
    """The writer of a journal may be in the middle of the entries that follow."""
    _file(path, *(pack(_entry(batch)) for batch in range(3)))
    first, second, _ = (behind for behind, _ in entries_of(path, HEADER_SIZE))
    for end in range(first, second):
        assert [at for at, _ in entries_of(path, HEADER_SIZE, end)] == [first]


def test_a_position_beyond_the_header_needs_none(path: Path) -> None:
    """A reader that follows a run has checked it before."""
    _file(path, pack(_entry(0)))
    path.write_bytes(b"x" * HEADER_SIZE + path.read_bytes()[HEADER_SIZE:])
    assert len(list(journal.read_behind(path, HEADER_SIZE))) == 1
    with pytest.raises(JournalCorrupt):
        list(journal.read_behind(path, HEADER_SIZE - 1))


def _cut_to(length: int) -> bytes:
    """An entry of which not everything is there, with the checksum of what is there."""
    number, there = struct.pack("<I", 12), b"123456789012"[:length]
    return b"\xe5EVO" + number + struct.pack("<I", zlib.crc32(number + there)) + b"12345678901"


@pytest.mark.parametrize(
    "tail",
    [b"x", frame(b"12345678")[:11], frame(b"12345678")[:12], frame(b"12345678")[:-1],
     struct.pack("<4sII", b"\xe5EVO", 2**32 - 1, 0), b"x" * 40, b"\xe5EVO" * 3,
     b"y" * 13 + frame(b"12345678")[:-1], b"y" + b"\xe5EVO" + bytes(8),
     *(b"y" + _cut_to(length) for length in range(12))],
)  # fmt: skip
def test_a_torn_tail_ends_the_reading(path: Path, tail: bytes) -> None:
    _file(path, pack(_entry(0)), tail=tail)
    assert len(list(journal.read(path))) == 1


def test_a_whole_entry_behind_damage_is_named(path: Path) -> None:
    for between in (b"x", b"x" * 30, b"\xe5EVO", frame(b"12345678")[:-1], b"x\xe5EVO" + bytes(8)):
        _file(path, pack(_entry(0)), tail=between + frame(pack(_entry(1))))
        damaged = HEADER_SIZE + len(frame(pack(_entry(0))))
        at = damaged + len(between)
        for read in READERS[1:]:
            assert _refusal(path, read).startswith(
                f"{path}: the entry at byte {damaged} is damaged, and whole entries follow it at "
                f"byte {at}: this is no torn tail; "
            )


def _refusal(path: Path, read: Callable[[Path], object]) -> str:
    with pytest.raises(JournalCorrupt) as refused:
        read(path)
    return str(refused.value)


def test_an_entry_has_a_greatest_length(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = len(pack(_entry(0)))
    monkeypatch.setattr(journal_frames, "LONGEST", longest)
    _file(path, pack(_entry(0)))
    assert len(list(journal.read(path))) == 1
    monkeypatch.setattr(journal_frames, "LONGEST", longest - 1)
    told = f"{path}: the entry at byte {HEADER_SIZE} is damaged, and {longest + 12} bytes follow it"
    assert _refusal(path, READERS[1]).startswith(told)
    _file(path, tail=b"x" * (longest - 1 + 12))
    assert list(journal.read(path)) == []
    _file(path, tail=b"x" * (longest + 12))
    with pytest.raises(JournalCorrupt, match="bytes follow it"):
        list(journal.read(path))


def test_a_length_of_more_than_a_gigabyte_is_not_read(path: Path) -> None:
    """The file has as many bytes, none of them on the disk."""
    _file(path, tail=struct.pack("<4sII", b"\xe5EVO", 2**30 + 1, 0))
    os.truncate(path, path.stat().st_size + 2**30 + 1)
    assert f" is damaged, and {12 + 2**30 + 1} bytes follow it" in _refusal(path, READERS[1])


def test_marks_without_entries_take_no_time(path: Path) -> None:
    """Each announces an entry of a thousand bytes, all of which would have to be checked."""
    marks = (b"\xe5EVO" + struct.pack("<II", 1000, 0)) * 200
    _file(path, tail=b"x" + marks)
    told = (
        f"{path}: the entry at byte {HEADER_SIZE} is damaged, and many marks of entries follow it"
    )
    assert _refusal(path, READERS[1]).startswith(told)
    few = (b"\xe5EVO" + struct.pack("<II", 100, 0)) * 12
    _file(path, tail=b"x" + few)
    assert list(journal.read(path)) == []


def test_the_flags_are_those_of_the_format() -> None:
    """Journals of earlier versions have them."""
    assert (journal_entry.OK, journal_entry.PENALISED, journal_entry.RETRIED) == (0, 1, 2)


def test_the_documented_texts() -> None:
    genomes = pack(_entry(genomes=[[0.5], [math.inf, b"x"]])).rpartition(b"[[")[2]
    assert genomes == b'0.5], [{"float": "inf"}, {"bytes": "eA=="}]]'
    session = Session(1.5, 7, {"a": 1}, Writer("h", "b", 12, "t"), grown_from="run")
    assert json.loads(pack(session)[17:]) == {
        "a": 1, "writer": {"host": "h", "boot": "b", "device": 12, "token": "t"},
        "grown_from": "run",
    }  # fmt: skip
    assert str(session).startswith("process 7 on h, since ")
