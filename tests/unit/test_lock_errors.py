"""The lock in one process: its errors, its text, and files that change under it."""

import errno
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from evosweep.errors import Damaged
from evosweep.processes import lock
from evosweep.processes.lock import Lock, Locked, NoLocks


@pytest.mark.parametrize("number", [errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES])
def test_a_lock_that_is_held_is_so_by_any_of_its_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    _refuse(monkeypatch, number)
    with _no_file_stays_open(), pytest.raises(Locked, match=r"^it: another process works on it"):
        Lock(tmp_path / "lock", "it").__enter__()


def test_another_error_of_locking_is_raised_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _refuse(monkeypatch, errno.EIO)
    with _no_file_stays_open(), pytest.raises(OSError, match="Input/output") as refused:
        Lock(tmp_path / "lock", "it").__enter__()
    assert refused.value.errno == errno.EIO


def _refuse(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)


@contextmanager
def _no_file_stays_open() -> Iterator[None]:
    before = set(Path("/proc/self/fd").iterdir())
    yield
    assert set(Path("/proc/self/fd").iterdir()) == before


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"pid": 7, "host": "h"}', '{"pid": 7, "since": 1}',
     '{"host": "h", "since": 1}', '{"pid": "x", "host": "h", "since": 1}',
     '{"pid": 7, "host": "h", "since": 1e300}'],
)  # fmt: skip
def test_a_holder_that_does_not_name_itself_is_another_process(tmp_path: Path, text: str) -> None:
    (tmp_path / "lock").write_text(text)
    with (tmp_path / "lock").open() as file:
        assert lock.holder(file.fileno()) == "another process"


def test_a_holder_is_named_as_it_states(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text(json.dumps({"pid": 7, "host": "h" * 65, "since": 1.5}))
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(1.5))
    with path.open() as file:
        file.read()
        assert lock.holder(file.fileno()) == f"process 7 on {'h' * 64}, since {since},"
    assert lock.holder(10**6) == "another process"


def test_a_lock_says_whose_it_is_and_nothing_of_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("x" * 1000)
    before = time.time()
    with Lock(tmp_path / "lock", "it") as held:
        assert held.path == tmp_path / "lock"
        told = json.loads((tmp_path / "lock").read_text())
    assert before <= told.pop("since") <= time.time()
    assert len(bytes.fromhex(told["token"])) == 8
    assert told == {
        "host": os.uname().nodename, "pid": os.getpid(), "boot": lock.boot_id(),
        "token": lock.TOKEN,
    }  # fmt: skip


def test_a_full_disk_costs_the_name_and_not_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "pwrite", full)
    path = tmp_path / "lock"
    with _no_file_stays_open():
        with Lock(path, "it"), pytest.raises(Locked, match="another process works on it"):
            Lock(path, "it").__enter__()
        assert not path.exists()


def test_a_file_that_its_holder_removed_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, acquire, tries = tmp_path / "lock", lock.acquire, []

    def removed_first(fd: int, which: Path, **how: bool) -> bool:
        if not tries:
            path.unlink()
        tries.append(which)
        return acquire(fd, which, **how)

    monkeypatch.setattr(lock, "acquire", removed_first)
    with _no_file_stays_open():
        with Lock(path, "it"):
            assert lock.TOKEN in path.read_text()
        assert tries == [path, path]
        assert not path.exists()


def test_a_file_that_another_one_has_replaced_is_not_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, acquire, tries = tmp_path / "lock", lock.acquire, []

    def replaced_first(fd: int, which: Path, **how: bool) -> bool:
        if not tries:
            (tmp_path / "new").touch()
            (tmp_path / "new").replace(path)
        tries.append(which)
        return acquire(fd, which, **how)

    monkeypatch.setattr(lock, "acquire", replaced_first)
    with Lock(path, "it"):
        assert lock.TOKEN in path.read_text()
    assert len(tries) == 2


def test_a_lock_whose_file_is_gone_ends_all_the_same(tmp_path: Path) -> None:
    with _no_file_stays_open(), Lock(tmp_path / "lock", "it"):
        (tmp_path / "lock").unlink()


def _exchange_for_a_link(folder: Path) -> Path:
    """Let another folder with the same lock be where the folder was; returns its lock."""
    other = folder.with_name("elsewhere")
    shutil.copytree(folder, other)
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(other)
    return other / "lock"


