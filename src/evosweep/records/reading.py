"""Read the documents of run folders as their types; any mistake in one raises `Damaged`."""

import os
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from evosweep.errors import Damaged, InputError, key_path, shown
from evosweep.files.opening import read_bytes
from evosweep.files.strict_json import check_parts
from evosweep.records.folder import RunFolder
from evosweep.records.record import FORMAT, FailureRecord, Named, Record, RunningRecord

LIMIT = 2**26
"""Most bytes of a document: a genome of three million numbers still fits."""
_Document = TypeVar("_Document", bound=Named)


def read_record(folder: RunFolder) -> Record:
    """Return the receipt of a run in a folder of results.

    Raises
    ------
    Damaged
        If the folder is a copy of the run beside it, or a field is not what docs/record.md says.
    FileNotFoundError
        If there is no receipt.
    """
    folder.check_name()
    return _named(folder, _read(folder.record, Record))


def read_failure(folder: RunFolder) -> FailureRecord:
    """Return the failure of a run in a folder of results; raises as `read_record`."""
    folder.check_name()
    return _named(folder, _read(folder.failure, FailureRecord))


def read_running(folder: RunFolder) -> RunningRecord:
    """Return the `running.json` of a run in a folder of results; raises as `read_record`."""
    folder.check_name()
    return _named(folder, _read(folder.running, RunningRecord))


def read_outcome(folder: RunFolder) -> tuple[Record | FailureRecord, bytes]:
    """Return the receipt or the failure of a run in a folder of results, with the file's bytes.

    An earlier failure is ignored if there is a receipt.

    Returns
    -------
    tuple
        The document, and the bytes that it was read from.

    Raises
    ------
    Damaged
        As `read_record`.
    FileNotFoundError
        If there is neither a receipt nor a failure.
    """
    folder.check_name()
    try:
        content = read_bytes(folder.record, LIMIT)
    except FileNotFoundError:
        content = read_bytes(folder.failure, LIMIT)
        return _named(folder, _parse(content, folder.failure, FailureRecord)), content
    return _named(folder, _parse(content, folder.record, Record)), content


def read_receipt(folder: RunFolder) -> bytes:
    """Return the bytes of a run's receipt as they are now, for who has read it before.

    Raises as `read_record`, but for what is in the receipt.
    """
    folder.check_name()
    return read_bytes(folder.record, LIMIT)


def load_record(path: Path) -> Record:
    """Return the receipt of a run, from a path that the user gives.

    Parameters
    ----------
    path
        A run folder of any name, or its `record.json`.

    Raises
    ------
    InputError
        If there is no receipt, or it cannot be read.
    Damaged
        If a field is not what docs/record.md says.
    """
    file = path if path.suffix == ".json" else RunFolder(path).record
    try:
        return _read(file, Record)
    except FileNotFoundError:
        raise InputError(f"{file}: there is no such record; has the run finished?") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read as a record ({error.strerror})") from error


def parse_record(content: bytes, folder: Path) -> Record:
    """Return the receipt in `content`; `Damaged`, if it raises, names `folder`."""
    return _parse(content, folder / "record.json", Record)


def parse_outcome(content: bytes, file: Path) -> Record | FailureRecord:
    """Return the receipt or the failure in `content`, which `file` is to have."""
    if file.name == RunFolder(file.parent).failure.name:
        return _parse(content, file, FailureRecord)
    return _parse(content, file, Record)


def _named(folder: RunFolder, document: _Document) -> _Document:
    if is_copy(folder, document.run_id):
        raise Damaged(folder.path, "run_id", f"{document.run_id}: is not the folder's name")
    return document


def is_copy(folder: RunFolder, run_id: str) -> bool:
    """Return True if a folder beside this one has the run's own name: this one is then a copy.

    Without such a folder it counts as the run: `evosweep run --out` accepts any name.
    """
    return folder.path.name != run_id and os.path.lexists(folder.path.parent / run_id)


def _read(file: Path, model: type[_Document]) -> _Document:
    return _parse(read_bytes(file, LIMIT), file, model)


def _parse(content: bytes, file: Path, model: type[_Document]) -> _Document:
    try:
        check_parts(content)
    except ValueError as error:
        raise Damaged(file.parent, file.name, str(error)) from None
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise _damage(error, content, file) from None


def _damage(error: ValidationError, content: bytes, file: Path) -> Damaged:
    """Return an error for the first mistake; a wrong version of the format comes before all
    others."""
    details = error.errors(include_url=False)
    detail = min(details, key=lambda each: each["loc"] != ("format",))
    kind, value = detail["type"], detail["input"]
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if kind == "json_invalid":
        torn = not content.strip(b"\0 \r\n\t") or "EOF" in detail["msg"]
        return Damaged(
            file.parent, file.name, "is empty" if not content else "is no JSON", torn=torn
        )
    if not detail["loc"]:
        return Damaged(file.parent, file.name, message)
    field = key_path(part for part in detail["loc"] if part != "[key]") or file.name
    if kind == "missing":
        return Damaged(file.parent, field, "is missing")
    if kind == "literal_error":
        return Damaged(
            file.parent, field, f"{shown(value)}: this evosweep reads format {FORMAT} only"
        )
    return Damaged(file.parent, field, f"{shown(value)}: {message[:1].lower()}{message[1:]}")
