"""The documents of a run: its record, its failure, and its state while it runs (docs/record.md).

Each is a model with bounds for every field; all readers use it. Fields that a newer evosweep adds
are ignored; fields that an earlier evosweep did not write have a default. `python -m
evosweep.records.record` prints the JSON schema of the record.
"""

import json
from typing import Annotated, Any, Literal, NotRequired, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator, with_config
from typing_extensions import TypedDict  # Python's own has no configuration before 3.12

from evosweep.records.bounds import (
    Count,
    Digest,
    Finite,
    Fitnesses,
    Key,
    Line,
    Moment,
    RunId,
    Seconds,
    Text,
    Weights,
    bounded,
)

FORMAT = 1
_OPEN = ConfigDict(extra="allow", strict=True)


@with_config(_OPEN)
class PartFields(TypedDict):
    """A problem, an algorithm or a backend of a spec; its options are further keys."""

    name: NotRequired[Line]
    use: Annotated[Line, Field(min_length=1)]
    params: NotRequired[dict[Key, Any]]
    workers: NotRequired[Annotated[int, Field(ge=1, le=1_000_000)]]
    compare: NotRequired[Annotated[list[Key], Field(max_length=1000)]]


Part = Annotated[PartFields, AfterValidator(bounded)]


@with_config(_OPEN)
class Spec(TypedDict):
    """The spec of the run, as `evosweep run --spec` takes it."""

    problem: Part
    algorithm: Part
    backend: Part
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    import_path: NotRequired[Annotated[str, Field(max_length=4096)]]


@with_config(_OPEN)
class EnvironmentFields(TypedDict, total=False):
    """The machine and the software that computed a run."""

    evosweep: Line | None
    python: Line | None
    packages: Annotated[dict[Key, Line], Field(max_length=1000)] | None
    platform: Line | None
    machine: Line | None
    cpu: Line | None
    git_commit: Line | None
    git_dirty: bool | None
    image: Line | None
    image_digest: Line | None


Environment = Annotated[EnvironmentFields, AfterValidator(bounded)]


@with_config(_OPEN)
class TraitFields(TypedDict, total=False):
    """The traits that the problem declares."""

    genome: Line | None
    sets: Line | None
    optimum: Finite | None
    target: Finite | None
    reference_point: Weights | None


@with_config(_OPEN)
class Stopped(TypedDict):
    """The condition that ended the run before its algorithm was done."""

    reason: Line
    generation: NotRequired[Count]
    evaluations: NotRequired[Count]
    seconds: NotRequired[Seconds]


@with_config(_OPEN)
class Dataset(TypedDict):
    """The data behind the problem: enough to recognise them, and never the data themselves."""

    name: Line
    digest: Digest
    rows: NotRequired[Count]
    columns: NotRequired[Count]


@with_config(_OPEN)
class Interruption(TypedDict):
    """One time that work on the run ended before the run was done."""

    why: Line
    at: NotRequired[Moment]
    host: NotRequired[Line]


@with_config(_OPEN)
class Mishaps(TypedDict, total=False):
    """Numbers of failed evaluations that got the penalty, or were repeated."""

    penalised: Count
    retried: Count


Traits = Annotated[TraitFields, AfterValidator(bounded)]
Sources = Annotated[dict[Key, Line], Field(max_length=1000)]


