"""The bytes of plain forms: those of `marshal`, version 2 (docs/digest.md describes them).

They depend only on the value: they contain no references and no interned texts, and sets come in
the order of their elements' bytes.
"""

import marshal
from typing import Any

from evosweep.genomes.form import Plain

HEAD = 5
"""Number of bytes of an encoded list before those of its items."""
ELLIPSIS = b"."
"""A byte that every encoding with a tag contains."""
_VERSION = 2


def encode(value: Any) -> bytes:
    """Return the bytes of a plain form, or of a list of them.

    Raises `ValueError` for types that marshal does not support.
    """
    return marshal.dumps(value, _VERSION)


def decode_list(encoding: bytes) -> list[Plain]:
    """Return the plain forms of an encoded list; use it only for bytes that this program made."""
    plain: list[Plain] = marshal.loads(encoding)
    return plain


def list_head(count: int) -> bytes:
    """Return the first bytes of the encoding of a list with `count` items."""
    return b"[" + count.to_bytes(4, "little")
