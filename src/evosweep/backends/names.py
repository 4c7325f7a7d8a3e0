"""What `hosts` of a backend may be, for the config and for whoever starts workers there."""

import re

SLURM = "slurm"
"""In the place of hosts: the nodes of the SLURM allocation that the run is in."""

HOST = re.compile(r"(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9_][\w.-]*", re.ASCII)
"""A host as ssh takes it, and never an option of ssh: `name`, `address` or `user@name`."""
