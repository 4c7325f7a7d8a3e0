"""The file system that a path lies on, by the kernel's list of mounts (Linux)."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_OWN = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"}
)
_LOCKS_OF_ONE_HOST = frozenset({"fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse"})
_LOCAL_BY_OPTION = frozenset({"local_lock=flock", "local_lock=all", "nolock", "localflock"})
"""Of NFS and Lustre: a lock is no longer asked of the server."""


class Mount(NamedTuple):
    """A file system as it is mounted."""

    device: str
    """`major:minor`, decimal, as the kernel knows it: on btrfs `stat` tells another one."""
    kind: str
    """Such as ext4, nfs4 or fuse.sshfs."""
    options: frozenset[str]

    @property
    def is_own_disk(self) -> bool:
        """Whether it is on a disk, or in the memory, of this machine alone."""
        return self.kind in _OWN

    @property
    def locks_hold_on_one_host(self) -> bool:
        """Whether other hosts that mount it do not see the locks that are taken here."""
        return self.kind in _LOCKS_OF_ONE_HOST or bool(self.options & _LOCAL_BY_OPTION)


def mount_of(path: Path) -> Mount | None:
    """The mount of a file or folder that is there; None where the system does not tell."""
    with suppress(OSError, AttributeError, StopIteration, ValueError, IndexError):
        number = _mount_number(path)
        lines = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
        return next(_parsed(line) for line in lines if line.split(maxsplit=1)[0] == number)
    return None


def _mount_number(path: Path) -> str:
    """The number of the mount by a descriptor that opens nothing, whatever the path is."""
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        told = Path(f"/proc/self/fdinfo/{descriptor}").read_text(encoding="ascii").splitlines()
    finally:
        os.close(descriptor)
    return next(line.split()[1] for line in told if line.startswith("mnt_id:"))


def _parsed(line: str) -> Mount:
    """A line of mountinfo: `36 35 98:0 /root /point rw,... tags - kind source rw,...`."""
    place, _, system = line.partition(" - ")
    words, (kind, *others) = place.split(), system.split()
    options = f"{words[5]},{others[-1] if others else ''}"
    return Mount(words[2], kind, frozenset(options.split(",")))
