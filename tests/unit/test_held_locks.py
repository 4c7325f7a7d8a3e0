"""Which files are locked, by the kernel's list."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from evosweep.files.mount import mount_of
from evosweep.processes import held_locks
from evosweep.processes.held_locks import HeldLocks
from evosweep.processes.lock import Lock


def test_a_file_is_locked_for_as_long_as_its_lock_is_held(tmp_path: Path) -> None:
    path, other = tmp_path / "lock", tmp_path / "other"
    other.touch()
    assert path not in HeldLocks()
    with Lock(path, "it"):
        held = HeldLocks()
        assert path in held
        assert other not in held
    assert path not in HeldLocks()


def test_a_file_of_another_disk_with_the_same_number_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, listed = tmp_path / "lock", tmp_path / "locks"
    path.touch()
    mount = mount_of(path)
    assert mount is not None
    major, minor = map(int, mount.device.split(":"))
    line = "1: FLOCK  ADVISORY  WRITE 7 {:02x}:{:02x}:{} 0 EOF\n"
    monkeypatch.setattr(held_locks, "_LIST", listed)
    for shift, held in ((0, True), (1, False)):
        listed.write_text(line.format(major, minor + shift, path.stat().st_ino))
        assert (path in HeldLocks()) == held
    listed.write_text(line.replace("1: ", "1: -> ").format(major, minor, path.stat().st_ino))
    assert path not in HeldLocks()  # that process waits for it
    listed.unlink()
    assert path not in HeldLocks()


def test_the_kernels_list_is_read_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Device numbers are hexadecimal, the inode is not; other kinds of locks are not these."""
    path, listed = tmp_path / "lock", tmp_path / "locks"
    path.touch()
    inode = path.stat().st_ino
    monkeypatch.setattr(held_locks, "_LIST", listed)
    devices: list[str | None] = ["254:26"]
    monkeypatch.setattr(
        held_locks, "mount_of",
        lambda _: None if devices[0] is None else SimpleNamespace(device=devices[0]),
    )  # fmt: skip
    line = f"1: FLOCK  ADVISORY  WRITE 7 fe:1a:{inode} 0 EOF\n"
    others = f"2: POSIX  ADVISORY  WRITE 7 fe:1a:{inode + 1} 0 EOF\n"
    listed.write_text(others + line)
    assert path in HeldLocks()
    devices[0] = "254:1"
    assert path not in HeldLocks()
    devices[0] = None
    assert path in HeldLocks()  # rather locked than not
    listed.write_text(line.replace("FLOCK", "POSIX"))
    assert path not in HeldLocks()
    assert tmp_path / "missing" not in HeldLocks()
