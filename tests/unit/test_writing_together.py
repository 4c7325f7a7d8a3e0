"""Files that come to the disk together: whole or not at all, and synced before the last name."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evosweep.errors import Damaged, EvosweepError
from evosweep.files.together import Together


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _run(folder: Path) -> None:
    with Together(folder, inside=folder.parent) as files:
        files.write("a", b"1" * 3_000_000)
        files.write("b", b"")
        files.place()
        files.write("last", b"2")
        files.sync()
        files.place()


def test_they_replace_what_is_there_and_leave_no_draft(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"an older one")
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    _run(tmp_path)
    assert _names(tmp_path) == ["a", "b", "last"]
    assert (tmp_path / "a").read_bytes() == b"1" * 3_000_000
    assert (tmp_path / "last").read_bytes() == b"2"
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


def test_the_last_name_comes_after_every_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        acts.append(f"sync {name.split('.')[1] if name[0] == '.' else name}")
        fsync(descriptor)

    def renamed(draft: str, name: str, **folders: int) -> None:
        acts.append(f"name {name}")
        replace(draft, name, **folders)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    _run(tmp_path)
    syncs = ["sync a", "sync b", "sync last"]
    assert acts == ["name a", "name b", *syncs, "name last"]


def _failing(code: int) -> Callable[..., int]:
    def fail(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize(("act", "left"), [("write", []), ("fsync", ["a", "b"]), ("replace", [])])
def test_one_that_fails_is_told_and_no_draft_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str, left: list[str]
) -> None:
    monkeypatch.setattr(os, act, _failing(errno.ENOSPC))
    with pytest.raises(EvosweepError, match=r"/a: cannot write 3000000 bytes \(No space left"):
        _run(tmp_path)
    assert _names(tmp_path) == left


def _fail(folder: Path) -> None:
    with Together(folder, inside=folder.parent) as files:
        files.write("a", b"1")
        files.place()
        files.write("b", b"2")
        raise ValueError("mine")


def test_an_error_of_the_block_leaves_what_has_its_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mine"):
        _fail(tmp_path)
    assert _names(tmp_path) == ["a"]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "run").symlink_to(tmp_path / "victim")
    with (
        pytest.raises(Damaged, match="run: is a link"),
        Together(tmp_path / "runs" / "run", inside=tmp_path / "runs"),
    ):
        pass
    (tmp_path / "runs" / "a").symlink_to(tmp_path / "victim" / "a")
    _run(tmp_path / "runs")
    assert not _names(tmp_path / "victim")
    assert not (tmp_path / "runs" / "a").is_symlink()


def test_a_folder_that_is_exchanged_meanwhile_stays_the_one_that_is_written_to(
    tmp_path: Path,
) -> None:
    run, victim = tmp_path / "run", tmp_path / "victim"
    run.mkdir()
    victim.mkdir()
    with Together(run, inside=tmp_path) as files:
        files.write("a", b"1")
        run.rename(tmp_path / "aside")
        run.symlink_to(victim)
        files.write("b", b"2")
        files.place()
        files.sync()
    assert _names(tmp_path / "aside") == ["a", "b"]
    assert not _names(victim)
