"""What other users of the machine can do to a run on SCOOP, whose processes unpickle what comes."""

import multiprocessing
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import zmq

NOBODY = 65534
_KINDS = [b"SU", b"I", b"C"]  # messages of SCOOP's protocol whose content is unpickled


class _Mark:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def _attack(sockets: list[str], mark: Path, user: int | None) -> None:
    """Sends pickles to SCOOP's sockets, as another user."""
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    with zmq.Context() as context:
        for address in sockets:
            with context.socket(zmq.DEALER) as socket:
                socket.connect(f"ipc://{address}")
                for kind in _KINDS:
                    socket.send_multipart([kind, pickle.dumps(_Mark(mark))], zmq.NOBLOCK)
                socket.close(linger=3000)


def _sockets(run: Any) -> list[str]:
    """The socket files on which the run's processes listen, by the kernel's list."""
    inodes = {
        file.readlink().name.removeprefix("socket:[").removesuffix("]")
        for process in run.processes()
        for file in Path(f"/proc/{process.pid}/fd").iterdir()
        if str(file.readlink()).startswith("socket:")
    }
    lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    return sorted({line[7] for line in lines if line[6] in inodes and line[7:] and "/" in line[7]})


def _at_work(make_run: Any, hurry: Path | None = None) -> Any:
    """A run that takes five minutes, or until a file is there."""
    run = make_run("scoop", 2, seconds=0.4, hurry=str(hurry or ""))
    run.spec["algorithm"]["params"]["generations"] = 50
    run.start()
    run.wait_for_evaluations()
    return run


def test_no_port_is_open_and_only_the_user_reaches_the_sockets(make_run: Any) -> None:
    run = _at_work(make_run)
    ports = [
        connection
        for process in run.processes()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    sockets = _sockets(run)
    assert not ports
    assert len(sockets) == 4  # the broker's two, and each worker's
    folder = Path(sockets[0]).parent.parent
    assert folder.stat().st_uid == os.getuid()
    assert folder.stat().st_mode & 0o077 == 0
    run.kill_everything()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize("user", [NOBODY, None])
def test_a_pickle_of_another_user_is_never_opened(
    make_run: Any, tmp_path: Path, user: int | None
) -> None:
    """None: the user's own, which shows that the attack is real."""
    hurry, mark = tmp_path / "hurry", tmp_path / "mark"
    run = _at_work(make_run, hurry)
    attacker = multiprocessing.get_context("spawn").Process(
        target=_attack, args=(_sockets(run), mark, user)
    )
    attacker.start()
    attacker.join()
    until = time.monotonic() + (60 if user is None else 1)
    while not mark.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert mark.exists() == (user is None)
    if user is not None:
        assert attacker.exitcode == 0
        assert run.process.poll() is None  # the attack met a run at work
        hurry.touch()
        assert run.finish()[0] == 0
    run.kill_everything()


PROGRAM = """
import psutil
from evosweep import open_backend

class Pair(tuple):
    pass


def swap(pair):
    return Pair(reversed(pair))


if __name__ == "__main__":
    pairs = [Pair((number, -number)) for number in range(40)]
    with open_backend("scoop") as backend:
        print(backend.map(swap, pairs) == [swap(pair) for pair in pairs])
        launcher = psutil.Process()  # the topmost of SCOOP's: above it is the test, with servers
        while any("scoop" in word for word in launcher.parent().cmdline()):
            launcher = launcher.parent()
        family = [launcher, *launcher.children(recursive=True)]
        ports = [c for p in family for c in p.net_connections("inet") if c.status == "LISTEN"]
        print(bool(ports))
"""


@pytest.mark.parametrize("private", [True, False])
def test_a_program_of_ones_own_on_scoop_is_private_or_says_that_it_is_not(
    tmp_path: Path, private: bool
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    launcher = ["-m", "evosweep.entry.private_scoop"] if private else []
    done = subprocess.run(
        [sys.executable, *launcher, "-m", "scoop", "--host", "127.0.0.1", "-n", "2", "program.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.stdout.split() == ["True", str(not private)], done.stderr
    assert ("SCOOP listens on every network interface" in done.stderr) == (not private)
