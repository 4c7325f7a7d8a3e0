"""The launcher's side of workers on other hosts: it starts them, watches them, and reports on them.

There is one connection to each host: a program that ssh or srun starts there
(`workers_elsewhere.py`). Its standard input brings its orders and then a sign of life every two
seconds; it answers in lines of JSON, with a sign of life too. A host that does not answer is left
out with a warning, and tried again later. When a worker dies, a connection ends or a host is
silent, this process exits, so that its supervisor starts the whole group again.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.evaluation import agreement
from evosweep.evaluation.problem import describe
from evosweep.files import strict_json
from evosweep.machine.threads import THREAD_VARIABLES
from evosweep.processes import activity, lines
from evosweep.supervision.hosts import Places, places
from evosweep.supervision.job_folder import JobFolder

_BEAT = 2.0
_SILENCE = 30.0  # seconds after which a host that has answered, and is silent, is lost
_START = 120.0  # seconds in which a host has to answer; srun waits for ever for one that is down
_AGAIN = 20.0  # seconds until the next attempt at a host that did not answer
_TRAVELS = (*THREAD_VARIABLES, "PYTHONPATH", "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE")
_STAYS = ("EVOSWEEP_BOARD", "EVOSWEEP_PARENT", "EVOSWEEP_SSH")


class Elsewhere:
    """The other hosts of a job."""

    def __init__(self, folder: Path) -> None:
        self.job = JobFolder.load(folder)
        found = places(self.job.spec["backend"], self.job.workers)
        self.places = found or Places(self.job.workers, {})

    def start(self, words: Sequence[str]) -> None:
        """Start the workers of every other host; `words` are those of SCOOP's worker."""
        orders = {
            "environment": _environment(),
            "folder": os.getcwd(),  # noqa: PTH109
            "words": list(words),
            "spec": self.job.spec,
        }
        expected = cache(lambda: terms_of(self.job.spec))  # while the hosts start
        for number, (host, count) in enumerate(self.places.elsewhere.items(), 1):
            command = self.places.start(host, _PROGRAM)
            line = json.dumps(orders | {"count": count}) + "\n"
            other = _Host(host, number, command, line, job=self.job, expected=expected)
            threading.Thread(target=other.watch, name=host, daemon=True).start()


_PROGRAM = (sys.executable, "-P", str(Path(__file__).with_name("workers_elsewhere.py")))


def _environment() -> dict[str, str]:
    """Return the variables that workers on other hosts need; a connection carries none."""
    own = {name: value for name, value in os.environ.items() if name.startswith("EVOSWEEP_")}
    kept = {name: os.environ[name] for name in _TRAVELS if name in os.environ}
    return {name: value for name, value in (kept | own).items() if name not in _STAYS}


def terms_of(spec: dict[str, Any]) -> str:
    """Return the terms of this host for a spec: the text that decides its results."""
    parsed = RunSpec.parse(spec)
    description = describe(parsed.to_dict()["problem"], parsed.import_path)
    return agreement.terms(description, with_code=True)


@dataclass
class _Host:
    """One host and the connection to it."""

    name: str
    number: int
    command: list[str]
    orders: str
    job: JobFolder
    expected: Callable[[], str]
    answered: bool = False
    warned: bool = False
    silent: float = 0.0
    """Seconds since it was last heard, counted by beats: this process may have been stopped."""
    seats: set[Path] = field(default_factory=set)

    def watch(self) -> None:
        """Connect, again and again if the host does not answer; exits the process at a loss."""
        while True:
            connection = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                errors="replace",  # a greeting may have any encoding
            )
            threading.Thread(target=self._beat, args=(connection,), daemon=True).start()
            assert connection.stdout is not None
            for line in connection.stdout:
                self.silent = 0.0
                self.answered = self._hear(line) or self.answered
            if self.answered:
                os._exit(1)  # the host, its connection or one of its workers is lost
            self._warn(connection.wait())
            time.sleep(_AGAIN)

    def _beat(self, connection: "subprocess.Popen[str]") -> None:
        assert connection.stdin is not None
        self.silent = 0.0
        with suppress(OSError, ValueError):
            connection.stdin.write(self.orders)
            while connection.poll() is None:
                connection.stdin.write("\n")
                connection.stdin.flush()
                time.sleep(_BEAT)
                self.silent += _BEAT
                if self.silent > (_SILENCE if self.answered else _START):
                    connection.kill()

    def _hear(self, line: str) -> bool:
        """Handle a line from the host; returns False if it is no message."""
        match _message(line):
            case {"ready": str(theirs)}:
                if theirs != self.expected():
                    self._refuse(theirs)
            case {"error": str(reason)}:
                self._report(reason)
            case {"lost": None}:
                self._clear()
            case {"lost": dict(note)} if _is_note(note):
                self._clear()
                self._put(note, lost=True)
            case {"busy": list(notes)} if all(map(_is_note, notes)):
                self._show(notes)
            case _:
                sys.stderr.write(f"{self.name}: {line}")  # another program printed the line
                return False
        return True

    def _show(self, notes: list[dict[str, Any]]) -> None:
        """Write to this host's board what the other host's workers evaluate."""
        before, self.seats = self.seats, set()
        for note in notes:
            self.seats.add(self._put(note))
        for seat in before - self.seats:
            seat.unlink(missing_ok=True)

    def _clear(self) -> None:
        for seat in self.seats:
            seat.unlink(missing_ok=True)

    def _put(self, note: dict[str, Any], *, lost: bool = False) -> Path:
        number = self.number * activity.ELSEWHERE + note["pid"]
        place = (self.job.board, number, note["batch"], note["index"])
        return activity.put(*place, left=note["left"], lost=lost)

    def _refuse(self, theirs: str) -> None:
        try:
            agreement.refuse(theirs, self.expected())
        except InputError as error:
            self._report(str(error))

    def _report(self, reason: str) -> None:
        self.job.report(2, f"backend.hosts: {self.name}: {reason}")
        os._exit(1)

    def _warn(self, code: int) -> None:
        if not self.warned:
            lines.complain(
                f"evosweep: warning: host {self.name} does not answer (exit code {code}); the run "
                "goes on without it, and tries it again"
            )
        self.warned = True


def _message(line: str) -> object:
    """Return the message in a line; None for a line of another program."""
    try:
        return strict_json.loads(line)
    except ValueError:
        return None


def _is_note(note: object) -> bool:
    """Return True if this is what a worker evaluates, in numbers that a board can hold."""
    match note:
        case {"pid": int(pid), "batch": int(batch), "index": int(index), "left": left}:
            whole = 0 < pid < activity.ELSEWHERE and 0 <= batch < 2**62 and 0 <= index < 2**62
            return whole and (left is None or (isinstance(left, int | float) and abs(left) < 1e9))
    return False
