"""The model of a config file; all of its mistakes are reported at once.

`python -m evosweep.config.experiment` prints the JSON schema for `workflow/schemas/`.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    PrivateAttr,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from evosweep.config.design import Swept
from evosweep.config.options import AlgorithmOptions, BackendOptions, ProblemOptions
from evosweep.config.spec import MAX_SEED
from evosweep.config.stages import KEYS, SeedStages, Stages
from evosweep.config.strict import JsonValue, Name, Strict, explain
from evosweep.errors import shortened, shown

RESULTS = Path("results")

# Names of files in results/ and results/<experiment>/, and of MLflow's own experiment.
_RESERVED = {"runs", "jobs", "logs", "looks", "sources", "specs", "horizons", "comparison",
             "changes", "export", "mlartifacts", "mlruns", "Default"}  # fmt: skip


def _image(name: str) -> str:
    if name.startswith("-") or not name.isprintable():
        raise ValueError(f"{shown(name)} is no image; give one such as evosweep-run")
    return name


def _own_name(name: str) -> str:
    if name in _RESERVED or name.startswith((".", "mlflow.db")):
        raise ValueError(f"'{name}' is a name that results or MLflow use themselves; take another")
    return name


class Problem(ProblemOptions, Swept):
    """A problem: a function that returns a DEAP toolbox."""

    @model_validator(mode="after")
    def _compares_what_is_swept(self) -> Self:
        if unknown := [name for name in self.compare if name not in self.swept]:
            swept = ", ".join(self.swept) or "none"
            raise ValueError(
                f"'{shortened(unknown[0])}' is in compare, but is not swept; swept are: {swept}"
            )
        return self


class Algorithm(AlgorithmOptions, Swept):
    """An algorithm: a function that takes the problem's toolbox."""


class BackendEntry(BackendOptions):
    """A backend: it decides where evaluations happen."""


class SeedRange(Strict):
    """`count` consecutive seeds."""

    first: int = Field(default=1, ge=0, le=MAX_SEED, description="The first seed.")
    count: int = Field(ge=1, description="How many.")


class Container(Strict):
    """The container of each run."""

    engine: Literal["none", "docker", "podman", "apptainer"] = Field(
        default="none", description="What starts it; none: a run is a process of the machine."
    )
    image: Annotated[str, AfterValidator(_image)] | None = Field(
        default=None,
        min_length=1,
        max_length=1000,
        description="The image, as its engine names it; it does not begin with '-'.",
    )
    memory: str | None = Field(
        default=None, pattern=r"^[1-9][0-9]*[kmgKMG]?$", description="Memory limit, such as 4g."
    )
    network: str = Field(default="none", pattern=r"^[A-Za-z0-9._-]+$", description="Its network.")


class Tracking(Strict):
    """Options of MLflow, which shows the runs."""

    uri: str | None = Field(
        default=None, min_length=1, description="MLflow's tracking URI; null: SQLite in results/."
    )
    live: bool = Field(default=False, description="Show runs while they are running.")


def _seed_range(value: dict[object, object]) -> range | Stages:
    model = SeedStages if KEYS & value.keys() else SeedRange
    try:
        seeds = model.model_validate(value)
    except ValidationError as error:
        raise ValueError("; ".join(explain(error, model))) from None
    if isinstance(seeds, SeedRange):
        return range(seeds.first, seeds.first + seeds.count)
    return seeds.stages


def _seeds(value: object) -> tuple[int, ...] | range | Stages:
    seeds: tuple[int, ...] | range | Stages
    match value:
        case list() | tuple() if value and all(type(seed) is int for seed in value):
            seed, times = Counter(value).most_common(1)[0]
            if times > 1:
                raise ValueError(f"{seed} is there {times} times; each seed is one run")
            seeds = tuple(value)
            first, last = min(value), max(value)
        case dict():
            seeds = _seed_range(value)
            first, last = seeds[0], seeds[-1]
        case Stages():
            return value
        case _:
            raise ValueError(
                f"should be a list of whole numbers or {{first, count}}, not {shown(value)}"
            )
    if first < 0 or last > MAX_SEED:
        wrong = first if first < 0 else last
        raise ValueError(f"a seed is a whole number from 0 to {MAX_SEED}, not {wrong}")
    return seeds