class Named(BaseModel):
    """The fields that name a run, in all of its documents."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, defer_build=True)

    format: Literal[1] = Field(description="Version of this schema.")
    run_id: RunId = Field(description="Name of the run, and of its folder.")
    spec_id: RunId = Field(description="The run_id without the backend: one population for all.")
    spec: Spec = Field(description="Problem, algorithm, backend and seed, as the run was asked.")
    sources: Sources = Field(default={}, description="Digest of the source of each function.")

    def document(self) -> dict[str, object]:
        """Return the fields as JSON data, without empty ones."""
        return {name: value for name, value in self if value is not None or name in _NULLABLE}

    @property
    def workers(self) -> int:
        """Number of processes that evaluated."""
        return self.spec["backend"].get("workers", 1)


_NULLABLE = {"best_genome", "individual", "batch", "index"}


class Record(Named):
    """The receipt of a run that is done: `record.json`."""

    population_digest: Digest = Field(description="SHA-256 of the final population.")
    best: Fitnesses = Field(
        description="Best fitness that was evaluated, in raw units: a number, or one per objective."
    )
    best_genome: Any = Field(
        default=None, description="Genome of the best individual; null with several objectives."
    )
    weights: Weights = Field(description="Weight of each objective; below 0: smaller is better.")
    population: Count = Field(description="Individuals in the final population.")
    evaluations: Count = Field(description="Evaluations that the run counts.")
    generations: Count = Field(description="Number of the last generation.")
    traits: Traits = Field(
        default=TraitFields(), description="What the problem declares about itself."
    )
    failures: Mishaps = Field(default=Mishaps(), description="Evaluations that failed.")
    order: Digest | None = Field(
        default=None, description="SHA-256 of the order of results of an asynchronous algorithm."
    )
    hosts: Annotated[tuple[Line, ...], Field(max_length=100_000)] | None = Field(
        default=None, description="The hosts that evaluated, where there was more than one."
    )
    dataset: Dataset | None = Field(default=None, description="The data behind the problem.")
    stopped: Stopped | None = Field(default=None, description="What ended the run early.")
    timings: Annotated[dict[Key, Seconds], Field(max_length=100)] = Field(
        default={}, description="Seconds by phase; `total` is the wall time of the run."
    )
    environment: Environment = Field(
        default=EnvironmentFields(),
        description="Python, packages, processor, commit, image.",
    )
    environments: Annotated[tuple[Environment, ...], Field(max_length=100_000)] = Field(
        default=(), description="As `environment`, of each session that evaluated, in their order."
    )
    mixed: bool = Field(
        default=False,
        description="Whether sessions computed other last bits, so that no environment repeats it.",
    )
    resumed: Count = Field(default=0, description="How often the run was continued.")
    interruptions: Annotated[tuple[Interruption, ...], Field(max_length=2000)] = Field(
        default=(), description="Why it had to be continued: each time, in their order."
    )
    grown_from: RunId | None = Field(
        default=None, description="The shorter run whose evaluations this one started with."
    )
    started: Moment = Field(description="When the first session began, ISO 8601.")
    finished: Moment = Field(description="When the run was done, ISO 8601.")

    @model_validator(mode="after")
    def _one_number_per_objective(self) -> Self:
        count = len(self.best) if isinstance(self.best, tuple) else 1
        if count != len(self.weights):
            raise ValueError(f"best has {count} numbers for {len(self.weights)} objectives")
        return self

    @property
    def best_values(self) -> tuple[float, ...]:
        """The best result, one number per objective."""
        return self.best if isinstance(self.best, tuple) else (self.best,)


class FailureRecord(Named):
    """The failure of a run: `failure.json`."""

    kind: Line = Field(description="What kind of failure it was, such as exception or timeout.")
    error: Text = Field(description="The error in one line.")
    traceback: Text | None = Field(default=None, description="Python's traceback.")
    individual: Any = Field(default=None, description="The genome whose evaluation failed.")
    batch: Count | None = Field(default=None, description="Its batch.")
    index: Count | None = Field(default=None, description="Its place in the batch.")
    remedy: Text | None = Field(default=None, description="What to do about it.")
    environment: Environment = Field(default=EnvironmentFields(), description="As in the record.")
    started: Moment | None = Field(default=None, description="When the run began, ISO 8601.")
    failed: Moment = Field(description="When it failed, ISO 8601.")


class RunningRecord(Named):
    """The state of a run under way: `running.json`."""

    weights: Weights = Field(description="Weight of each objective.")


def schema() -> str:
    """Return the JSON schema of `record.json`, the content of
    `workflow/schemas/record.schema.json`.

    A test keeps the file equal to it.
    """
    return json.dumps(Record.model_json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    print(schema(), end="")
