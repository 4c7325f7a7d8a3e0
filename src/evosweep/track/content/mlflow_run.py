"""One run for MLflow: names, times, parameters, tags, metrics and artifacts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypedDict

from evosweep.files.content_id import content_id

FINISHED, FAILED, RUNNING, KILLED = "FINISHED", "FAILED", "RUNNING", "KILLED"
_LONGEST_KEY = 250
_LONGEST_TAG = 7900
_REFUSED = re.compile(r"[^\w.\-/ ]")
_LEADING_DOTS = re.compile(r"^\.+")


class Point(NamedTuple):
    """One value of a metric; `timestamp` in milliseconds since the epoch."""

    key: str
    value: float
    timestamp: int
    step: int


class Data(TypedDict):
    """The data behind a problem: a name, a digest, perhaps a size, and the problem as `source`."""

    name: str
    digest: str
    source: str
    rows: int | None
    columns: int | None


class Summary(TypedDict, total=False):
    """The values of one run for the aggregate over seeds."""

    seed: int
    own_name: str
    """The part of its name that distinguishes the run from its siblings."""
    spec_id: str
    digest: str
    order: str
    """The digest of the order of results, if the algorithm is asynchronous."""
    best: float | None
    hypervolume: float | None
    evaluations: int
    seconds: float
    success: bool | None
    weight: float
    curve: list[tuple[int, float]]
    """(generation, best so far) at a few of the generations, see `content.convergence`."""


@dataclass(frozen=True)
class MlflowRun:
    """One run for MLflow, made from a folder alone: the same folder gives the same content."""

    mlflow_id: str
    """The run's id in MLflow: the same content has the same id, also in a rebuilt database."""
    name: str
    status: str
    start: int
    """Its start in milliseconds since the epoch; `end` has the same unit."""
    end: int | None
    params: dict[str, str]
    tags: dict[str, str]
    points: list[Point] = field(default_factory=list)
    files: Mapping[str, Path | bytes] = field(default_factory=dict)
    """Artifacts by name: a file to copy, or the content itself."""
    data: Data | None = None
    summary: Summary = field(default_factory=Summary)


def clipped(text: str, length: int = _LONGEST_TAG) -> str:
    """Return the text, cut to the length that MLflow stores: by default that of a tag."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def accepted_keys(keys: Iterable[str]) -> Mapping[str, str]:
    """Return for each name a different name that any version of MLflow accepts.

    MLflow accepts letters, digits and `_-./ ` in up to 250 characters. It refuses names that no
    file can have: with an empty part, or a part that starts with dots.
    """
    return _accepted(tuple(keys))


@lru_cache(1024)  # the runs of an experiment have the same
def _accepted(keys: tuple[str, ...]) -> Mapping[str, str]:
    accepted: dict[str, str] = {}
    taken: set[str] = set()
    for key in sorted(keys, key=lambda key: (_cleaned(key) != key, key)):
        name = _cleaned(key)
        if name in taken or len(name) > _LONGEST_KEY:
            name = f"{name[: _LONGEST_KEY - 9]}_{content_id(key)[:8]}"
        taken.add(name)
        accepted[key] = name
    return accepted


def _cleaned(key: str) -> str:
    parts = _REFUSED.sub("_", key).split("/")
    return "/".join(_LEADING_DOTS.sub("_", part) or "_" for part in parts)