Seeds = Annotated[
    tuple[int, ...] | range | Stages,
    PlainValidator(_seeds),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "array",
                    "minItems": 1,
                    "uniqueItems": True,
                    "items": {"type": "integer", "minimum": 0, "maximum": MAX_SEED},
                },
                SeedRange.model_json_schema(),
                SeedStages.model_json_schema(),
            ]
        }
    ),
]


def _runs_per_job(value: object) -> object:
    if value == "auto" or (type(value) is int and value >= 1):
        return value
    if type(value) is int:
        raise ValueError(f"should be greater than or equal to 1, not {value}")
    raise ValueError(f"should be auto or a whole number, not {shown(value)}")


RunsPerJob = Annotated[
    int | Literal["auto"],
    PlainValidator(_runs_per_job),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "auto"}]}),
]

Match = Annotated[
    dict[str, JsonValue],
    Field(
        min_length=1,
        description="problem, algorithm, backend: a name or a list of names. seed: a seed or a "
        "list of seeds. Any other key: a parameter (dimension, or algorithm.population where both "
        "have it): a value or a list.",
    ),
]


class Experiment(Strict):
    """A grid of runs: every problem with every algorithm on every backend from every seed."""

    experiment: Annotated[Name, AfterValidator(_own_name)] = Field(
        description="Its name; results lie in results/<experiment>/."
    )
    problems: dict[Name, Problem] = Field(min_length=1, description="What is optimised, by name.")
    algorithms: dict[Name, Algorithm] = Field(min_length=1, description="What optimises, by name.")
    backends: dict[Name, BackendEntry] = Field(min_length=1, description="Where, by name.")
    seeds: Seeds = Field(
        description="The seeds of every configuration: a list, {first, count}, or {first, "
        "at_least, at_most, until} for as many as a comparison takes."
    )
    runs_per_job: RunsPerJob = Field(
        default="auto",
        description="Seeds of a configuration that one process runs in turn; auto: any runs on one "
        "backend, about 20 seconds of work.",
    )
    only: list[Match] = Field(default=[], description="Keep the runs that match any.")
    exclude: list[Match] = Field(default=[], description="Cut the runs that match any.")
    container: Container = Field(default=Container(), description="A container a run.")
    tracking: Tracking = Field(default=Tracking(), description="Where MLflow shows the runs.")

    _import_path: str = PrivateAttr(default=".")

    @classmethod
    def parse(cls, data: Any, import_path: str = ".") -> "Experiment":
        """Return the experiment in a config's mapping; raises pydantic's ValidationError."""
        experiment = cls.model_validate(data)
        experiment._import_path = import_path
        return experiment

    @classmethod
    def of_parts(
        cls, problems: dict[str, Problem], algorithms: dict[str, Algorithm], import_path: str
    ) -> "Experiment":
        """Return a grid of correct parts only, to try them; it may lack problems or algorithms."""
        experiment = cls.model_construct(
            experiment="parts",
            problems=problems,
            algorithms=algorithms,
            backends={"serial": BackendEntry(use="serial")},
            seeds=(1,),
        )
        experiment._import_path = import_path
        return experiment

    @property
    def import_path(self) -> str:
        """The config's folder, relative to the working folder; it has the user's modules."""
        return self._import_path

    @property
    def folder(self) -> Path:
        """`results/<experiment>`."""
        return RESULTS / self.experiment


def schema() -> str:
    """Return the JSON schema of config files: `workflow/schemas/experiment.schema.json`."""
    return json.dumps(Experiment.model_json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    print(schema(), end="")
