"""The file system of a path, and whether its locks hold between hosts."""

from pathlib import Path

import pytest

from evosweep.files.mount import _parsed, mount_of

LINE = "36 35 0:45 / /shared rw,nosuid,nodev,relatime shared:1 master:2 - {} server:/x {}"


def test_a_path_is_on_the_mount_that_the_system_names(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    mount = mount_of(tmp_path)
    assert mount is not None
    assert mount == mount_of(file)
    assert mount.kind != "proc"
    of_proc = mount_of(Path("/proc/self"))
    assert of_proc is not None
    assert of_proc.kind == "proc"
    assert not of_proc.is_own_disk
    assert mount_of(tmp_path / "missing") is None


@pytest.mark.parametrize(
    ("kind", "options", "alone"),
    [
        ("ext4", "rw", False),
        ("nfs4", "rw,vers=4.2,local_lock=none", False),
        ("nfs", "rw,vers=3,local_lock=all", True),
        ("nfs", "rw,vers=3,nolock", True),
        ("lustre", "rw,flock", False),
        ("lustre", "rw,localflock", True),
        ("fuse.sshfs", "rw,user_id=0", True),
        ("fuse.mfs", "rw", False),
    ],
)
def test_locks_that_hold_on_one_host_are_known_by_kind_and_options(
    kind: str, options: str, alone: bool
) -> None:
    mount = _parsed(LINE.format(kind, options))
    assert (mount.device, mount.kind) == ("0:45", kind)
    assert mount.locks_hold_on_one_host == alone
