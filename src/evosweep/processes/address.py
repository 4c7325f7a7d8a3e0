"""A process's number together with its host, as one process tells another by environment."""

import os


def of_this_process() -> str:
    """`number@host` of this process."""
    return f"{os.getpid()}@{os.uname().nodename}"


def number_here(address: str) -> int | None:
    """The process's number where it runs on this host; None for another host's, or for none."""
    number, at, host = address.partition("@")
    return int(number) if number.isdigit() and (not at or host == os.uname().nodename) else None
