"""How the files of a run are written: whole or not at all, by a temporary file and a rename."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evosweep.errors import EvosweepError
from evosweep.records import strict_json

_FLAT_LIST = re.compile(r"\[[^][{}\"]*\]")  # of numbers: on one line, or a genome takes a hundred


def write_json(path: Path, data: Mapping[str, object]) -> None:
    """Writes JSON whole or not at all; raises `EvosweepError` naming path and reason."""
    text = strict_json.dumps(data, indent=2)
    text = _FLAT_LIST.sub(lambda numbers: " ".join(numbers[0].split()), text)
    write_whole(path, f"{text}\n".encode())


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file by way of a temporary one beside it, flushed to the disk and renamed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise EvosweepError(
            f"{path}: cannot write {len(content)} bytes ({error.strerror}); "
            "make room, or make it writable, and call the same command again"
        ) from error


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as Parquet; columns in the order in which they first appear."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    write_columns(path, {name: [row.get(name) for row in rows] for name in names})


def write_columns(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Columns as Parquet; one that has no single type is kept as JSON text."""
    from evosweep.records.parquet import (  # pyarrow is slow to import, and not always needed
        as_parquet,
    )

    write_whole(path, as_parquet(columns.items()))
