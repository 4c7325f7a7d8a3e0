"""Read from the kernel which locks the processes of this machine hold.

To try a lock would be wrong: it could keep the process that needs it from getting it.
"""

from pathlib import Path

from evosweep.files.mount import mount_of

_LIST = Path("/proc/locks")


class HeldLocks:
    """The files with a lock by `flock`, at one moment."""

    def __init__(self) -> None:
        try:
            lines = _LIST.read_text(encoding="ascii").splitlines()
        except OSError:
            lines = []
        held = (line.split()[5] for line in lines if "FLOCK" in line and "->" not in line)
        self._files = {_file(place) for place in held}
        self._inodes = {inode for _, inode in self._files}

    def __contains__(self, path: object) -> bool:
        """Return True if a file is locked; False if it is missing."""
        assert isinstance(path, Path)
        try:
            inode = path.stat().st_ino
        except OSError:
            return False
        if inode not in self._inodes:
            return False
        mount = mount_of(path)  # another file system may have a file with this number
        return mount is None or (mount.device, inode) in self._files


def _file(place: str) -> tuple[str, int]:
    """Return device and inode from `major:minor:inode`, whose first two parts are hexadecimal."""
    major, minor, inode = place.split(":")
    return f"{int(major, 16)}:{int(minor, 16)}", int(inode)
