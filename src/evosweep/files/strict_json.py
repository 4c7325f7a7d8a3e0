"""JSON that every reader accepts: Infinity and NaN, which JSON lacks, are written as text.

`"inf"`, `"-inf"` and `"nan"` stand for these floats, as in `{"best": "inf"}`. Files of earlier
versions have them without quotes, and can still be read.
"""

import json
import math

MOST_PARTS = 2**21
"""Most lists and objects of a text: a genome of two million trees or pairs still fits."""
INFINITE = {"inf": math.inf, "-inf": -math.inf}


def dumps(value: object, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """Return `value` as strict JSON."""
    try:
        return _dumps(value, indent=indent, sort_keys=sort_keys)
    except ValueError:
        return _dumps(strict(value), indent=indent, sort_keys=sort_keys)


def _dumps(value: object, *, indent: int | None, sort_keys: bool) -> str:
    return json.dumps(
        value, indent=indent, sort_keys=sort_keys, ensure_ascii=False, allow_nan=False
    )


def check_parts(content: str | bytes) -> None:
    """Raise ValueError for more lists and objects than any document of evosweep's has.

    Each takes some thirty times as much memory as its two characters.
    """
    if isinstance(content, str):
        count = content.count("[") + content.count("{")
    else:
        count = content.count(b"[") + content.count(b"{")
    if count > MOST_PARTS:
        raise ValueError(f"has {count} lists and objects; at most {MOST_PARTS} are read")


def loads(content: str | bytes) -> object:
    """Return the JSON value in a text from outside; raises ValueError, also for deep nesting."""
    check_parts(content)
    try:
        value: object = json.loads(content)
    except RecursionError:
        raise ValueError("is nested too deep") from None
    return value


def strict(value: object) -> object:
    """Return `value` with text in place of each float that JSON cannot hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(float(value))
    if isinstance(value, dict):
        return {strict(key): strict(item) for key, item in value.items()}
    return [strict(item) for item in value] if isinstance(value, list | tuple) else value


def number(value: object) -> float:
    """Return the float for a JSON value; raises ValueError if the value is no number."""
    if isinstance(value, str) and value in INFINITE:
        return INFINITE[value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise ValueError("is too large") from None
    raise ValueError("should be a number, or 'inf' or '-inf'")
