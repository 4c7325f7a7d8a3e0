"""Hosts on one machine: each has a network, name, processes, /run and sshd; the disk is shared.

A host is a process in Linux namespaces of its own. It ends with the process that started it, and
everything that runs on it ends with it, so nothing is left on this machine however a test ends.
`ssh` from one host to another needs no option: keys and known hosts are in place.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil

_PROGRAMS = ("ip", "nsenter", "setpriv", "unshare", "ssh", "ssh-keygen", "/usr/sbin/sshd")
_MORTAL = ("setpriv", "--pdeathsig", "KILL")
_HOST = (*_MORTAL, "unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--kill-child",
         "--mount-proc")  # fmt: skip

_SWITCH = """
ip link set lo up && ip link add br0 type bridge && ip link set br0 up && echo ready
exec sleep infinity
"""
_INIT = """
set -e
hostname "$1"
mount --bind "$3/hosts" /etc/hosts
mount --bind "$3/ssh_config" /etc/ssh/ssh_config
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd
ip link set lo up
echo plugged
read -r _
ip addr add "$2/24" dev eth0
ip link set eth0 up
/usr/sbin/sshd -D -e -f "$3/sshd_config" 2>> "$3/$1.sshd.log" &
until grep -qs 'Server listening' "$3/$1.sshd.log"; do sleep 0.02; done
echo ready
wait
"""
_SSHD = """
HostKey {0}/host_key
AuthorizedKeysFile {0}/user_key.pub
StrictModes no
PermitRootLogin prohibit-password
UsePAM no
PidFile none
MaxStartups 1000
MaxSessions 1000
ListenAddress 0.0.0.0
Subsystem sftp internal-sftp
"""
_SSH = """
Host *
  IdentityFile {0}/user_key
  UserKnownHostsFile {0}/known_hosts
  StrictHostKeyChecking yes
  BatchMode yes
  LogLevel ERROR
"""


def missing() -> str:
    """What this machine lacks to have hosts; empty where it lacks nothing."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if absent := [name for name in _PROGRAMS if shutil.which(name) is None]:
        return f"not installed (tests/setup.sh installs it): {', '.join(absent)}"
    return ""


class Host:
    """One host; it is up from the start."""

    def __init__(self, name: str, address: str, folder: Path, switch: int) -> None:
        self.name, self.address = name, address
        self._folder, self._switch = folder, switch
        self.boot()

    def boot(self) -> None:
        """Starts the host, also after `kill`."""
        (self._folder / f"{self.name}.sshd.log").unlink(missing_ok=True)
        words = ["sh", "-c", _INIT, "init", self.name, self.address, str(self._folder)]
        with (self._folder / f"{self.name}.log").open("ab") as log:
            self._unshare = _start(*_HOST, *words, errors=log)
        assert _line(self._unshare) == "plugged"
        self.init = psutil.Process(self._unshare.pid).children()[0].pid
        """Number of the host's first process, as this machine sees it."""
        # Its old number: the others have remembered it, and would speak to nobody for a minute.
        number = f"02:00:00:00:00:{int(self.address.rpartition('.')[2]):02x}"
        _call("ip", "link", "add", "eth0", "address", number, "netns", str(self.init),
              "type", "veth", "peer", "name", self._port, "netns", str(self._switch))  # fmt: skip
        _call(*_in_network(self._switch), "ip", "link", "set", self._port, "master", "br0", "up")
        assert self._unshare.stdin is not None
        self._unshare.stdin.write(b"\n")
        self._unshare.stdin.flush()
        assert _line(self._unshare) == "ready"

    def kill(self) -> None:
        """A power cut: the link is gone, and every process dies at once; nobody is told."""
        _call(*_in_network(self._switch), "ip", "link", "delete", self._port)
        psutil.Process(self.init).kill()
        self._unshare.wait()
        for stream in (self._unshare.stdin, self._unshare.stdout):
            assert stream is not None
            stream.close()

    @property
    def _port(self) -> str:
        return f"p{self.address.rpartition('.')[2]}"

    @property
    def is_up(self) -> bool:
        return self._unshare.poll() is None

    def cut(self) -> None:
        """The host's link is cut: it goes on and reaches nobody; nobody is told."""
        _call(*_in_network(self.init), "ip", "link", "set", "eth0", "down")

    def mend(self) -> None:
        """The link is back."""
        _call(*_in_network(self.init), "ip", "link", "set", "eth0", "up")

    def command(self, *words: str, folder: str | Path = "/") -> list[str]:
        """A command line for this machine that runs a command on the host, in a folder."""
        inside = ("nsenter", "--target", str(self.init), "--net", "--uts", "--mount", "--pid")
        return [*inside, "sh", "-c", 'cd "$0" && exec "$@"', str(folder), *words]

    def run(
        self, *words: str, folder: str | Path = "/", timeout: float = 120
    ) -> "subprocess.CompletedProcess[str]":
        """A command on the host that has ended."""
        command = self.command(*words, folder=folder)
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)

    def processes(self) -> list[psutil.Process]:
        """What runs on the host beside the host itself and its sshd."""
        if not self.is_up:
            return []
        mine = Path(f"/proc/{self.init}/ns/pid").readlink()
        return [each for each in psutil.process_iter() if self._is_work(each, mine)]

    def commands(self) -> list[list[str]]:
        """The command line of each of them; a process that ends meanwhile has none."""
        return [words(each) for each in self.processes()]

    def _is_work(self, process: psutil.Process, mine: Path) -> bool:
        try:
            inside = Path(f"/proc/{process.pid}/ns/pid").readlink() == mine
            own = process.pid == self.init or "sshd" in process.name()
            return inside and not own and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, psutil.Error):
            return False


@contextmanager
def network(folder: Path, count: int = 3) -> Iterator[list[Host]]:
    """Hosts h1, h2, ... at 10.77.0.1 and up, on one switch that nothing else is connected to."""
    folder.mkdir(parents=True, exist_ok=True)
    _configure(folder, count)
    switch = _start(*_MORTAL, "unshare", "--net", "sh", "-c", _SWITCH)
    up: list[Host] = []
    try:
        assert _line(switch) == "ready"
        for number in range(1, count + 1):
            up.append(Host(f"h{number}", f"10.77.0.{number}", folder, switch.pid))
        yield up
    finally:
        for host in up:
            if host.is_up:
                host.kill()
        switch.kill()
        switch.communicate()


def _configure(folder: Path, count: int) -> None:
    """Names, keys and known hosts; with one key for all hosts, since they share this folder."""
    names = {f"h{number}": f"10.77.0.{number}" for number in range(1, count + 1)}
    lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in names.items())]
    (folder / "hosts").write_text("\n".join(lines) + "\n")
    for key in ("host_key", "user_key"):
        (folder / key).unlink(missing_ok=True)
        _call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key))
    public = (folder / "host_key.pub").read_text()
    known = [f"{name},{address} {public}" for name, address in names.items()]
    (folder / "known_hosts").write_text("".join(known))
    (folder / "sshd_config").write_text(_SSHD.format(folder))
    (folder / "ssh_config").write_text(_SSH.format(folder))


def _start(*words: str, errors: IO[bytes] | None = None) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)


def _line(process: "subprocess.Popen[bytes]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().decode().strip()


def _in_network(pid: int) -> list[str]:
    return ["nsenter", "--target", str(pid), "--net"]


def _call(*words: str) -> None:
    subprocess.run(words, check=True)


def words(process: psutil.Process) -> list[str]:
    """A process's command line; nothing if it has ended, also between two looks at it."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []
