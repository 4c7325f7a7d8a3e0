"""Find the file system of a path in the kernel's list of mounts (Linux)."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_OWN = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"}
)
_LOCKS_OF_ONE_HOST = frozenset({"fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse"})
_LOCAL_BY_OPTION = frozenset({"local_lock=flock", "local_lock=all", "nolock", "localflock"})
"""Mount options of NFS and Lustre with which locks no longer involve the server."""


class Mount(NamedTuple):
    """A mounted file system."""

    device: str
    """`major:minor` in decimal, as in the kernel's list; on btrfs `stat` gives another number."""
    kind: str
    """Its kind, such as ext4, nfs4 or fuse.sshfs."""
    options: frozenset[str]

    @property
    def is_own_disk(self) -> bool:
        """True if it lies on a disk or in the memory of this machine, and of no other."""
        return self.kind in _OWN

    @property
    def locks_hold_on_one_host(self) -> bool:
        """True if other hosts do not see the locks of this host."""
        return self.kind in _LOCKS_OF_ONE_HOST or bool(self.options & _LOCAL_BY_OPTION)


def mount_of(path: Path) -> Mount | None:
    """Return the mount of a file or folder that is there; None if the system does not tell."""
    with suppress(OSError, AttributeError, StopIteration, ValueError, IndexError):
        number = _mount_number(path)
        lines = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
        return next(_parsed(line) for line in lines if line.split(maxsplit=1)[0] == number)
    return None


def _mount_number(path: Path) -> str:
    """Return the number of a path's mount, without opening the file."""
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        told = Path(f"/proc/self/fdinfo/{descriptor}").read_text(encoding="ascii").splitlines()
    finally:
        os.close(descriptor)
    return next(line.split()[1] for line in told if line.startswith("mnt_id:"))


def _parsed(line: str) -> Mount:
    """Parse a line of mountinfo: `36 35 98:0 /root /point rw,... tags - kind source rw,...`."""
    place, _, system = line.partition(" - ")
    words, (kind, *others) = place.split(), system.split()
    options = f"{words[5]},{others[-1] if others else ''}"
    return Mount(words[2], kind, frozenset(options.split(",")))
