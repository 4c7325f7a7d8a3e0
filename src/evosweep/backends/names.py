"""The allowed values of a backend's `hosts`, for the config and for launchers."""

import re

SLURM = "slurm"
"""Given instead of hosts, it stands for the nodes of the run's SLURM allocation."""

HOST = re.compile(r"(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9_][\w.-]*", re.ASCII)
"""A host for ssh: `name`, `address` or `user@name`; the pattern matches no option of ssh."""

SCHEDULER_VARIABLE = "DASK_SCHEDULER_ADDRESS"
"""The address of Dask's scheduler, for a run whose spec does not give one."""
