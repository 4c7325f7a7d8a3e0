"""What a journal tells of its sessions, when its bytes reach the disk, and what ends it."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy
import pytest

from evosweep.errors import EvosweepError, InputError
from evosweep.processes import lock
from evosweep.processes.lock import Locked, NoLocks
from evosweep.records import journal, journal_file
from evosweep.records.journal import Entry, Journal, JournalCorrupt, Session, TornTail
from evosweep.records.journal_file import JournalFile
from evosweep.records.syncer import Syncer

RUN_ID = "0123456789ab"
HERE, THERE = {"python": "3.11.2"}, {"python": "3.12.1"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.bin"


@pytest.fixture(autouse=True)
def _no_descriptor_and_no_thread_is_left() -> Iterator[None]:
    before = (len(list(Path("/proc/self/fd").iterdir())), threading.active_count())
    yield
    assert (len(list(Path("/proc/self/fd").iterdir())), threading.active_count()) == before


def _entry(batch: int = 0, finished: float = 1.0) -> Entry:
    return Entry(batch, numpy.array([0]), numpy.array([[0.5]]), b"d" * 16, 0.1, finished)


def _work(path: Path, environment: dict[str, object] | None, *batches: int) -> None:
    with Journal(path, RUN_ID, environment=environment, mixed=True) as opened:
        for batch in batches:
            opened.append(_entry(batch))


def test_evaluations_of_another_environment_are_refused(path: Path) -> None:
    _work(path, HERE, 0)
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"made with Python 3\.11\.2, here 3\.12\.1") as refused:
        Journal(path, RUN_ID, environment=THERE).__enter__()
    assert str(refused.value).startswith(f"{path}: ")
    assert path.read_bytes() == before
    with Journal(path, RUN_ID, environment=HERE) as same:
        assert same.environments == [HERE, HERE]
    with Journal(path, RUN_ID) as unasked:
        assert unasked.environments == [HERE, {}]
    with Journal(path, RUN_ID, environment=THERE, mixed=True) as mixed:
        assert mixed.environments == [HERE, THERE]


def test_a_session_without_evaluations_mixes_nothing(path: Path) -> None:
    _work(path, THERE)
    _work(path, HERE, 0, 1)
    _work(path, THERE)
    with Journal(path, RUN_ID, environment=HERE) as opened:
        assert opened.resumed == 3
        assert [session.environment for session in opened.sessions] == [THERE, HERE, THERE]
        assert [session.environment for session in opened.worked] == [HERE]
        assert opened.entries == 2
        assert opened.started == opened.sessions[0].started
        assert opened.grown_from is None


def test_every_session_that_worked_counts(path: Path) -> None:
    _work(path, HERE, 0)
    _work(path, None, 1)
    with pytest.raises(InputError, match="Python unknown, here 3"):
        Journal(path, RUN_ID, environment={"python": "3.11.9"}).__enter__()
    with Journal(path, RUN_ID) as opened:
        assert [session.environment for session in opened.worked] == [HERE, {}]


def test_one_individual_is_appended_as_an_entry(path: Path) -> None:
    with Journal(path, RUN_ID) as opened:
        before = opened.now()
        opened.append_one(3, (1.0, 2.0), b"d" * 16, seconds=0.25)
        after = opened.now()
    (entry,) = journal.read(path)
    assert (entry.batch, entry.indices.tolist()) == (3, [0])
    assert entry.fitnesses.tolist() == [[1.0, 2.0]]
    assert (entry.digest, entry.seconds) == (b"d" * 16, 0.25)
    assert 0 <= before <= entry.finished <= after


def test_a_new_journal_has_nothing_of_earlier_sessions(path: Path) -> None:
    with Journal(path, RUN_ID) as opened:
        assert (opened.entries, opened.elapsed, opened.resumed) == (0, 0.0, 0)


def test_the_time_of_earlier_sessions_counts(path: Path) -> None:
    with Journal(path, RUN_ID) as opened:
        opened.append(_entry(0, finished=100.0))
        opened.append(_entry(1, finished=50.0))
    with Journal(path, RUN_ID) as opened:
        assert opened.elapsed == 100.0
        assert 100.0 <= opened.now() < 1000.0
        assert opened.now() <= opened.now()


def test_a_run_grows_from_a_shorter_one(path: Path) -> None:
    shorter = path.with_name("shorter.bin")
    with Journal(shorter, "ba9876543210") as first:
        first.append(_entry(0, finished=7.0))
        first.append(_entry(1))
    with Journal(path, RUN_ID, origin=shorter) as longer:
        assert longer.grown_from == "ba9876543210"
        assert longer.resumed == 0
        assert (longer.entries, longer.elapsed) == (2, 7.0)
        assert [entry.batch for entry in longer.recorded()] == [0, 1]
        longer.append(_entry(2))
        assert [entry.batch for entry in longer.recorded()] == [0, 1]
    with Journal(path, RUN_ID, origin=shorter) as again:
        assert again.grown_from == "ba9876543210"
        assert again.resumed == 1
        assert [entry.batch for entry in again.recorded()] == [0, 1, 2]


def test_a_torn_tail_is_cut_off_with_a_warning(path: Path) -> None:
    _work(path, None, 0, 1)
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    lost = len(journal.frame(journal.journal_entry.pack(_entry(1)))) - 7
    message = f"{path}: cut off a torn tail of {lost} bytes; the evaluations in it are done again"
    with pytest.warns(TornTail) as told:
        _work(path, None, 2)
    assert str(told[0].message) == message
    assert [entry.batch for entry in journal.read(path)] == [0, 2]


def test_a_refused_journal_is_closed_as_it_was(path: Path) -> None:
    _work(path, None, 0)
    before = path.read_bytes()
    with pytest.raises(JournalCorrupt, match="belongs to run"):
        Journal(path, "ba9876543210").__enter__()
    assert path.read_bytes() == before


def test_a_chunk_that_is_too_long_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal(path, RUN_ID) as opened:
        size = len(journal.journal_entry.pack(_entry()))
        monkeypatch.setattr(journal, "LONGEST", size)
        opened.append(_entry(0))
        monkeypatch.setattr(journal, "LONGEST", size - 1)
        with pytest.raises(EvosweepError, match=f"{size} bytes of genomes in one chunk") as refused:
            opened.append(_entry(1))
        assert f"has at most {size - 1}: return smaller genomes" in str(refused.value)
    assert [entry.batch for entry in journal.read(path)] == [0]


class Syncs:
    """Counts the syncs of the journal's file, and lets those fail that are to fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.failing = 0, False
        self.happened = threading.Event()
        monkeypatch.setattr(JournalFile, "sync", lambda _: self._sync())

    def _sync(self) -> None:
        self.count += 1
        self.happened.set()
        if self.failing:
            raise EvosweepError("the disk is full")


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> Syncs:
    return Syncs(monkeypatch)


