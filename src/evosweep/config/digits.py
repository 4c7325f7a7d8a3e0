"""Numbers that are the same on every machine: from SHA-256, and rounded to decimal places.

The values of a design enter the names of runs. If they depended on a library's random stream, or on
the last digit of a machine's logarithm, the same config would give other runs on another machine.
"""

import hashlib
from decimal import ROUND_HALF_EVEN, Context, Decimal

from evosweep.config.options import compact

BITS = 32
"""Bits of a coordinate: a whole number below 2**32, which stands for the middle of its cell."""
ARITHMETIC = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""Decimal arithmetic: its logarithm and exponential are rounded correctly everywhere."""
_STEPS = 10_000


def digest(*parts: object) -> bytes:
    """Return the SHA-256 of these values."""
    return hashlib.sha256(compact(parts).encode()).digest()


def word(*parts: object) -> int:
    """Return a whole number of 32 bits that only depends on these values."""
    return int.from_bytes(digest(*parts)[: BITS // 8])


def decimal(value: float) -> Decimal:
    """Return a number with the digits that a config shows."""
    return Decimal(repr(value))


def rounded(value: Decimal, width: Decimal) -> Decimal:
    """Return `value` rounded to a ten-thousandth of `width`, or one decimal more."""
    step = Decimal(1).scaleb(ARITHMETIC.divide(width, Decimal(_STEPS)).adjusted())
    return value.quantize(step, context=ARITHMETIC)
