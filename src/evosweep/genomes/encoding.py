"""The bytes of plain forms: those of `marshal`, version 2 (docs/digest.md writes them down).

They are a function of the value alone: no references, no interning, sets in the order of their
elements' bytes.
"""

import marshal
from typing import Any

from evosweep.genomes.form import Plain

HEAD = 5
"""Bytes of the encoding of a list before those of its items."""
ELLIPSIS = b"."
"""Is in every encoding that has a tag."""
_VERSION = 2


def encode(value: Any) -> bytes:
    """Return the bytes of a plain form, or of a list of them.

    Raises `ValueError` for what marshal does not know.
    """
    return marshal.dumps(value, _VERSION)


def decode(encoding: bytes) -> Plain:
    """Return the plain form that was encoded; only for bytes that this program made itself."""
    plain: Plain = marshal.loads(encoding)
    return plain


def decode_list(encoding: bytes) -> list[Plain]:
    """Return the plain forms of an encoded list."""
    plain: list[Plain] = marshal.loads(encoding)
    return plain


def list_head(count: int) -> bytes:
    """Return the encoding of a list of so many items, before those of the items."""
    return b"[" + count.to_bytes(4, "little")
