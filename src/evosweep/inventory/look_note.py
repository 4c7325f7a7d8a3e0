"""A look at a comparison: which runs it is at, and, once they are there, what it has decided.

`results/<experiment>/looks/<name>.json` is asked by the workflow and answered by `evosweep decide`.
The name covers the question; the answer follows from the results of these runs.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evosweep.errors import Damaged
from evosweep.files.opening import output_folder, read_bytes
from evosweep.files.writing import write_whole
from evosweep.inventory.stages_note import StagesNote
from evosweep.records.bounds import Line, RunId

FOLDER = "looks"
_LIMIT = 2**25  # bytes: more than a million runs


class LookNote(BaseModel):
    """One look at one comparison."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    problem: Line
    """Its label."""
    compare: list[Line]
    """Parameters of the problem that belong to what is compared."""
    stages: StagesNote
    number: Annotated[int, Field(ge=1, le=20)]
    """Which look it is, counted from 1."""
    runs: Mapping[RunId, Annotated[int, Field(ge=0, lt=2**32)]]
    """Seeds by run_id, of all stages up to this one."""
    is_final: bool | None = None
    """The answer: whether no more seeds are asked for. None before there is one."""

    @property
    def name(self) -> str:
        """Return twelve hexadecimal digits that stand for the question."""
        text = self.model_dump_json(exclude={"is_final", "problem"})
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def path(self, folder: Path) -> Path:
        """Return its file in an experiment's folder."""
        return folder / FOLDER / f"{self.name}.json"

    def write(self, folder: Path) -> None:
        """Write it into an experiment's folder, whole or not at all."""
        output_folder(folder, FOLDER)
        write_whole(self.path(folder), f"{self.model_dump_json()}\n".encode(), inside=folder)


def read_look(path: Path) -> LookNote:
    """Return the look in a file.

    Raises
    ------
    Damaged
        If it is not one of `LookNote.write`.
    FileNotFoundError
        If there is none.
    """
    try:
        return LookNote.model_validate_json(read_bytes(path, _LIMIT))
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"]
        raise Damaged(path.parent, path.name, f"{reason}; remove the file") from None
