"""What shows that an index of tracked runs is damaged, or that somebody else has written it."""

import sqlite3
from typing import Any

from evosweep.files import strict_json

UNUSABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""Errors of SQLite about a damaged file; it decodes the texts of its own errors strictly."""
_OF_THE_DISK = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)


def fields_of(text: str) -> dict[str, Any]:
    """Return the JSON object in a row; raises sqlite3.DataError, so that the index is made anew."""
    try:
        fields = strict_json.loads(text)
    except (TypeError, ValueError) as error:
        raise sqlite3.DataError(f"a row that is no JSON: {error}") from None
    if not isinstance(fields, dict):
        raise sqlite3.DataError("a row that is no JSON object")
    return fields


def is_of_the_disk(error: BaseException) -> bool:
    """Return True if the disk is full or fails, or another process holds the file."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_THE_DISK
