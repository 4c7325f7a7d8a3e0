"""Who may write to a journal: one process, whatever its file system's locks are worth."""

import json
import os
import struct
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy
import pytest

from evosweep.errors import EvosweepError
from evosweep.processes import lock
from evosweep.processes.lock import Locked
from evosweep.records import journal, journal_entry, journal_file
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Entry, Journal, Session, TakenOver
from evosweep.records.journal_entry import Writer
from evosweep.records.journal_frames import frame, header_of

RUN_ID = "0123456789ab"
Move = Callable[[str], None]


@pytest.fixture
def on_host(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Lets this process be on another host from now on, which sees no lock of the first."""

    def move(host: str) -> None:
        writer = Writer(host, f"boot of {host}", 7, f"token of {host}")
        monkeypatch.setattr(lock, "acquire", lambda *_, **__: True)
        monkeypatch.setattr("evosweep.records.journal.writer_here", lambda _: writer)

    return move


def _entry(batch: int) -> Entry:
    return Entry(batch, numpy.array([0]), numpy.array([[batch + 0.5]]), b"d" * 16, 0.1, batch + 1.0)


def _batches(path: Path) -> list[int]:
    return [entry.batch for entry in journal.read(path)]


def _sessions(path: Path) -> list[Session]:
    return [each for _, each in journal.read_behind(path, 0) if isinstance(each, Session)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.bin"


def test_a_session_names_its_process_on_any_host(path: Path) -> None:
    with Journal(path, RUN_ID):
        pass
    (session,) = _sessions(path)
    device = path.parent.stat().st_dev
    assert session.writer == Writer(os.uname().nodename, lock.boot_id(), device, lock.TOKEN)
    assert str(session).startswith(f"process {os.getpid()} on {os.uname().nodename}, since 20")


@pytest.mark.parametrize("environment", [None, {}, {"python": "3.11.2"}])
def test_a_writer_comes_back_as_it_was(environment: "dict[str, object] | None") -> None:
    session = Session(1.5, 7, environment, Writer("h1", "b", 3, "t"))
    back = journal_entry.unpack(journal_entry.pack(session))
    assert isinstance(back, Session)
    assert (back.writer, back.environment or None) == (session.writer, environment or None)


def test_a_session_of_an_earlier_version_has_no_writer(path: Path) -> None:
    old = struct.pack("<Bdq", 2, 1.5, 7)
    assert journal_entry.unpack(old) == Session(1.5, 7)
    told = journal_entry.unpack(old + json.dumps({"python": "3.11.2"}).encode())
    assert told == Session(1.5, 7, {"python": "3.11.2"})
    path.write_bytes(header_of(RUN_ID) + frame(old) + frame(journal_entry.pack(_entry(0))))
    before = path.stat().st_ino
    with Journal(path, RUN_ID) as opened:
        opened.append(_entry(1))
    assert _batches(path) == [0, 1]
    assert path.stat().st_ino != before  # whoever wrote it may still do so


def test_the_same_machine_goes_on_in_the_same_file(path: Path) -> None:
    inode = None
    for batch in range(3):
        with Journal(path, RUN_ID) as opened:
            assert opened.resumed == batch
            opened.append(_entry(batch))
        inode = inode or path.stat().st_ino
        assert path.stat().st_ino == inode
    assert _batches(path) == [0, 1, 2]


def test_on_a_shared_file_system_each_session_has_a_file_of_its_own(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the file, where another host's session stands, may not show yet."""
    monkeypatch.setattr("evosweep.records.journal.is_own_disk", lambda _: False)
    inodes = set()
    kept = []
    for batch in range(3):
        with Journal(path, RUN_ID) as opened:
            opened.append(_entry(batch))
        kept.append(path.open("rb"))  # or its number may be given again
        inodes.add(path.stat().st_ino)
    for file in kept:
        file.close()
    assert len(inodes) == 3
    assert _batches(path) == [0, 1, 2]


def test_a_disk_of_this_machine_is_told_from_others(tmp_path: Path) -> None:
    assert journal_file.is_own_disk(tmp_path)
    assert not journal_file.is_own_disk(Path("/proc"))


def test_a_file_that_a_process_of_this_machine_writes_to_is_refused(path: Path) -> None:
    with Journal(path, RUN_ID), pytest.raises(Locked, match="another process writes") as refused:
        Journal(path, RUN_ID).__enter__()
    assert refused.value.exit_code == 75


def _lose(work: Callable[[Journal], None], path: Path, sync: float = 1.0) -> TakenOver:
    """The error that ends a session which does this work."""
    session = Journal(path, RUN_ID, sync)
    with pytest.raises(TakenOver) as stopped:
        _perform(session, work)
    assert stopped.value.exit_code == 75
    assert len(str(stopped.value).splitlines()) == 1
    return stopped.value


def _perform(session: Journal, work: Callable[[Journal], None]) -> None:
    with session as opened:
        work(opened)


def test_another_host_takes_over_and_the_first_one_stops(path: Path, on_host: Move) -> None:
    def work(first: Journal) -> None:
        first.append(_entry(0))
        on_host("h2")
        with Journal(path, RUN_ID) as second:
            assert [entry.batch for entry in second.recorded()] == [0]
            first.append(_entry(1))  # into a file without a name
            second.append(_entry(1))
            second.flush()
            first.flush()

    on_host("h1")
    error = _lose(work, path)
    assert f"{path}: process {os.getpid()} on h2, since 20" in str(error)
    assert _batches(path) == [0, 1]
    assert [session.writer and session.writer.host for session in _sessions(path)] == ["h1", "h2"]


def test_the_loser_stops_at_the_entry_behind_a_sync(path: Path, on_host: Move) -> None:
    def work(first: Journal) -> None:
        on_host("h2")
        with Journal(path, RUN_ID):
            while True:
                first.append(_entry(0))

    on_host("h1")
    _lose(work, path, sync=0.001)


def test_an_error_of_the_loser_is_that_it_has_lost(path: Path, on_host: Move) -> None:
    def work(_: Journal) -> None:
        on_host("h2")
        with Journal(path, RUN_ID):
            pass
        raise EvosweepError("record.json: cannot write")

    on_host("h1")
    assert str(_lose(work, path).__cause__) == "record.json: cannot write"


def test_a_loser_replays_what_it_had_found(path: Path, on_host: Move) -> None:
    """The other's file has other entries at the same bytes, for it saw less of them."""
    on_host("h1")
    with Journal(path, RUN_ID) as early:
        for batch in range(5):
            early.append(_entry(batch))
    with Journal(path, RUN_ID) as first:
        recorded = first.recorded()
        assert next(recorded).batch == 0
        on_host("h2")
        stale = path.with_name("stale")
        stale.write_bytes(path.read_bytes()[:-1500])
        stale.replace(path)
        with warnings.catch_warnings(action="ignore"), Journal(path, RUN_ID) as second:
            second.append(_entry(9))
        assert [entry.batch for entry in recorded] == [1, 2, 3, 4]


def test_a_discarded_journal_stops_its_writer(path: Path) -> None:
    def work(opened: Journal) -> None:
        path.unlink()
        opened.flush()

    assert "has discarded the journal" in str(_lose(work, path))


def test_foreign_bytes_in_the_file_stop_its_writer(path: Path) -> None:
    """As an earlier version appends them where a lock means nothing to another host."""

    def work(opened: Journal) -> None:
        with path.open("ab") as file:
            file.write(frame(journal_entry.pack(Session(1.5, 7))))
        opened.flush()

    assert "process 7, since " in str(_lose(work, path))


def test_without_locks_each_session_has_a_file_of_its_own(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(first: Journal) -> None:
        first.append(_entry(0))
        before = path.stat().st_ino
        with Journal(path, RUN_ID) as second:
            assert path.stat().st_ino != before
            second.append(_entry(1))
            first.flush()

    monkeypatch.setenv(lock.SWITCH, "none")
    _lose(work, path)
    assert _batches(path) == [0, 1]


def test_what_cannot_be_looked_at_is_not_lost(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server may only be away."""

    def refuse(*_: object) -> int:
        raise OSError(5, "Input/output error")

    with Journal(path, RUN_ID) as opened:
        with monkeypatch.context() as patch:
            patch.setattr(journal_file, "open_descriptor", refuse)
            opened.flush()
        opened.append(_entry(0))
    assert _batches(path) == [0]


def test_what_a_server_could_not_keep_ends_the_session(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    def write_on(opened: Journal) -> None:
        while True:
            opened.append(_entry(0))

    monkeypatch.setattr(os, "fdatasync", full)
    with pytest.raises(EvosweepError, match=r"\(No space left on device\); make room and"):
        _perform(Journal(path, RUN_ID, 0.001), write_on)
    with pytest.raises(EvosweepError, match="No space left"):
        _perform(Journal(path, RUN_ID), Journal.flush)


def test_a_file_that_is_swept_away_before_it_has_its_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sweep(self: Path, target: Path) -> Path:
        assert self.name.startswith(".journal.bin.")
        RunFolder(target.parent).sweep()
        return replace(self, target)

    replace = Path.replace
    monkeypatch.setattr(Path, "replace", sweep)
    with pytest.raises(TakenOver, match="at the same moment"):
        Journal(path, RUN_ID).__enter__()
    assert not any(path.parent.iterdir())


def test_an_error_while_the_file_is_made_leaves_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, on_host: Move
) -> None:
    with Journal(path, RUN_ID) as opened:
        opened.append(_entry(0))
    before = path.read_bytes()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    on_host("h2")
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(EvosweepError, match=r"No space left on device\); make room and call"):
        Journal(path, RUN_ID).__enter__()
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["journal.bin"]


@pytest.fixture(autouse=True)
def _no_descriptor_is_left() -> Iterator[None]:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    yield
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_stop_in_a_sync_leaves_the_sync_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    real = os.fdatasync

    def stopped(_: int) -> None:
        calls.append("stopped")
        raise KeyboardInterrupt

    def counted(fd: int) -> None:
        calls.append("synced")
        real(fd)

    with Journal(tmp_path / "journal.bin", RUN_ID, sync=3600.0) as opened:
        opened.append(_entry(0))
        monkeypatch.setattr(os, "fdatasync", stopped)
        with pytest.raises(KeyboardInterrupt):
            opened.flush()
        monkeypatch.setattr(os, "fdatasync", counted)
        opened.flush()
        opened.flush()
    assert calls == ["stopped", "synced"]


def test_a_sync_waits_for_the_one_of_another_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would find nothing new, and say that entries are on the disk before they are."""
    real, begun, may_end = os.fdatasync, threading.Event(), threading.Event()
    order: list[str] = []

    def slow(fd: int) -> None:
        begun.set()
        may_end.wait()
        real(fd)
        order.append("on the disk")

    with Journal(tmp_path / "journal.bin", RUN_ID, sync=3600.0) as opened:
        opened.append(_entry(0))
        monkeypatch.setattr(os, "fdatasync", slow)
        other = threading.Thread(target=opened.flush)
        other.start()
        begun.wait()
        threading.Timer(0.1, may_end.set).start()
        opened.flush()
        order.append("told")
        other.join()
    assert order == ["on the disk", "told"]
