"""Numbers that are the same on every machine: from SHA-256, and rounded to decimal places.

Names of runs are made of the values of a design. A value that depends on a library's random stream,
or on the last digit of a machine's logarithm, would make the same config other runs elsewhere.
"""

import hashlib
from decimal import ROUND_HALF_EVEN, Context, Decimal

from evosweep.config.options import compact

BITS = 32
"""Of a coordinate: a whole number below 2**32, which stands for the middle of its cell."""
ARITHMETIC = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""Decimal arithmetic: its logarithm and exponential are rounded correctly everywhere."""
_STEPS = 10_000


def digest(*parts: object) -> bytes:
    """Return the SHA-256 of these values."""
    return hashlib.sha256(compact(parts).encode()).digest()


def word(*parts: object) -> int:
    """Return a whole number of 32 bits that these values decide."""
    return int.from_bytes(digest(*parts)[: BITS // 8])


def decimal(value: float) -> Decimal:
    """Return a number as it is written in a config."""
    return Decimal(repr(value))


def rounded(value: Decimal, width: Decimal) -> Decimal:
    """Return `value` with as many decimals as `width` has in its ten-thousandth, or one more."""
    step = Decimal(1).scaleb(ARITHMETIC.divide(width, Decimal(_STEPS)).adjusted())
    return value.quantize(step, context=ARITHMETIC)