def _wait_for_the_end(opened: Journal) -> None:
    while opened._ended is None:
        time.sleep(0.001)


def test_an_entry_is_synced_by_a_thread_and_at_the_end(path: Path, syncs: Syncs) -> None:
    with Journal(path, RUN_ID, sync=0.001) as opened:
        assert opened._syncer._thread.daemon
        opened.append(_entry())
        assert syncs.happened.wait(60)
    with Journal(path, RUN_ID, sync=3600.0) as opened:
        before = syncs.count
        opened.append(_entry())
        opened.flush()
        assert syncs.count == before + 1
    assert syncs.count == before + 2


def test_the_journals_of_a_job_share_a_thread(tmp_path: Path, syncs: Syncs) -> None:
    """Each is synced while it is open, and not after that, also where another one failed."""
    with Syncer(0.001) as syncer:
        threads = threading.active_count()
        for number in range(3):
            syncs.failing = number == 1
            syncs.happened.clear()
            path = tmp_path / f"{number}.bin"
            with Journal(path, RUN_ID, sync=3600.0, syncer=syncer) as opened:
                assert threading.active_count() == threads
                opened.append(_entry())
                assert syncs.happened.wait(60)
                if syncs.failing:
                    _wait_for_the_end(opened)
            assert (opened._ended is None) is not syncs.failing
            assert syncer._sync is None


