"""Ask the batch system if this job's time limit is near, so that a stop can name its reason."""

import os
import subprocess
import time

_NEAR = 600.0  # seconds before the end in which batch systems warn
_PATIENCE = 3.0


def is_near() -> bool:
    """Return True if this process's SLURM job is about to reach its time limit.

    False outside of SLURM jobs, and if the limit cannot be learnt.
    """
    if end := os.environ.get("SLURM_JOB_END_TIME", ""):  # from SLURM 23 on
        return end.isdecimal() and int(end) - time.time() < _NEAR
    job = os.environ.get("SLURM_JOB_ID", "")
    if not job.isdecimal():
        return False
    left = _output(["squeue", "--noheader", "--jobs", job, "--format", "%L"])
    seconds = _seconds(left)
    return seconds is not None and seconds < _NEAR


def _output(words: list[str]) -> str:
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=_PATIENCE, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _seconds(left: str) -> float | None:
    """Return the seconds in SLURM's `days-hours:minutes:seconds`; None for anything else."""
    days, _, clock = left.rpartition("-")
    parts = clock.split(":")
    if not all(part.isdecimal() for part in (days or "0", *parts)) or len(parts) > 3:
        return None
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return int(days or "0") * 86400.0 + seconds
