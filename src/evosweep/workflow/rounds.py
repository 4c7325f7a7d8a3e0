"""Coming back: a call that has done what it could starts again for what others held meanwhile.

Snakemake plans once and cannot put a job off. So the process replaces itself by the same command,
which plans anew: with what is free by then, and with what others left where it may steal. All waits
of a call together are bounded.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass

from evosweep.errors import InputError, shown
from evosweep.workflow import stop

ROUND_VARIABLE = "EVOSWEEP_ROUND"
"""What earlier rounds of this call came to, for its next one."""
PATIENCE_VARIABLE = "EVOSWEEP_PATIENCE"
"""Seconds that a call waits, all in all, for runs that other processes hold."""
_PATIENCE = 60.0
_FIRST_WAIT = 2.0


@dataclass(frozen=True)
class Round:
    """What the rounds before this one came to."""

    number: int = 0
    waited: float = 0.0
    """Seconds, all in all."""
    failed: bool = False
    """True if a run failed."""
    process: int = 0
    """Whose rounds these are: a Snakemake that is started inside has its own."""


def current() -> Round:
    """Return the round that this process is in."""
    text = os.environ.get(ROUND_VARIABLE)
    known = Round(**json.loads(text)) if text else Round()
    return known if known.process == os.getpid() else Round()


def patience() -> float:
    """Return how long a call waits for others, in seconds; raises InputError."""
    text = os.environ.get(PATIENCE_VARIABLE, str(_PATIENCE))
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise InputError(f"{PATIENCE_VARIABLE}={shown(text)}: give seconds, such as 60")
    return seconds


def again(before: Round, *, failed: bool, wait: bool) -> None:
    """Replace this process by the next round of the same command.

    Returns where the patience of the call is at its end, and there is nothing to do but to wait.
    """
    pause = 0.0
    if wait:
        pause = min(_FIRST_WAIT * 2**before.number, patience() - before.waited)
        if pause <= 0:
            return
        stop.wait(pause)
        if stop.asked():
            return
    following = Round(
        number=before.number + 1,
        waited=before.waited + pause,
        failed=before.failed or failed,
        process=os.getpid(),
    )
    os.environ[ROUND_VARIABLE] = json.dumps(asdict(following))
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
