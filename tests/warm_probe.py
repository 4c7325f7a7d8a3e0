"""What a warm Snakemake starts to measure evaluations: forked from it, which has its imports.

Elsewhere the workflow starts a Python for it (evosweep.entry.cost_probe), as warm_working.py says
it of a working process.
"""

import os
import runpy
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, NoReturn

import warm_working

PROGRAM = "evosweep.entry.cost_probe"
IMPORTS = ("deap.algorithms", "deap.gp", "evosweep.backends.serial", "evosweep.run.trial", "numpy")
"""What it imports; the process that forks it has them."""
_LOOK = 0.005  # seconds between looks at whether it has ended


class _Probe(warm_working.Forked):
    """A child that reads its standard input, and writes to a file that it inherits."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        read, self._write = os.pipe()
        super().__init__(lambda: _work(command[-1], environment, read))
        os.close(read)

    def communicate(self, text: bytes, timeout: float) -> None:
        """Let it read a text; raises TimeoutExpired if it has not ended in time."""
        end = time.monotonic() + timeout
        with suppress(BrokenPipeError), os.fdopen(self._write, "wb") as stream:
            stream.write(text)
        while self.poll() is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(PROGRAM, timeout)
            time.sleep(_LOOK)


def install() -> None:
    """Let Snakemakes of this process fork their probe."""
    from evosweep.workflow import probe

    before = warm_working.early(os.environ)

    def started(command: Sequence[str], *, env: Mapping[str, str], **rest: Any) -> object:
        if PROGRAM in command and warm_working.early(env) == before:
            return _Probe(command, env)
        return subprocess.Popen(command, env=env, **rest)

    probe.subprocess = SimpleNamespace(  # type: ignore[assignment]
        Popen=started,
        PIPE=subprocess.PIPE,
        DEVNULL=subprocess.DEVNULL,
        TimeoutExpired=subprocess.TimeoutExpired,
    )


def _work(answers: str, environment: Mapping[str, str], stdin: int) -> NoReturn:
    try:
        warm_working.become(environment, stdin, kept=int(answers))
        for number in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.argv[:] = [PROGRAM, answers]
        runpy.run_module(PROGRAM, run_name="__main__", alter_sys=True)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
