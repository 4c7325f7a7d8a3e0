"""Check the functions that a config names one by one, even if other keys have mistakes."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from evosweep.config import passwords
from evosweep.config.design import Mistakes, place_of
from evosweep.config.experiment import Algorithm, BackendEntry, Experiment, Problem
from evosweep.config.strict import is_name
from evosweep.errors import InputError, key_path
from evosweep.plugins import signatures
from evosweep.plugins.sources import locate

Model = TypeVar("Model", bound=BaseModel)

_LOOKED_AT = 100_000  # variants, in a grid that is refused for its size

_KINDS: tuple[tuple[str, type[Problem] | type[Algorithm]], ...] = (
    ("problem", Problem),
    ("algorithm", Algorithm),
)


def mistakes_in_functions(data: Mapping[str, object], import_path: str) -> Iterator[str]:
    """Yield a line for each function that does not exist, and for each unknown parameter."""
    for kind, name, part in _parts(data):
        yield from _mistakes(kind, name, part, import_path)
    for name, backend in _valid(data, "backends", BackendEntry):
        if backend.executor is not None:
            try:
                signatures.find_signature("executor", backend.executor, import_path)
            except InputError as error:
                yield f"{key_path(('backends', name, 'executor'))}: {error}"


def right_part(data: Mapping[str, object], import_path: str) -> Experiment | None:
    """Return the problems and algorithms without mistakes, as a grid.

    It may have only problems, or only algorithms. It is None if there is neither, or if only a
    container's image has the packages that they need.
    """
    container = data.get("container")
    if isinstance(container, dict) and container.get("engine", "none") != "none":
        return None
    problems: dict[str, Problem] = {}
    algorithms: dict[str, Algorithm] = {}
    for kind, name, part in _parts(data):
        if not is_name(name) or any(_mistakes(kind, name, part, import_path)):
            continue
        if isinstance(part, Problem):
            problems[name] = part
        else:
            algorithms[name] = part
    if not (problems or algorithms):
        return None
    return Experiment.of_parts(problems, algorithms, import_path)


def _parts(data: Mapping[str, object]) -> Iterator[tuple[str, str, Problem | Algorithm]]:
    """Yield the problems and algorithms with correct keys; mistakes in others were reported."""
    for kind, model in _KINDS:
        for name, part in _valid(data, f"{kind}s", model):
            yield kind, name, part


def _valid(data: Mapping[str, object], key: str, model: type[Model]) -> Iterator[tuple[str, Model]]:
    entries = data.get(key)
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        try:
            yield str(name), model.model_validate(entry)
        except ValidationError:
            continue


def _mistakes(kind: str, name: str, part: Problem | Algorithm, import_path: str) -> Iterator[str]:
    if isinstance(part, Algorithm) and part.callback:
        try:
            locate("callback", part.callback, import_path)
        except InputError as error:
            yield f"{key_path(('algorithms', name, 'callback'))}: {error}"
    values = part.listed()
    for parameter, message in passwords.complaints(values):
        yield f"{key_path((f'{kind}s', name, *place_of(part, parameter)))}: {message}"
    for place, message in _of_signature(kind, part, import_path):
        yield f"{key_path((f'{kind}s', name, *place))}: {message}"


def _of_signature(kind: str, part: Problem | Algorithm, import_path: str) -> Mistakes:
    """Yield what the function does not take, or lacks, then what it lacks in some variants."""
    told = dict(signatures.complaints(kind, part.use, part.listed(), import_path))
    for key, message in told.items():
        where, _, parameter = key.partition(".")
        yield place_of(part, parameter) if parameter else (where,), message
    for names in _names_of_variants(part):
        for key, message in signatures.complaints(kind, part.use, names, import_path):
            if key not in told:
                told[key] = message
                yield tuple(key.split(".", 1)), f"{message}, and not every combination has it"


def _names_of_variants(part: Problem | Algorithm) -> set[frozenset[str]]:
    """Return the sets of names that variants have; none if all of them have all names."""
    if not (part.cases or part.when):
        return set()
    return {frozenset(params) for params in islice(part.variants(), _LOOKED_AT)}
