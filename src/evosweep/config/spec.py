"""The spec of one run: problem, algorithm, backend and seed, with the hashes that name it.

`run_id` is the first 12 hexadecimal digits of SHA-256 over the run's canonical JSON: keys sorted,
no spaces, defaults omitted, labels and `import_path` left out, and the digests of the source files
of problem and algorithm put in. Edited code is therefore a new run. `spec_id` is the same without
the backend: runs that share it must have equal populations.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, PlainValidator, ValidationError, WithJsonSchema, model_validator

from evosweep.backends.names import HOST
from evosweep.backends.table import BACKENDS, mistake_in_options
from evosweep.config import passwords
from evosweep.config.strict import Name, Parameters, Strict, explain
from evosweep.errors import InputError, did_you_mean, shown
from evosweep.plugins import signatures, sources

MAX_SEED = 2**32 - 1  # what numpy.random.seed takes

_POLICIES = "'fail', {penalty: [a finite number an objective]} or {retry: how often, 1 or more}"


def _failure_policy(value: object) -> object:
    """The failure policy of a problem in the form that the spec keeps."""
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
    if value not in BACKENDS:
        hint = did_you_mean(str(value), BACKENDS)
        raise ValueError(f"unknown backend {shown(value)}; allowed: {', '.join(BACKENDS)}{hint}")
    return value


class Canonical(Strict):
    """A part of a spec that counts in its hash."""

    nameless: ClassVar[frozenset[str]] = frozenset({"name", "compare"})
    """Keys that are no part of a run's name."""

    @cached_property
    def canonical(self) -> str:
        """Its canonical JSON: sorted, compact, without its label and its defaults."""
        return _compact(self.model_dump(exclude=set(self.nameless), exclude_defaults=True))


class Part(Canonical):
    """A problem or an algorithm: a function by name, and the parameters it is called with."""

    use: str = Field(min_length=1, description="A built-in's short name, or module:function.")
    params: Parameters = Field(default={}, description="Fixed parameters of the function.")


Attribute = Annotated[str, Field(pattern=r"^[^\W\d]\w*$")]


class ProblemOptions(Canonical):
    """Options of a problem that the evaluator needs beside its parameters."""

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
    """Options of an algorithm that the run needs beside its parameters."""

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


class ProblemSpec(ProblemOptions, Part):
    """The problem of one run."""

    name: Name | Annotated[str, Field(max_length=0)] = Field(default="", description="Its label.")


class AlgorithmSpec(AlgorithmOptions, Part):
    """The algorithm of one run."""

    name: Name | Annotated[str, Field(max_length=0)] = Field(default="", description="Its label.")


Host = Annotated[str, Field(pattern=f"^{HOST.pattern}$", max_length=300)]


class BackendOptions(Canonical):
    """Where evaluations happen.

    The kind of engine and its number of workers are part of a run's name, as is the function that
    makes an executor: two of them are compared as two backends. The code of that function is not,
    and neither is the place of an engine that is there: no result depends on them.
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
        """The keys that not every backend has, as far as they are given."""
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


class BackendSpec(BackendOptions):
    """The backend of one run."""

    name: Name | Annotated[str, Field(max_length=0)] = Field(default="", description="Its label.")


class RunSpec(Strict):
    """One run, whole: `parse` reads it, `run_id` names it, `to_dict` is what its record keeps."""

    problem: ProblemSpec
    algorithm: AlgorithmSpec
    backend: BackendSpec
    seed: int = Field(ge=0, le=MAX_SEED)
    import_path: str = "."

    @classmethod
    def parse(cls, source: str | Mapping[str, object]) -> "RunSpec":
        """The spec in a JSON text or a dict; raises InputError naming every mistake at once."""
        if isinstance(source, str):
            try:
                source = json.loads(source)
            except (ValueError, RecursionError) as error:
                raise InputError(f"the spec is not JSON: {error}") from None
        try:
            return cls.model_validate(source)
        except ValidationError as error:
            raise InputError(f"spec: {'; '.join(explain(error, cls))}") from None

    def to_dict(self) -> dict[str, Any]:
        """The spec as JSON types, as `record.json` keeps it; options at their default are left out.

        `use`, `params`, `workers`, `seed` and `import_path` are always there.
        """
        return {
            "problem": _trimmed(self.problem),
            "algorithm": _trimmed(self.algorithm),
            "backend": _trimmed(self.backend),
            "seed": self.seed,
            "import_path": self.import_path,
        }

    @property
    def functions(self) -> dict[str, str]:
        """The functions of the run by kind: problem, algorithm, and callback if there is one."""
        named = {"problem": self.problem.use, "algorithm": self.algorithm.use}
        return named | ({"callback": self.algorithm.callback} if self.algorithm.callback else {})

    @cached_property
    def sources(self) -> dict[str, str]:
        """SHA-256 of the code of problem, algorithm and callback; see `plugins.sources`."""
        return {
            kind: sources.digest(kind, use, self.import_path)
            for kind, use in self.functions.items()
        }

    def named_by(self, sources: Mapping[str, str]) -> "RunSpec":
        """The same run with these digests of sources, such as those in its receipt."""
        copy = RunSpec.parse(self.to_dict())
        copy.__dict__["sources"] = dict(sources)  # where a cached property keeps its value
        return copy

    @cached_property
    def run_id(self) -> str:
        """The name of this run: 12 hexadecimal digits."""
        return _short_hash(self._canonical("problem", "algorithm", "backend"))

    @cached_property
    def spec_id(self) -> str:
        """The run's name without its backend: all runs that share it must give one population."""
        return _short_hash(self._canonical("problem", "algorithm"))

    @property
    def backend_options(self) -> dict[str, object]:
        """What its backend is made with beside the number of workers."""
        options = dict(self.backend.options)
        options.pop("hosts", None)  # they are the launcher's concern
        return options | ({"import_path": self.import_path} if "executor" in options else {})

    def complaints(self) -> Iterator[str]:
        """A line for each mistake in the functions that the spec names; it imports none."""
        for kind, part in (("problem", self.problem), ("algorithm", self.algorithm)):
            pairs = signatures.complaints(kind, part.use, part.params, self.import_path)
            yield from (f"{kind}.{key}: {message}" for key, message in pairs)
            for name, message in passwords.complaints(part.params):
                yield f"{kind}.params.{name}: {message}"
        if self.backend.executor is not None:
            try:
                signatures.find_signature("executor", self.backend.executor, self.import_path)
            except InputError as error:
                yield f"backend.executor: {error}"

    def check(self) -> None:
        """Raise InputError, one line, when a function or a parameter does not exist."""
        if complaints := list(self.complaints()):
            raise InputError("; ".join(complaints))

    def _canonical(self, *parts: str) -> str:
        texts = {part: getattr(self, part).canonical for part in parts}
        texts |= {"seed": str(self.seed), "sources": _compact(self.sources)}
        return "{" + ",".join(f'"{key}":{texts[key]}' for key in sorted(texts)) + "}"


def _trimmed(part: ProblemSpec | AlgorithmSpec | BackendSpec) -> dict[str, object]:
    kept = part.model_dump(exclude_defaults=True)
    always = part.model_dump(include={"use", "params", "workers"})
    named = {"name": part.name} if part.name else {}
    return named | always | kept


def _compact(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
