"""Numbers of seconds that a user sets by environment variables."""

import os

from evosweep.errors import InputError, shown


def seconds_of(variable: str, default: float) -> float:
    """Return the seconds that a variable names; raises InputError unless they are 0 or more."""
    text = os.environ.get(variable) or str(default)
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise InputError(f"{variable}={shown(text)}: give seconds, such as {default:g}")
    return seconds
