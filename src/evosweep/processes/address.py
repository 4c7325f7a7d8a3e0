"""Addresses of processes, number and host, which processes pass on in environment variables.

A host is identified by its name and its boot id, since cloned machines may share a name.
"""

import os

from evosweep.processes.lock import boot_id


def of_this_process() -> str:
    """Return `number@host/boot` of this process."""
    return f"{os.getpid()}@{of_this_host()}"


def number_here(address: str) -> int | None:
    """Return the number in an address of this host; None for any other text."""
    number, at, host = address.partition("@")
    is_here = host == of_this_host() if "/" in host else not at or host == os.uname().nodename
    return int(number) if number.isdigit() and is_here else None


def of_this_host() -> str:
    """`host/boot` of this host."""
    return f"{os.uname().nodename}/{boot_id()}"
