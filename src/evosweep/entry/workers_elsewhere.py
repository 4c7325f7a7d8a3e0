"""SCOOP's workers of one host, for a run on another: `python workers_elsewhere.py`, by ssh or srun.

The first line of standard input has the orders, so that no command line shows them. Then a sign of
life comes every two seconds. When it stays away or the input ends, this program kills everything
that it has started, and exits. It answers in lines of JSON: that it is ready, with its terms; what
its workers evaluate, every two seconds at least; that a worker has died, with its evaluation, or
was stopped and nobody continues it.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

_ORDERS = "EVOSWEEP_ORDERS"
_SILENCE = 12.0  # seconds without a sign of life after which the connection counts as cut
_TICK = 0.2
_BEAT = 2.0
_STDIN = 0


def main() -> None:
    """Read the orders, execute this program again in their environment, and follow them."""
    if _ORDERS not in os.environ:
        line = _first_line()
        folder, environment = json.loads(line)["folder"], json.loads(line)["environment"]
        try:
            os.chdir(folder)
        except OSError as error:
            _tell(error=f"its folder {folder} cannot be entered ({error.strerror})")
            sys.exit(1)
        with suppress(OSError):  # it leads a session already
            os.setsid()
        environment |= {_ORDERS: str(_kept(line))}
        os.execve(sys.executable, [sys.executable, "-P", __file__], {**os.environ, **environment})
    with os.fdopen(int(os.environ.pop(_ORDERS)), encoding="utf-8") as file:
        orders = json.load(file)
    with tempfile.TemporaryDirectory(prefix="evosweep-board-") as board:
        _work(orders, Path(board))


def _first_line() -> str:
    """Return the first line of standard input, without reading a byte more."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(_STDIN, 1)
        if not byte:
            sys.exit(1)
        line += byte
    return line.decode()


def _kept(line: str) -> int:
    """Write the line into a nameless file, which the executed program inherits; returns its fd."""
    with tempfile.TemporaryFile() as file:
        file.write(line.encode())
        file.seek(0)
        kept = os.dup(file.fileno())
    os.set_inheritable(kept, True)
    return kept


def _tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


def _work(orders: dict[str, Any], board: Path) -> None:
    from evosweep.entry.hosts_elsewhere import terms_of
    from evosweep.errors import EvosweepError
    from evosweep.processes import activity, safe_path

    safe_path.release()
    os.environ[activity.FOLDER_VARIABLE] = str(board)
    try:
        _tell(ready=terms_of(orders["spec"]))
    except EvosweepError as error:
        _tell(error=str(error))
        sys.exit(1)
    program = [sys.executable, "-P", str(Path(__file__).with_name("scoop_over_hosts.py"))]
    command = [*program, "-m", "scoop.bootstrap.__main__", *orders["words"]]
    workers = [_started(command) for _ in range(orders["count"])]
    try:
        _watch(workers, board)
    except OSError:  # the connection ended in the middle of a message
        _end_all()


def _started(command: list[str]) -> "subprocess.Popen[bytes]":
    """Start a worker that the kernel kills with this program, in whichever way it ends."""
    from evosweep.processes import guard

    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        preexec_fn=guard.die_with_parent,  # noqa: PLW1509 - this program has one thread
    )


def _watch(workers: "list[subprocess.Popen[bytes]]", board: Path) -> None:
    from evosweep.processes import activity
    from evosweep.processes.paused import Paused

    heard = told = time.monotonic()
    before, paused = list[activity.Note](), Paused()
    while any(worker.poll() is None for worker in workers):
        ready, _, _ = select.select([_STDIN], [], [], _TICK)
        if ready and not os.read(_STDIN, 4096):
            _end_all()
        heard = time.monotonic() if ready else heard
        if time.monotonic() - heard > _SILENCE:
            _end_all()
        for worker in workers:
            if worker.poll():
                note = activity.note(board, worker.pid)
                _tell(lost=note and _as_json(note))
                _end_all()
        if paused.too_long(worker.pid for worker in workers):
            _tell(lost=None)
            _end_all()
        notes = list(activity.notes(board))
        if notes != before or time.monotonic() - told > _BEAT:
            told = time.monotonic()
            _tell(busy=[_as_json(note) for note in notes])
        before = notes


def _as_json(note: Any) -> dict[str, object]:
    left = note.deadline - time.monotonic() if note.deadline else None
    return {"pid": note.pid, "batch": note.batch, "index": note.index, "left": left}


def _end_all() -> NoReturn:
    """Kill everything that this program has started, and exit."""
    import shutil

    from evosweep.processes import kill

    shutil.rmtree(os.environ["EVOSWEEP_BOARD"], ignore_errors=True)
    for pid in kill.descendants(os.getpid()):
        with suppress(OSError):
            os.kill(pid, 9)
    kill.own_group()
    os._exit(1)


if __name__ == "__main__":
    main()
