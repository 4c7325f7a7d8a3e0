"""Hand a file to another process together with its digest, so that nobody else can exchange it.

A file of a shared folder may be changed between two processes. The reader gets the digest in its
environment or on its command line, which the folder does not decide, and uses no other content.
"""

import hashlib
from pathlib import Path

from evosweep.errors import InputError, shown
from evosweep.files.opening import read_bytes

_SHOWN = 12


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a content, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read_unchanged(path: Path, digest: str, limit: int) -> bytes:
    """Return the content of the regular file at `path`, which must have the SHA-256 `digest`.

    Raises
    ------
    InputError
        If it has another one, is no regular file, or has more than `limit` bytes.
    OSError
        For the same reasons as in `os.open`.
    """
    content = read_bytes(path, limit)
    if (other := digest_of(content)) != digest:
        raise InputError(
            f"{path}: was changed after it was written: its SHA-256 begins with {other[:_SHOWN]}, "
            f"and should with {shown(digest[:_SHOWN])}; nothing in it was used; see who may write "
            "there, and call the workflow again"
        )
    return content
