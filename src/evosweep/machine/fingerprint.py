"""The fingerprint of a machine: processes with equal fingerprints compute equal last bits."""

import hashlib
import math
import platform
import struct
from collections.abc import Mapping

_PLACES = (0.1, 0.3, 0.7, 1.7, 2.3, 5.1, 11.3, 37.7)
_FUNCTIONS = (math.exp, math.log, math.sin, math.cos, math.tan, math.tanh, math.gamma, math.cbrt)


def libm() -> str:
    """Return the C library's version and a digest of values of its mathematical functions."""
    values = [function(place) for function in _FUNCTIONS for place in _PLACES]
    values += [math.pow(place, other) for place in _PLACES for other in _PLACES]
    digest = hashlib.sha256(struct.pack(f"<{len(values)}d", *values)).hexdigest()
    return f"{' '.join(filter(None, platform.libc_ver()))} {digest[:8]}"


def fingerprint(environment: Mapping[str, object]) -> dict[str, str]:
    """Return the parts of a receipt's or journal's environment that decide last bits."""
    numerics, packages = _part(environment, "numerics"), _part(environment, "packages")
    parts = {
        "Python": environment.get("python"),
        "machine": environment.get("machine"),
        "NumPy": packages.get("numpy"),
        "evosweep": environment.get("evosweep"),
        "numerics": numerics.get("mode"),
        "SIMD": _words(numerics.get("simd")),
        "BLAS": numerics.get("blas"),
        "libm": numerics.get("libm"),
    }
    return {name: str(value) for name, value in parts.items() if value}


def _part(environment: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = environment.get(name)
    return part if isinstance(part, Mapping) else {}


def _words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else ""


def differences(then: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Return the differences that may change last bits, such as `Python 3.11.7, here 3.12.3`."""
    before, after = fingerprint(then), fingerprint(now)
    names = [
        name for name in {**before, **after} if _decisive(name, before) != _decisive(name, after)
    ]
    return [
        _in_words(name, before.get(name, "unknown"), after.get(name, "unknown")) for name in names
    ]


def _decisive(name: str, parts: Mapping[str, str]) -> str | None:
    """Return a part without details that change no bits: all Python 3.11.x compute alike."""
    part = parts.get(name)
    return ".".join(part.split(".")[:2]) if part and name == "Python" else part


def _in_words(name: str, before: str, after: str) -> str:
    if name == "SIMD":  # the lists are long, and few words differ
        first, second = before.split(), after.split()
        before = " ".join(word for word in first if word not in second) or "less"
        after = " ".join(word for word in second if word not in first) or "less"
    return f"{name} {before}, here {after}"
