"""Run things in forks of this process, each with limits and a folder for temporary files."""

import ctypes
import gc
import os
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

Job = TypeVar("Job")
_MEMORY = 8 * 2**30
_PR_SET_PDEATHSIG = 1


@dataclass
class _Fork(Generic[Job]):
    job: Job
    pid: int
    reads: int
    folder: str
    deadline: float


def each_in_a_fork(
    jobs: Iterable[tuple[Job, float]], work: Callable[[Job], str], *, at_once: int
) -> Iterator[tuple[Job, str]]:
    """Yield each job with the text that `work` returns for it in a fork, or how the fork ended.

    With each job come the seconds of processor that it may take. It may take five times that and
    half a minute more by the clock, since other work may keep the machine busy.
    """
    gc.freeze()  # so that a collection in a fork copies no page of what was there before
    waiting, running = iter(jobs), list[_Fork[Job]]()
    while True:
        while len(running) < at_once and (following := next(waiting, None)) is not None:
            running.append(_start(*following, work))
        if not running:
            return
        for fork in running[:]:
            if (ended := _end_of(fork)) is not None:
                running.remove(fork)
                yield fork.job, ended
        time.sleep(0.004)


def _start(job: Job, seconds: float, work: Callable[[Job], str]) -> _Fork[Job]:
    reads, writes = os.pipe()
    folder = tempfile.mkdtemp()
    pid = os.fork()
    if pid:
        os.close(writes)
        return _Fork(job, pid, reads, folder, time.monotonic() + 30 + 5 * seconds)
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
    late = not pid and time.monotonic() > fork.deadline
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
