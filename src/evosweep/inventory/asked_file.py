"""The file that lists the runs of a workflow, so that other programs can tell what is missing.

`results/<experiment>/asked.jsonl` has one line for each combination of problem, algorithm and
backend.
"""

from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evosweep.errors import Damaged
from evosweep.files.opening import read_bytes
from evosweep.files.writing import write_whole
from evosweep.inventory.stages_note import Reached
from evosweep.records.bounds import Line, RunId

NAME = "asked.jsonl"
_LIMIT = 2**26
"""Most bytes: two to three million runs, and about 1 GB of memory for the worst content."""
_COMPARED = 1000


class AskedRuns(BaseModel):
    """The runs of one combination, with its labels for people."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    problem: Line
    algorithm: Line
    backend: Line
    runs: Mapping[RunId, Annotated[int, Field(ge=0, lt=2**32)]]
    """Seeds by run_id."""
    compare: Annotated[list[Line], Field(max_length=_COMPARED)] = []
    """Parameters of the problem that the comparison treats as part of the algorithm."""
    stages: Reached | None = None
    """Where seeds come in stages: how far they have come."""


def write_asked(folder: Path, combinations: Iterable[AskedRuns]) -> None:
    """Write the file into an experiment's folder, whole or not at all."""
    lines = (f"{each.model_dump_json()}\n" for each in combinations)
    write_whole(folder / NAME, "".join(lines).encode())


def read_asked(folder: Path) -> list[AskedRuns]:
    """Return the combinations in an experiment's file; [] if there is no file.

    Raises
    ------
    Damaged
        If a line does not have the form that `write_asked` writes.
    """
    try:
        lines = BytesIO(read_bytes(folder / NAME, _LIMIT))
    except FileNotFoundError:
        return []
    try:
        return [AskedRuns.model_validate_json(line.rstrip(b"\r\n")) for line in lines]
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"]
        raise Damaged(folder, NAME, f"{reason}; the next call of snakemake writes it") from None


def stages_by_problem(combinations: Iterable[AskedRuns]) -> dict[str, Reached]:
    """Return how far the seeds of each problem have come; {} if they have no stages."""
    return {each.problem: each.stages for each in combinations if each.stages is not None}
