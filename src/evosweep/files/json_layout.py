"""JSON in lines to read: a line for each value, and a list of numbers on one line.

Python's encoder of indented JSON is not compiled. Here the compiled one writes whatever holds no
list and no object: a third of the time for a receipt.
"""

import json
import math
from collections.abc import Callable, Sequence
from functools import cache
from json.encoder import encode_basestring

_NUMBERS = frozenset({int, float, bool, type(None)})
_FLAT = _NUMBERS | {str}
_INDENT = "  "


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"JSON has no {value}")
    return repr(value)


_WRITERS: dict[type, Callable[..., str]] = {
    str: encode_basestring,
    int: repr,
    float: _float,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
}


def lines(value: object, margin: str = "\n") -> str:
    """Return `value` as JSON: as `json.dumps(value, indent=2)`, but a list of numbers on one line.

    Raises ValueError for a float that JSON lacks.
    """
    if (write := _WRITERS.get(type(value))) is not None:
        return write(value)
    if isinstance(value, dict):
        return _object(value, margin)
    return _list(value, margin) if isinstance(value, list | tuple) else _encoder().encode(value)


def _object(value: dict[object, object], margin: str) -> str:
    if not value:
        return "{}"
    inner = margin + _INDENT
    if _FLAT.issuperset(map(type, value.values())):
        return f"{{{inner}{_encoder(inner).encode(value)[1:-1]}{margin}}}"
    members = [f"{inner}{_key(key)}: {lines(item, inner)}" for key, item in value.items()]
    return f"{{{','.join(members)}{margin}}}"


def _list(value: Sequence[object], margin: str) -> str:
    if not value:
        return "[]"
    if _NUMBERS.issuperset(map(type, value)):
        return f"[ {_encoder().encode(value)[1:-1]} ]"
    inner = margin + _INDENT
    items = [inner + lines(item, inner) for item in value]
    return f"[{','.join(items)}{margin}]"


def _key(key: object) -> str:
    """Return a key as JSON's text, as `json` converts numbers."""
    return encode_basestring(key) if type(key) is str else _encoder().encode({key: 0})[1:-4]


@cache
def _encoder(margin: str = " ") -> json.JSONEncoder:
    """Return an encoder that writes `margin` behind each comma."""
    separators = f",{margin}", ": "
    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=separators)