def test_an_entry_is_at_risk_for_a_second(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut costs no more than that, unless the caller chooses another time."""
    wait, seconds = threading.Event.wait, []

    def waited(event: threading.Event, timeout: float | None = None) -> bool:
        seconds.append(timeout)
        return wait(event, timeout)

    monkeypatch.setattr(threading.Event, "wait", waited)
    with Journal(path, RUN_ID):
        pass
    assert 1.0 in seconds


def test_nothing_is_synced_where_nothing_is_new(path: Path, syncs: Syncs) -> None:
    with Journal(path, RUN_ID, sync=0.001) as opened:
        opened.append(_entry())
        assert syncs.happened.wait(60)
        while opened._dirty:
            time.sleep(0.001)
        opened._syncer.serve(None)  # waits for the sync under way
        count = syncs.count
        opened._sync_new()
        assert syncs.count == count


def test_a_sync_that_failed_ends_the_next_entry(path: Path, syncs: Syncs) -> None:
    with Journal(path, RUN_ID, sync=0.001) as opened:
        syncs.failing = True
        opened.append(_entry())
        _wait_for_the_end(opened)
        for work in (lambda: opened.append(_entry()), opened.flush):
            with pytest.raises(EvosweepError, match="the disk is full"):
                work()
        count = syncs.count
    assert syncs.count == count + 1  # at the end, where it raises nothing


def test_an_error_of_the_block_is_raised_as_it_is(path: Path, syncs: Syncs) -> None:
    syncs.failing = True
    for error in (ValueError("mine"), KeyboardInterrupt()):
        with pytest.raises(type(error)) as raised, Journal(path, RUN_ID, sync=3600.0):
            raise error
        assert raised.value is error


def _file(path: Path) -> JournalFile:
    return JournalFile.made(path, [b"head"], b"signature")


def test_a_new_file_has_its_parts_in_order(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    new = JournalFile.made(path, iter([b"x" * 28, b"kept"]), b"signature", iter([b"taken", b"!"]))
    new.close()
    assert path.read_bytes() == b"x" * 28 + b"keptsignaturetaken!"
    assert new.size == 28 + 4 + 9 + 6
    assert synced[0] == new.fd  # evaluations, before the file has its name
    assert len(synced) == 2
    synced.clear()
    bare = JournalFile.made(path, [b"x" * 28], b"signature")
    bare.close()
    assert synced == []


def test_a_write_goes_on_where_it_stopped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    file = _file(path)
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data[:3])))
    file.append(b"0123456789")
    monkeypatch.undo()
    assert path.read_bytes() == b"headsignature0123456789"
    assert file.size == 23
    assert list(file.pieces(4, 13)) == [b"signature"]
    assert list(file.pieces(20, 99)) == [b"789"]
    assert list(file.pieces(5, 5)) == []
    file.truncate(13)
    assert (path.read_bytes(), file.size) == (b"headsignature", 13)
    file.close()


def test_pieces_are_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evosweep.records.journal_file._PIECE", 4)
    file = _file(path)
    assert list(file.pieces(0, 10)) == [b"head", b"sign", b"at"]
    file.close()


def test_a_reader_has_a_position_of_its_own(path: Path) -> None:
    file = _file(path)
    with file.reader() as one, file.reader() as other:
        assert one.read(4) == b"head"
        assert other.read(2) == b"he"
        assert one.read() == b"signature"
        assert one.seek(2) == 2
        assert one.read(2) == b"ad"
        assert one.seek(-2, os.SEEK_END) == 11
        assert one.read() == b"re"
        one.seek(4)
        assert one.seek(3, os.SEEK_CUR) == 7
        assert one.read(3) == b"nat"
    file.close()


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_that_cannot_sync_is_used_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    _failing(monkeypatch, "fdatasync", number)
    file = _file(path)
    file.sync()
    file.close()


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.ENOSPC, "make room and call"), (errno.EDQUOT, "make room and call"),
     (errno.EFBIG, "make room and call"), (errno.EIO, "; call")],
)  # fmt: skip
def test_what_could_not_be_written_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    file = _file(path)
    _failing(monkeypatch, "write", number)
    with pytest.raises(EvosweepError, match=advice) as refused:
        file.append(b"12345")
    said = f"{path}: cannot write 5 bytes of the journal ({os.strerror(number)}); "
    assert str(refused.value).startswith(said)
    _failing(monkeypatch, "fdatasync", number)
    with pytest.raises(EvosweepError) as refused:
        file.sync()
    said = f"{path}: cannot write 13 bytes of the journal ({os.strerror(number)}); "
    assert str(refused.value).startswith(said)
    file.close()


def test_what_a_new_file_could_not_keep_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(monkeypatch, "fsync", errno.ENOSPC)
    with pytest.raises(EvosweepError) as refused:
        JournalFile.made(path, [b"x" * 28, b"kept"], b"signature")
    said = f"{path}: cannot write 41 bytes of the journal ({os.strerror(errno.ENOSPC)}); make room "
    assert str(refused.value).startswith(said)
    assert not any(path.parent.iterdir())


def test_a_new_file_needs_a_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    with monkeypatch.context() as patch:
        patch.setattr("fcntl.flock", refuse)
        with pytest.raises(NoLocks, match=f"^{path.parent}: this file system has no locks"):
            _file(path)
    monkeypatch.setattr(lock, "acquire", lambda *_: False)
    with pytest.raises(Locked, match=f"^{path}: another process writes to the journal"):
        _file(path)
    assert not any(path.parent.iterdir())


def test_bytes_are_synced_once_and_until_it_is_done(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those of an earlier process, and those of a thread that appends meanwhile."""
    path.write_bytes(b"x")
    file = JournalFile.existing(path)
    assert file is not None
    synced: list[int] = []

    def syncs() -> int:
        for _ in range(2):
            file.sync()
        return len(synced)

    def synced_while_more_comes(fd: int) -> None:
        synced.append(fd)
        file.append(b"more")

    monkeypatch.setattr(os, "fdatasync", synced.append)
    assert syncs() == 1
    file.append(b"more")
    assert syncs() == 2
    file.truncate(1)
    assert syncs() == 3
    file.append(b"more")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", Mock(side_effect=KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            file.sync()
    assert syncs() == 4
    file.append(b"more")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", synced_while_more_comes)
        file.sync()
    assert syncs() == 6
    file.close()


def test_a_sync_that_failed_once_is_called_good_by_none_that_follows(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux tells an error once; the bytes may be lost although the next sync succeeds."""
    file = _file(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", Mock(side_effect=OSError(errno.EIO, "broken")))
        with pytest.raises(EvosweepError, match="broken"):
            file.sync()
    for _ in range(2):
        with pytest.raises(EvosweepError, match="Input/output error"):
            file.sync()
    file.close()


def test_where_data_cannot_be_synced_alone_the_whole_file_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS."""
    synced: list[int] = []
    file = _file(path)
    monkeypatch.setattr(os, "fsync", synced.append)
    monkeypatch.delattr(os, "fdatasync")
    file.sync()
    assert synced[0] == file.fd
    file.close()


def _failing(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> None:
    def fail(*_: Any) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, fail)


def test_the_name_is_synced_once_and_where_the_folder_may_be_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(
        os, "fsync", lambda fd: synced.append(Path(f"/proc/self/fd/{fd}").readlink())
    )
    file = _file(path)
    file.sync()
    file.sync()
    assert synced == [path.parent]
    other = _file(path.with_name("other"))
    _failing(monkeypatch, "open", errno.EACCES)
    other.sync()
    assert synced == [path.parent]
    file.close()
    other.close()


def test_a_flush_after_a_lost_entry_raises_though_the_disk_works_again(
    path: Path, syncs: Syncs
) -> None:
    with Journal(path, RUN_ID, sync=0.001) as opened:
        syncs.failing = True
        opened.append(_entry())
        _wait_for_the_end(opened)
        syncs.failing = False
        with pytest.raises(EvosweepError, match="the disk is full"):
            opened.flush()


def test_a_journal_of_another_run_is_refused_though_it_has_no_entry(path: Path) -> None:
    path.write_bytes(journal.header_of("ba9876543210"))
    with pytest.raises(JournalCorrupt, match="belongs to run ba9876543210"):
        Journal(path, RUN_ID).__enter__()


def test_damage_in_what_is_replayed_is_told_with_the_path(path: Path) -> None:
    _work(path, None, 0, 1)
    with Journal(path, RUN_ID) as opened:
        content = bytearray(path.read_bytes())
        content[journal.HEADER_SIZE + 20] ^= 1
        path.write_bytes(content)
        with pytest.raises(JournalCorrupt) as refused:
            list(opened.recorded())
    assert str(refused.value).startswith(f"{path}: the entry at byte")


def test_damage_in_earlier_sessions_is_told_with_the_path(path: Path) -> None:
    _work(path, None, 0, 1)
    content = bytearray(path.read_bytes())
    content[journal.HEADER_SIZE + 20] ^= 1
    path.write_bytes(content)
    with pytest.raises(JournalCorrupt) as refused:
        Journal(path, RUN_ID).__enter__()
    assert str(refused.value).startswith(f"{path}: the entry at byte")


def test_damage_in_a_shorter_run_is_told_with_the_path(path: Path) -> None:
    """Its bytes are those that were written, and say nothing."""
    shorter = path.with_name("shorter.bin")
    shorter.write_bytes(journal.header_of("ba9876543210") + journal.frame(b"\x01nothing"))
    with pytest.raises(JournalCorrupt) as refused:
        Journal(path, RUN_ID, origin=shorter).__enter__()
    assert str(refused.value).startswith(f"{path}: the entry that ends at byte")


def test_only_the_first_session_has_grown(path: Path) -> None:
    shorter = path.with_name("shorter.bin")
    _work(shorter, None, 0)
    for _ in range(2):
        with Journal(path, RUN_ID, origin=shorter):
            pass
    entries = [entry for _, entry in journal.read_behind(path, 0)]
    sessions = [each for each in entries if isinstance(each, journal.Session)]
    assert [each.grown_from for each in sessions] == [RUN_ID, None]


def test_every_refusal_names_the_journal(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal(path, RUN_ID), pytest.raises(Locked) as refused:
        JournalFile.existing(path)
    assert str(refused.value).startswith(f"{path}: another process writes")
    content = path.read_bytes()
    path.write_bytes(b"x" + content[1:])
    with pytest.raises(JournalCorrupt) as corrupt:
        Journal(path, RUN_ID).__enter__()
    assert str(corrupt.value).startswith(f"{path}: the journal's header")

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    path.unlink()
    monkeypatch.setattr(journal_file, "open_descriptor", refuse)
    with pytest.raises(EvosweepError) as full:
        JournalFile.made(path, [b"head"], b"signature")
    assert str(full.value).startswith(f"{path}: cannot write 28 bytes of the journal (full); make")


def test_a_file_that_was_replaced_meanwhile_is_opened_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _work(path, None, 0)
    answers = [False, True]
    monkeypatch.setattr(journal_file, "_leads_to", lambda *_: answers.pop(0))
    opened = JournalFile.existing(path)
    assert opened is not None
    opened.close()
    assert answers == []


def test_a_file_that_was_removed_meanwhile_is_none(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _work(path, None, 0)

    def removed(*_: object) -> bool:
        path.unlink()
        return True

    monkeypatch.setattr(lock, "acquire", removed)
    assert JournalFile.existing(path) is None


def test_who_has_written_nothing_has_lost_nothing(path: Path) -> None:
    _work(path, None, 0)
    opened = JournalFile.existing(path)
    assert opened is not None
    assert opened.loss() is None
    opened.close()


_ENTRY = journal.frame(journal.journal_entry.pack(_entry()))
_SESSION = journal.frame(journal.journal_entry.pack(Session(1.5, 7)))


@pytest.mark.parametrize(
    ("entries", "who"),
    [
        (b"", "another process"),
        (_ENTRY, "another process"),
        (b"x" + _ENTRY, "another process"),  # which is damage
        (_SESSION + _ENTRY + b"x" + _ENTRY, f"{Session(1.5, 7)}"),
    ],
)
def test_who_has_taken_over_is_told_as_far_as_it_can_be_read(
    path: Path, entries: bytes, who: str
) -> None:
    file = _file(path)
    path.unlink()
    path.write_bytes(journal.header_of(RUN_ID) + entries)
    assert str(file.loss()).startswith(f"{path}: {who} has taken over the journal, since ")
    file.close()


def test_a_journal_that_cannot_be_read_was_taken_over_by_somebody(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Iterator[object]:
        raise OSError(errno.EIO, "Input/output error")

    file = _file(path)
    path.unlink()
    path.write_bytes(b"other")
    monkeypatch.setattr(journal_file, "entries_of", refuse)
    assert str(file.loss()).startswith(f"{path}: another process has taken over the journal")
    file.close()
