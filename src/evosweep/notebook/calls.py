"""Call evosweep's commands from a program: print their lines, and raise their errors."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from threading import Thread
from typing import TextIO

from evosweep.errors import EvosweepError, InputError, RunError
from evosweep.processes import address
from evosweep.processes.lock import Locked
from evosweep.processes.signals import PARENT_VARIABLE

_PREFIX = "evosweep: error: "
_ERRORS: dict[int, type[EvosweepError]] = {2: InputError, Locked.exit_code: Locked}


def call(words: Sequence[str], *, told: bool = True) -> None:
    """Perform `evosweep WORDS` in a process that does not outlive this one.

    Parameters
    ----------
    words
        The command and its arguments.
    told
        True to print its output; warnings are always printed.

    Raises
    ------
    EvosweepError
        By the exit code: `InputError` for 2, `Locked` for 75, else `RunError`.
    KeyboardInterrupt
        If this process was interrupted; the command has stopped then.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "evosweep", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=os.environ | {PARENT_VARIABLE: address.of_this_process()},
    )
    errors: list[str] = []
    assert process.stdout is not None
    assert process.stderr is not None
    reader = Thread(target=_read_errors, args=(process.stderr, errors), daemon=True)
    reader.start()
    try:
        for line in process.stdout:
            if told:
                print(line, end="", flush=True)
        code = process.wait()
    except BaseException:
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise
    finally:
        reader.join()
        process.stdout.close()
        process.stderr.close()
    if code:
        raise _ERRORS.get(code, RunError)(_reason(errors, f"evosweep {words[0]}", code))


def _read_errors(stream: TextIO, errors: list[str]) -> None:
    """Print the lines of stderr, except errors, which are raised."""
    for line in stream:
        errors.append(line.rstrip("\n"))
        if not line.startswith(_PREFIX):
            sys.stderr.write(line)


def _reason(errors: Sequence[str], what: str, code: int) -> str:
    reasons = [line.removeprefix(_PREFIX) for line in errors if line.startswith(_PREFIX)]
    return "; ".join(reasons) or f"{what} ended with exit code {code}"