def test_a_lock_is_not_removed_through_a_link_that_came_meanwhile(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with _no_file_stays_open(), Lock(folder / "lock", "it", inside=tmp_path):
        elsewhere = _exchange_for_a_link(folder)
        assert lock.TOKEN in elsewhere.read_text()
    assert elsewhere.exists()


def test_a_lock_that_became_a_link_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with _no_file_stays_open(), Lock(path, "it"):
        path.rename(tmp_path / "target")
        path.symlink_to("target")
    assert path.is_symlink()
    assert path.exists()


def test_no_lock_is_made_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "folder").symlink_to("target")
    path = tmp_path / "folder" / "lock"
    for block in (Lock(path, "it", inside=tmp_path), lock.queue(path, inside=tmp_path)):
        with pytest.raises(Damaged, match="is a link"), block:
            pass
    assert not any((tmp_path / "target").iterdir())


def test_a_queue_that_is_free_asks_for_nobody_and_leaves_its_file(tmp_path: Path) -> None:
    told: list[str] = []
    with _no_file_stays_open():
        with lock.queue(tmp_path / "lock", told.append):
            assert lock.TOKEN in (tmp_path / "lock").read_text()
        with lock.queue(tmp_path / "lock"):
            pass
    assert told == []
    assert (tmp_path / "lock").exists()


def test_a_queue_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _refuse(monkeypatch, errno.ENOLCK)
    with _no_file_stays_open(), pytest.raises(NoLocks), lock.queue(tmp_path / "lock"):
        pass


def test_who_waits_holds_the_lock_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def flock(_: int, how: int) -> None:
        calls.append(how)
        if how & fcntl.LOCK_NB:
            raise OSError(errno.EWOULDBLOCK, "held")

    monkeypatch.setattr(fcntl, "flock", flock)
    (tmp_path / "lock").write_text(json.dumps({"pid": 7, "host": "h", "since": 1.5}))
    told: list[str] = []
    with lock.queue(tmp_path / "lock", told.append):
        assert lock.TOKEN in (tmp_path / "lock").read_text()
    assert calls == [fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_EX]
    assert [who.partition(",")[0] for who in told] == ["process 7 on h"]


@pytest.mark.parametrize("there", [True, False])
def test_a_lock_that_may_not_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "not yours")

    monkeypatch.setattr(lock, "open_descriptor", refuse)
    path = tmp_path / "lock"
    if there:
        path.touch()
    with pytest.raises(PermissionError):  # of this user's own file, or of a folder
        Lock(path, "it").__enter__()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    if there:
        owner = f"it: user {path.stat().st_uid} works on it, .* remove {path} where"
        with pytest.raises(Locked, match=owner):
            Lock(path, "it").__enter__()
    else:
        with pytest.raises(PermissionError):
            Lock(path, "it").__enter__()


def test_locks_that_hold_on_one_host_are_told_by_the_mount(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []
    mount = SimpleNamespace(kind="fuse.sshfs", locks_hold_on_one_host=True)

    def mount_of(path: Path) -> object:
        seen.append(path)
        return mount

    monkeypatch.setattr(lock, "mount_of", mount_of)
    assert lock.one_host_only(tmp_path / "not" / "yet") == "fuse.sshfs"
    mount.locks_hold_on_one_host = False
    assert lock.one_host_only(tmp_path) == ""
    monkeypatch.setattr(lock, "mount_of", lambda _: None)
    assert lock.one_host_only(tmp_path) == ""
    assert seen == [tmp_path, tmp_path]


def test_a_folder_of_the_working_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _refuse(monkeypatch, errno.ENOLCK)
    with pytest.raises(NoLocks, match=f"^{tmp_path}/results: this file system"):
        lock.probe(Path("results"))


def test_a_machine_without_a_boot_id_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> str:
        raise FileNotFoundError

    asked = lock.boot_id.__wrapped__
    assert asked() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    monkeypatch.setattr(Path, "read_text", missing)
    assert asked() == ""


def test_the_switch_is_the_documented_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lock.is_used()
    monkeypatch.setenv("EVOSWEEP_LOCKS", "none")
    assert not lock.is_used()


def test_a_probe_tries_the_folder_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file system may have locks; where the folder is still missing, its parent tells."""
    tried: list[str] = []

    def flock(fd: int, _: int) -> None:
        tried.append(Path(f"/proc/self/fd/{fd}").readlink().parent.as_posix())

    monkeypatch.setattr(fcntl, "flock", flock)
    lock.probe(tmp_path)
    lock.probe(tmp_path / "results")
    assert tried == [str(tmp_path)] * 2
