"""The keys of problems, algorithms and backends that enter the names of runs.

An experiment (`config.experiment`) and the spec of one run (`config.spec`) share them.
"""

import json
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from evosweep.backends.names import HOST
from evosweep.backends.table import BACKENDS, mistake_in_options
from evosweep.config.strict import Parameters, Strict
from evosweep.errors import did_you_mean, shown

_POLICIES = "'fail', {penalty: [a finite number an objective]} or {retry: how often, 1 or more}"


def _failure_policy(value: object) -> object:
    """Return the failure policy of a problem in the form of a spec."""
    match value:
        case "fail":
            return value
        case {"retry": int(count), **rest} if not rest and count >= 1 and count is not True:
            return value
        case {"penalty": [_, *_] as penalty, **rest} if not rest and all(map(_is_finite, penalty)):
            return {"penalty": [float(number) for number in penalty]}
    raise ValueError(f"should be {_POLICIES}, not {shown(value)}")


def _is_finite(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


FailurePolicy = Annotated[
    Any,
    PlainValidator(_failure_policy),
    WithJsonSchema(
        {
            "description": "What a failing evaluation does: fail the run, or count as a penalty, "
            "or be tried again.",
            "anyOf": [
                {"const": "fail"},
                {
                    "type": "object",
                    "properties": {"penalty": {"type": "array", "items": {"type": "number"}}},
                    "required": ["penalty"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {"retry": {"type": "integer", "minimum": 1}},
                    "required": ["retry"],
                    "additionalProperties": False,
                },
            ],
            "default": "fail",
        }
    ),
]


def _backend_name(value: object) -> object:
    if not isinstance(value, str) or value not in BACKENDS:
        hint = did_you_mean(value, BACKENDS) if isinstance(value, str) else ""
        raise ValueError(f"unknown backend {shown(value)}; allowed: {', '.join(BACKENDS)}{hint}")
    return value


class Canonical(Strict):
    """A part of a spec that enters its hash."""

    nameless: ClassVar[frozenset[str]] = frozenset({"name", "compare"})
    """Keys that do not enter a run's name."""

    @cached_property
    def canonical(self) -> str:
        """Return its canonical JSON: sorted, compact, without its label and its defaults."""
        return compact(self.model_dump(exclude=set(self.nameless), exclude_defaults=True))


class Part(Canonical):
    """A problem or an algorithm: the name of a function, and its parameters."""

    use: str = Field(min_length=1, description="A built-in's short name, or module:function.")
    params: Parameters = Field(default={}, description="Fixed parameters of the function.")


Attribute = Annotated[str, Field(pattern=r"^[^\W\d]\w*$")]


class ProblemOptions(Canonical):
    """Options of a problem for the evaluator, in addition to its parameters."""

    stochastic: bool = Field(default=False, description="Evaluations draw random numbers.")
    lamarckian: bool = Field(default=False, description="Evaluations return (fitness, genome).")
    infinite: bool = Field(default=False, description="An infinite fitness is allowed.")
    timeout: float | None = Field(default=None, gt=0, description="Seconds an evaluation may take.")
    failure: FailurePolicy = "fail"
    attributes: list[Attribute] = Field(
        default=[],
        description="Attributes of an individual that evaluations read, such as age; `fitness` "
        "stands for the values that it had before.",
    )
    compare: list[str] = Field(
        default=[],
        description="Swept parameters that belong to what is compared, such as an operator's: they "
        "are shown with the algorithm, and the problem stays one problem.",
    )


class Stop(Strict):
    """Conditions that end a run early; they are checked after each generation."""

    target: float | Literal["declared"] | None = Field(
        default=None,
        description="Value of the one objective that is good enough; declared: the problem's own.",
    )
    evaluations: int | None = Field(default=None, ge=1, description="Evaluations that are enough.")
    seconds: float | None = Field(default=None, gt=0, description="Seconds that are enough.")
    stagnation: int | None = Field(
        default=None, ge=1, description="Generations without a better best that are enough."
    )


class AlgorithmOptions(Canonical):
    """Options of an algorithm for the run, in addition to its parameters."""

    stop: Stop = Field(default=Stop(), description="When to stop before the algorithm would.")
    callback: str | None = Field(
        default=None,
        min_length=1,
        description="module:function, called after each generation; to return true stops the run.",
    )
    hall_of_fame: Annotated[int, Field(ge=1)] | Literal["pareto", "none"] | None = Field(
        default=None,
        description="What the algorithm is given as its hall of fame: so many best individuals, "
        "the Pareto front, or none. By default the best one, or the front of several objectives.",
    )


Host = Annotated[str, Field(pattern=f"^{HOST.pattern}$", max_length=300)]


class BackendOptions(Canonical):
    """The backend, which evaluates individuals.

    Its name and number of workers enter a run's name, and so does the name of a function that makes
    an executor: the comparison treats two such functions as two backends. The code of this function
    and the address of a running engine do not enter the name, since no result depends on them.
    """

    nameless: ClassVar[frozenset[str]] = frozenset({"name", "scheduler", "hosts"})

    use: Annotated[str, PlainValidator(_backend_name), WithJsonSchema({"enum": list(BACKENDS)})] = (
        Field(description="; ".join(f"{k.name}: {k.summary}" for k in BACKENDS.values()) + ".")
    )
    workers: int = Field(default=1, ge=1, description="Processes that evaluate.")
    executor: str | None = Field(
        default=None,
        min_length=1,
        description="For futures: module:function, which is called with the number of workers and "
        "returns a concurrent.futures.Executor.",
    )
    scheduler: str | None = Field(
        default=None,
        min_length=1,
        description="For dask: the address of a scheduler that is there, or the file that it "
        "wrote; by default DASK_SCHEDULER_ADDRESS, else a cluster of the run's own.",
    )
    hosts: list[Host] | str | None = Field(
        default=None,
        min_length=1,
        description="For scoop: the host of each worker, a file with hosts, or slurm for the nodes "
        "of the allocation; no part of a run's name.",
    )

    @property
    def options(self) -> dict[str, object]:
        """The given keys that not every backend has."""
        return self.model_dump(exclude={"name", "use", "workers"}, exclude_defaults=True)

    @model_validator(mode="before")
    @classmethod
    def _one_worker_a_host(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("hosts"), list):
            return {"workers": len(data["hosts"]) or 1, **data}
        return data

    @model_validator(mode="after")
    def _options_of_that_backend(self) -> Self:
        if mistake := mistake_in_options(BACKENDS[self.use], self.options):
            raise ValueError(mistake)
        return self

    @model_validator(mode="after")
    def _one_worker_where_alone(self) -> Self:
        if BACKENDS[self.use].alone and self.workers != 1:
            others = " or ".join(kind.name for kind in BACKENDS.values() if not kind.alone)
            raise ValueError(f"{self.use} has 1 worker, not {self.workers}; use {others} for more")
        return self


def compact(value: object) -> str:
    """Return the canonical JSON of a value: sorted keys, no spaces, finite numbers only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
