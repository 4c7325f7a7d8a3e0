"""Hand a file to another process together with its digest, so that nobody else can exchange it.

A file of a shared folder may be changed between two processes. The reader gets the digest in its
environment or on its command line, which the folder does not decide, and uses no other content.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from evosweep.errors import InputError, shown
from evosweep.files.opening import read_bytes

_SHOWN = 12  # digits of a digest in names and messages


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a content, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class HandedFile:
    """A file for a text that is too long for a command line; it is named by its content."""

    path: Path
    content: bytes
    digest: str

    @classmethod
    def of(cls, text: str, folder: Path, prefix: str = "") -> "HandedFile":
        """Return the file of `text` in `folder`; it is not written."""
        content = text.encode()
        digest = digest_of(content)
        return cls(folder / f"{prefix}{digest[:_SHOWN]}.json", content, digest)

    def words(self, option: str) -> list[str]:
        """Return the words that give it as an option of a command line, with its digest."""
        return [option, f"@{self.path}", f"{option}-sha256", self.digest]


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
