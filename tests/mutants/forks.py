"""Run things in forks of this process, each with limits and a folder for temporary files."""

import ctypes
import gc
import os
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

Job = TypeVar("Job")
_MEMORY = 8 * 2**30
_PR_SET_PDEATHSIG = 1
_IDLE = 2.0  # seconds without work after which another fork may run beside one that waits
_LATE = 60.0  # seconds without work after which a fork is taken to wait for ever
_MOST = 6  # forks for each that may work


@dataclass
class _Fork(Generic[Job]):
    job: Job
    pid: int
    reads: int
    folder: str
    deadline: float
    states: list[str] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)

    def idle(self) -> float:
        """Return the seconds for which this fork and its children have slept and done no work."""
        states = [_state_of(self.pid), *map(_state_of, _children_of(self.pid))]
        if any(state.startswith(("R", "D")) for state in states) or states != self.states:
            self.states, self.since = states, time.monotonic()
        return time.monotonic() - self.since


def _state_of(pid: int) -> str:
    """Return what the kernel says a process does, and how long it and its children have worked."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return " ".join([fields[0], *fields[11:15]])


def _children_of(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def each_in_a_fork(
    jobs: Iterable[tuple[Job, float]], work: Callable[[Job], str], *, at_once: int
) -> Iterator[tuple[Job, str]]:
    """Yield each job with the text that `work` returns for it in a fork, or how the fork ended.

    With each job come the seconds of processor that it may take. By the clock it may take much
    more, since other work may keep the machine busy, unless it only waits. A fork that waits lets
    another one run beside it.
    """
    gc.freeze()  # so that a collection in a fork copies no page of what was there before
    waiting, running = iter(jobs), list[_Fork[Job]]()
    while True:
        while _may_start(running, at_once) and (following := next(waiting, None)) is not None:
            running.append(_start(*following, work))
        if not running:
            return
        for fork in running[:]:
            if (ended := _end_of(fork)) is not None:
                running.remove(fork)
                yield fork.job, ended
        time.sleep(0.01)


def _may_start(running: Sequence[_Fork[Job]], at_once: int) -> bool:
    if len(running) < at_once:
        return True
    busy = sum(fork.idle() < _IDLE for fork in running)
    return busy < at_once and len(running) < _MOST * at_once


def _start(job: Job, seconds: float, work: Callable[[Job], str]) -> _Fork[Job]:
    reads, writes = os.pipe()
    folder = tempfile.mkdtemp()
    pid = os.fork()
    if pid:
        os.close(writes)
        return _Fork(job, pid, reads, folder, time.monotonic() + 1200 + 100 * seconds)
    try:
        os.setpgid(0, 0)
        end_with_parent()
        tempfile.tempdir = folder
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        os.write(writes, work(job).encode())
    except BaseException as error:
        os.write(writes, f"{type(error).__name__}: {error}"[:500].encode())
    finally:
        os._exit(0)


def end_with_parent() -> None:
    """Let the kernel kill this process when its parent ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end_of(fork: _Fork[Job]) -> str | None:
    """Return the text of a fork that has ended; None if it goes on."""
    pid, status = os.waitpid(fork.pid, os.WNOHANG)
    late = not pid and (time.monotonic() > fork.deadline or fork.idle() > _LATE)
    if not pid and not late:
        return None
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(fork.pid, signal.SIGKILL)
    if late:
        os.waitpid(fork.pid, 0)
    os.set_blocking(fork.reads, False)
    with suppress(BlockingIOError):
        text = os.read(fork.reads, 2**20).decode()
    os.close(fork.reads)
    shutil.rmtree(fork.folder, ignore_errors=True)
    if late or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
        return "the time limit"
    return text or f"the end of its process ({os.waitstatus_to_exitcode(status)})"
