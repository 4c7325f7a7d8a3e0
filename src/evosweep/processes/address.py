"""A process's number together with its host, as one process tells another by environment.

The host is its name and the start of its kernel: cloned machines may share a name.
"""

import os

from evosweep.processes.lock import boot_id


def of_this_process() -> str:
    """`number@host/boot` of this process."""
    return f"{os.getpid()}@{_here()}"


def number_here(address: str) -> int | None:
    """Return the process's number where it runs on this host; None for another host's, or for
    none."""
    number, at, host = address.partition("@")
    is_here = host == _here() if "/" in host else not at or host == os.uname().nodename
    return int(number) if number.isdigit() and is_here else None


def _here() -> str:
    return f"{os.uname().nodename}/{boot_id()}"
