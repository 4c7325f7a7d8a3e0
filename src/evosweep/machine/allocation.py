"""The SLURM allocation that this process is in."""

import os
import shutil
import subprocess

from evosweep.errors import InputError

_PATIENCE = 60  # seconds for scontrol, which waits for ever where its controller is away


def node_count() -> int:
    """Return the number of nodes of the allocation; 1 outside of any, or without srun."""
    count = os.environ.get("SLURM_NNODES", "1")
    return int(count) if count.isdigit() and shutil.which("srun") else 1


def check_place(backend: str) -> None:
    """Raise `InputError` if this process is on no node of its allocation of several.

    `salloc` leaves a process on the login node, where its workers cannot reach it.
    """
    if "SLURMD_NODENAME" not in os.environ:
        raise InputError(
            f"backend {backend}: this allocation has several nodes, and this process is on none of "
            "them, where its workers look for it; call it in a batch script, by sbatch"
        )


def nodes() -> list[str]:
    """Return the names of the nodes; raises `InputError` outside of an allocation."""
    listed = os.environ.get("SLURM_JOB_NODELIST")
    if listed is None or shutil.which("scontrol") is None:
        raise InputError(
            "backend.hosts: slurm stands for the nodes of an allocation, and this process is in "
            "none; call it by sbatch or salloc, or name the hosts"
        )
    command = ["scontrol", "show", "hostnames", listed]
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise InputError(f"backend.hosts: scontrol cannot expand {listed}: {error}") from error
    return told.stdout.split()
