"""A task of a batch system that its time limit ends puts itself back into the queue."""

import os
import subprocess
import sys

from evosweep.processes import time_limit

REQUEUE_VARIABLE = "EVOSWEEP_REQUEUE"
"""How often a SLURM job that reaches its time limit is put back into the queue."""


def where_asked() -> None:
    """Put this SLURM job back, if that is asked and its time limit is what stops it.

    After a preemption or the loss of a node SLURM does it by itself, and a job that its user
    cancels stays cancelled.
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
