"""The spec of one run: problem, algorithm, backend and seed, with the hashes that name it.

`run_id` is the first 12 hexadecimal digits of SHA-256 over the run's canonical JSON. Its keys are
sorted; it has no spaces, defaults, labels or `import_path`; and it includes the digests of the
sources of problem and algorithm, so that a run of edited code is a new run. `spec_id` is the same
without the backend: runs that share it must have equal populations.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from evosweep.config import passwords
from evosweep.config.options import AlgorithmOptions, BackendOptions, Part, ProblemOptions, compact
from evosweep.config.strict import Name, Strict, explain
from evosweep.errors import InputError, shown
from evosweep.plugins import signatures, sources

MAX_SEED = 2**32 - 1  # the largest seed of numpy.random.seed


def _path(text: str) -> str:
    if "\0" in text or (not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)):
        raise ValueError(f"{shown(text)} is no name of a folder")
    return text


class ProblemSpec(ProblemOptions, Part):
    """The problem of one run."""

    name: Name | Annotated[str, Field(max_length=0)] = Field(default="", description="Its label.")


class AlgorithmSpec(AlgorithmOptions, Part):
    """The algorithm of one run."""

    name: Name | Annotated[str, Field(max_length=0)] = Field(default="", description="Its label.")


class BackendSpec(BackendOptions):
    """The backend of one run."""

    name: Name | Annotated[str, Field(max_length=0)] = Field(default="", description="Its label.")


class RunSpec(Strict):
    """The spec of one run: `parse` reads it, `run_id` names it, `to_dict` gives it to the
    record."""

    problem: ProblemSpec
    algorithm: AlgorithmSpec
    backend: BackendSpec
    seed: int = Field(ge=0, le=MAX_SEED)
    import_path: Annotated[str, Field(max_length=4096), AfterValidator(_path)] = "."

    @classmethod
    def parse(cls, source: str | Mapping[str, object]) -> "RunSpec":
        """Return the spec in a JSON text or a dict; raises InputError that names all mistakes."""
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
        """Return the spec as JSON types for `record.json`.

        Options with their default value are left out, except `use`, `params`, `workers`, `seed` and
        `import_path`. Each call returns a dict of its own.
        """
        return deepcopy(self.document)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The dict of `to_dict`; all readers share it, and none may change it."""
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
        """Return the same run with these digests of sources, such as those in its receipt."""
        copy = RunSpec.parse(self.to_dict())
        copy.__dict__["sources"] = dict(sources)  # a cached property stores its value there
        return copy

    @cached_property
    def run_id(self) -> str:
        """The name of this run: 12 hexadecimal digits."""
        return _short_hash(self._canonical("problem", "algorithm", "backend"))

    @cached_property
    def spec_id(self) -> str:
        """The name of the run without its backend; runs that share it must have equal
        populations."""
        return _short_hash(self._canonical("problem", "algorithm"))

    @property
    def backend_options(self) -> dict[str, object]:
        """The keyword arguments of its backend, in addition to the number of workers."""
        options = dict(self.backend.options)
        options.pop("hosts", None)  # only the launcher uses them
        return options | ({"import_path": self.import_path} if "executor" in options else {})

    def complaints(self) -> Iterator[str]:
        """Yield a line for each mistake in the functions that the spec names; it imports none."""
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
        """Raise InputError if a function or a parameter does not exist."""
        if complaints := list(self.complaints()):
            raise InputError("; ".join(complaints))

    def _canonical(self, *parts: str) -> str:
        texts = {part: getattr(self, part).canonical for part in parts}
        texts |= {"seed": str(self.seed), "sources": compact(self.sources)}
        return "{" + ",".join(f'"{key}":{texts[key]}' for key in sorted(texts)) + "}"


_ALWAYS = frozenset({"use", "params", "workers"})


def _trimmed(part: ProblemSpec | AlgorithmSpec | BackendSpec) -> dict[str, object]:
    kept = part.model_dump(exclude_defaults=True)
    always = {name: getattr(part, name) for name in type(part).model_fields if name in _ALWAYS}
    named = {"name": part.name} if part.name else {}
    return named | always | kept


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
