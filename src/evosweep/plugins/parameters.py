"""Checks of the parameters of problems and algorithms; a wrong value raises one line."""

import math

from evosweep.errors import InputError


def integer(name: str, value: object, minimum: int = 1, maximum: int | None = None) -> int:
    """Return `value` if it is an integer from `minimum` to `maximum`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{name} must be an integer, not {_shown(value)}")
    if value < minimum or (maximum is not None and value > maximum):
        allowed = f"{minimum} or more" if maximum is None else f"from {minimum} to {maximum}"
        raise InputError(f"{name} must be {allowed}, not {value}")
    return value


def number(
    name: str, value: object, minimum: float | None = None, maximum: float | None = None
) -> float:
    """Return `value` as a float if it is finite and from `minimum` to `maximum`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name} must be a number, not {_shown(value)}")
    if not math.isfinite(value):
        raise InputError(f"{name} must be finite, not {value}")
    low = -math.inf if minimum is None else minimum
    high = math.inf if maximum is None else maximum
    if not low <= value <= high:
        raise InputError(f"{name} must be between {low} and {high}, not {value}")
    return float(value)


def probability(name: str, value: object) -> float:
    """Return `value` as a float if it is from 0 to 1."""
    checked = number(name, value)
    if not 0 <= checked <= 1:
        raise InputError(f"{name} must be between 0 and 1, not {value}")
    return checked


def choice(name: str, value: object, allowed: tuple[str, ...]) -> str:
    """Return `value` if it is one of `allowed`."""
    if value not in allowed:
        raise InputError(f"{name} must be one of {', '.join(allowed)}, not {_shown(value)}")
    return str(value)


def _shown(value: object) -> str:
    """Return a wrong value as an error shows it; a list was often meant to be swept."""
    hint = "; to try each of several values, write the list under `grid:`"
    return f"{value!r}{hint if isinstance(value, list) else ''}"
