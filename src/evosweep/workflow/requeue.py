"""Put a job of a batch system back into the queue when its time limit ends it."""

import os
import subprocess
import sys

from evosweep.processes import time_limit

REQUEUE_VARIABLE = "EVOSWEEP_REQUEUE"
"""Names the variable with the number of times that a SLURM job may be put back."""


def where_asked() -> None:
    """Put this SLURM job back into the queue if the user wants it and the time limit stops it.

    After a preemption or the loss of a node, SLURM itself does it. A job that its user cancels
    stays cancelled.
    """
    most, job = os.environ.get(REQUEUE_VARIABLE, ""), os.environ.get("SLURM_JOB_ID", "")
    before = os.environ.get("SLURM_RESTART_COUNT", "0")
    if not (most.isdecimal() and job.isdecimal() and before.isdecimal()):
        return
    if int(before) >= int(most) or not time_limit.is_near():
        return
    print(f"evosweep: the time limit is near: job {job} goes back into the queue", file=sys.stderr)
    sys.stderr.flush()
    subprocess.run(["scontrol", "requeue", job], stdin=subprocess.DEVNULL, check=False, timeout=60)
