"""Rounds of a call: it starts again for the runs that other processes held in its last round.

Snakemake plans once and cannot postpone a job. So the process replaces itself by the same command.
This plans again, with the runs that are free now and, if it may steal, those of other shares. The
total waiting time of a call is bounded.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass

from evosweep.machine.seconds import seconds_of
from evosweep.workflow import stop

ROUND_VARIABLE = "EVOSWEEP_ROUND"
"""Names the variable that passes the state of earlier rounds to the next one."""
PATIENCE_VARIABLE = "EVOSWEEP_PATIENCE"
"""Names the variable with the total seconds for which a call waits for other processes."""
_PATIENCE = 60.0
_FIRST_WAIT = 2.0


@dataclass(frozen=True)
class Round:
    """The state of a call after its earlier rounds."""

    number: int = 0
    waited: float = 0.0
    """Total seconds of waiting so far."""
    failed: bool = False
    """True if a run of an earlier round failed."""
    process: int = 0
    """Number of the process; a Snakemake that a job starts begins rounds of its own."""


def current() -> Round:
    """Return the state with which this process began."""
    text = os.environ.get(ROUND_VARIABLE)
    state = Round(**json.loads(text)) if text else Round()
    return state if state.process == os.getpid() else Round()


def patience() -> float:
    """Return the seconds that a call may wait for other processes; raises InputError."""
    return seconds_of(PATIENCE_VARIABLE, _PATIENCE)


def again(before: Round, *, failed: bool, wait: bool) -> None:
    """Replace this process by the next round of the same command.

    Returns if there is nothing to do but to wait, and the waiting time is used up.
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
