"""Write files whole or not at all, by a temporary file and a rename."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from evosweep.errors import EvosweepError
from evosweep.files import strict_json
from evosweep.files.opening import open_descriptor

_FLAT_LIST = re.compile(r"\[[^][{}\"]*\]")  # lists of numbers stay on one line: genomes are long

_DRAFT = re.compile(r"\..+\.[0-9a-f]{12}")


def write_json(path: Path, data: Mapping[str, object]) -> None:
    """Write JSON whole or not at all; raises `EvosweepError` naming path and reason."""
    text = strict_json.dumps(data, indent=2)
    text = _FLAT_LIST.sub(lambda numbers: " ".join(numbers[0].split()), text)
    write_whole(path, f"{text}\n".encode(errors="backslashreplace"))


def forget_drafts(folder: Path) -> None:
    """Remove temporary files of `write_whole` in a folder that nobody else writes to."""
    for path in folder.iterdir():
        if _DRAFT.fullmatch(path.name):
            path.unlink(missing_ok=True)


def temporary_for(path: Path) -> Path:
    """Return a new name beside `path` that no other process uses, on any host."""
    return path.with_name(f".{path.name}.{os.urandom(6).hex()}")


def write_whole(path: Path, content: bytes) -> None:
    """Write a temporary file, flush it to the disk, and rename it to `path`.

    It replaces what is at `path`. If that is a link, the link is replaced, not its target.
    """
    temporary = temporary_for(path)
    try:
        with os.fdopen(
            open_descriptor(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb"
        ) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise EvosweepError(
            f"{path}: cannot write {len(content)} bytes ({error.strerror}); "
            "make room, or make it writable, and call the same command again"
        ) from error
