"""Make floating point independent of the model of a processor.

NumPy and OpenBLAS choose their kernels by the processor's features: with AVX-512, `exp`, `pow`, a
matrix product or a least-squares solution have other last bits than without it. One machine always
gives the same bits; two machines may not. EVOSWEEP_NUMERICS=portable makes both libraries use only
instructions of x86-64-v3 (AVX2 and FMA: Intel since 2013, AMD since 2015), or on 64-bit Arm those
of Armv8.0, which every such processor has. The two architectures still differ from each other.
`native`, the default, leaves the choice to the libraries. docs/containers.md has the costs; the
receipt states the mode as environment.numerics.
"""

import hashlib
import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypedDict

from evosweep.errors import InputError
from evosweep.machine import fingerprint

VARIABLE = "EVOSWEEP_NUMERICS"
MODES = ("native", "portable")


@dataclass(frozen=True)
class _Level:
    """What portable numerics use of the processors of one architecture.

    `flags` are names of /proc/cpuinfo. `above` has NumPy's names of the features beyond the level;
    version 2.4 renamed those of x86-64, and NumPy warns of names that it does not know.
    """

    words: str
    flags: tuple[str, ...]
    blas: str
    above: str
    above_before_2_4: str


_LEVELS = {
    "x86_64": _Level(
        words="an x86-64 processor with AVX2 and FMA",
        flags=("avx2", "fma"),
        blas="Haswell",
        above="X86_V4 AVX512_ICL AVX512_SPR",
        above_before_2_4="AVX512F AVX512CD AVX512_KNL AVX512_KNM AVX512_SKX AVX512_CLX AVX512_CNL "
        "AVX512_ICL AVX512_SPR",
    ),
    "aarch64": _Level(
        words="a 64-bit Arm processor",
        flags=(),  # Linux itself needs Armv8.0
        blas="ARMV8",
        above="ASIMDHP ASIMDDP ASIMDFHM SVE",
        above_before_2_4="ASIMDHP ASIMDDP ASIMDFHM",
    ),
}


class Numerics(TypedDict):
    """The floating point of a process, for the receipt."""

    mode: str
    simd: list[str]
    blas: str | None
    libm: str


def mode() -> str:
    """Return the chosen mode, `native` or `portable`; raises InputError for any other value."""
    choice = os.environ.get(VARIABLE) or MODES[0]
    if choice not in MODES:
        raise InputError(f"{VARIABLE}: '{choice}' is unknown; allowed: {', '.join(MODES)}")
    return choice


def environment() -> dict[str, str]:
    """Return the variables that must be set before NumPy is imported; {} for native numerics.

    Raises InputError if this processor lacks a feature that portable numerics need.
    """
    if mode() == "native":
        return {}
    if reason := _why_not_portable():
        raise InputError(f"{VARIABLE}=portable needs {reason}: use native")
    from importlib import metadata  # slow to import, and seldom needed

    major, minor = map(int, metadata.version("numpy").split(".")[:2])
    level = _LEVELS[platform.machine()]
    disabled = level.above if (major, minor) >= (2, 4) else level.above_before_2_4
    return {"NPY_DISABLE_CPU_FEATURES": disabled, "OPENBLAS_CORETYPE": level.blas}


def can_be_portable() -> bool:
    """Return True if this processor has what portable numerics need."""
    return _why_not_portable() is None


def describe() -> Numerics:
    """Return the numerics of this process: the mode, NumPy's SIMD levels, BLAS kernels and libm."""
    return {
        "mode": mode(),
        "simd": [*_simd("baseline"), *_simd("found")],
        "blas": _blas(),
        "libm": fingerprint.libm(),
    }


@cache
def of_process() -> str:
    """Return a short text that decides this process's last bits; it travels with every chunk."""
    import numpy

    parts = (
        f"Python {platform.python_version()}",
        platform.machine(),
        f"NumPy {numpy.__version__}",
        mode(),
        *_simd("found"),
        fingerprint.libm(),
        f"BLAS={_product()}",
    )
    return " ".join(parts)


def _simd(which: Literal["baseline", "found"]) -> list[str]:
    """Return NumPy's features of the `baseline`, or those `found` beyond it."""
    import numpy

    features = numpy.show_config(mode="dicts")["SIMD Extensions"]
    return features.get(which, [])  # NumPy leaves out a list that is empty


def _product() -> str:
    """Return a digest of a matrix product, whose bits depend on the kernel that BLAS chose."""
    import numpy

    matrix = numpy.sin(numpy.arange(32 * 32)).reshape(32, 32)
    return hashlib.sha256((matrix @ matrix).tobytes()).hexdigest()[:8]


def _blas() -> str | None:
    """Return the kernels that OpenBLAS chose, such as "Haswell"; None if they are unknown."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return os.environ.get("OPENBLAS_CORETYPE")
    kernels = {info.get("architecture") for info in threadpool_info() if info["user_api"] == "blas"}
    return " ".join(sorted(filter(None, kernels))) or None


def _why_not_portable() -> str | None:
    """Return what portable numerics need and this processor lacks; None if it lacks nothing."""
    machine = platform.machine()
    if machine not in _LEVELS:
        needed = " or ".join(level.words for level in _LEVELS.values())
        return f"{needed}; this one is {machine or 'unknown'}"
    level, here = _LEVELS[machine], _flags()
    missing = [flag for flag in level.flags if flag not in here]
    return f"{level.words}; this one lacks {', '.join(missing)}" if missing else None


def _flags() -> list[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    return next((line.split(":")[1].split() for line in lines if line.startswith("flags")), [])
