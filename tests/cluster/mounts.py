"""Folders that several hosts share: h3 serves them, h1 and h2 mount them at one path.

sshfs: a lock holds on one host only, and another host's writes show late. MooseFS: true locks.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from hosts import Host

_MASTER = """
WORKING_USER = root
WORKING_GROUP = root
DATA_PATH = {0}/meta
EXPORTS_FILENAME = {0}/exports.cfg
LOCK_MEMORY = 0
SESSION_SUSTAIN_TIME = 60
"""
_CHUNKS = """
WORKING_USER = root
WORKING_GROUP = root
DATA_PATH = {0}/server
HDD_CONF_FILENAME = {0}/hdd.cfg
HDD_LEAVE_SPACE_DEFAULT = 100MiB
MASTER_HOST = {1}
LOCK_MEMORY = 0
"""
_PROGRAMS = {"sshfs": ("sshfs",), "moosefs": ("mfsmaster", "mfschunkserver", "mfsmount")}


def missing(kind: str) -> str:
    """What this machine lacks for such a folder; empty where it lacks nothing."""
    absent = [name for name in _PROGRAMS[kind] if shutil.which(name) is None]
    if not Path("/dev/fuse").exists():
        absent.append("/dev/fuse")
    return f"{kind} needs {', '.join(absent)} (tests/setup.sh)" if absent else ""


def mount(kind: str, hosts: list[Host], folder: Path) -> Path:
    """The shared folder, with what h3 needs to serve it in `folder`; it ends with its hosts."""
    shared = folder / "shared"
    shared.mkdir(parents=True)
    _KINDS[kind](hosts, folder, shared)
    return shared


def _sshfs(hosts: list[Host], folder: Path, shared: Path) -> None:
    first, second, server = hosts
    served = folder / "served"
    served.mkdir()
    _call(server, "mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(served))
    for host in (first, second):
        _call(host, "sshfs", f"{server.name}:{served}", str(shared))


def _moosefs(hosts: list[Host], folder: Path, shared: Path) -> None:
    first, second, server = hosts
    for name in ("meta", "server", "chunks"):
        (folder / name).mkdir()
    (folder / "master.cfg").write_text(_MASTER.format(folder))
    (folder / "exports.cfg").write_text("* / rw,alldirs,admin,maproot=0:0\n* . rw\n")
    (folder / "chunks.cfg").write_text(_CHUNKS.format(folder, server.address))
    (folder / "hdd.cfg").write_text(f"{folder}/chunks\n")
    shutil.copy("/var/lib/mfs/metadata.mfs.empty", folder / "meta" / "metadata.mfs")
    _call(server, "mfsmaster", "-c", str(folder / "master.cfg"), "start")
    _call(server, "mfschunkserver", "-c", str(folder / "chunks.cfg"), "start")
    for host in (first, second):
        _call(host, "mfsmount", str(shared), "-H", server.address)
    until = time.monotonic() + 600  # a file can be written once the chunk server has said hello
    while first.run("sh", "-c", f"echo x > {shared}/x && cat {shared}/x").stdout != "x\n":
        assert time.monotonic() < until
        time.sleep(0.1)


_KINDS: dict[str, Callable[[list[Host], Path, Path], None]] = {
    "sshfs": _sshfs,
    "moosefs": _moosefs,
}


def _call(host: Host, *words: str) -> None:
    done = host.run(*words)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
