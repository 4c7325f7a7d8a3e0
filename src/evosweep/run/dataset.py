"""Describe the data behind a problem for its record: enough to recognise them, never the data."""

import hashlib
import json
from collections.abc import Sequence

import numpy as np

from evosweep.problems.traits import Traits
from evosweep.processes import lines


def dataset_of(traits: Traits, problem: str) -> dict[str, object] | None:
    """Return name, SHA-256, rows and columns of a problem's data; None if it declares no data.

    The name is that of the function that returns the data, or else the problem's. If the data
    cannot be described, the finished run does not fail: there is a warning, and the result is None.
    """
    if traits.dataset is None:
        return None
    name = getattr(traits.dataset, "__name__", "<")
    try:
        data = traits.dataset()
        parts = list(data) if isinstance(data, tuple) else [data]
        described = {"digest": data_digest(parts), **_shape(parts)}
    except Exception as error:  # a user's function may raise anything
        lines.complain(
            f"evosweep: warning: {problem}: its data set cannot be described ({error!r})"
        )
        return None
    return {"name": problem if "<" in name else name, **described}


def data_digest(parts: Sequence[object]) -> str:
    """Return SHA-256 over arrays (type, shape, bytes in C order) and over other parts as JSON."""
    digest = hashlib.sha256()
    for part in parts:
        array = _array(part)
        if array is None:
            digest.update(json.dumps(part, sort_keys=True, default=str).encode())
        else:
            little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
            digest.update(f"{little.dtype.str}{little.shape}".encode())
            digest.update(little.data)
    return digest.hexdigest()


def _shape(parts: Sequence[object]) -> dict[str, int]:
    first = _array(parts[0]) if parts else None
    if first is None or first.ndim == 0:
        return {}
    return {"rows": first.shape[0], "columns": int(np.prod(first.shape[1:]))}


def _array(part: object) -> np.ndarray | None:
    """Return the part as an array of numbers; None if it has other values."""
    if not (isinstance(part, (list, tuple)) or hasattr(part, "__array__")):
        return None
    try:
        array = np.asarray(part)
    except ValueError:  # rows of unequal length
        return None
    return array if array.dtype.kind in "biufc" else None
