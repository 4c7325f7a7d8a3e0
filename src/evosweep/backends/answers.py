"""The answers of workers to the calls that are sent to them, as bytes."""

import pickle
from typing import Any


def answer(data: bytes | memoryview) -> bytes:
    """Make a pickled call; returns its value and None, or None and its error, pickled."""
    try:
        return pickle.dumps((pickle.loads(data)(), None), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return pickle.dumps((None, error))


def outcome_of(data: bytes | memoryview) -> tuple[Any, Exception | None]:
    """Return the value and the error of an answer; it comes from a worker of the run's own."""
    try:
        value, error = pickle.loads(data)
    except Exception as unreadable:
        return None, unreadable
    return value, error
