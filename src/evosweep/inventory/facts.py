"""A run as flat facts (`problem.params.bits`: `100`), and the difference between two runs.

Values are JSON texts, so that `1`, `1.0`, `true` and `"1"` stay apart, as they do in a run_id.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evosweep.config.spec import RunSpec

SEED = "seed"
_SOURCE = "source of the "
_ABSENT = "not given"
# The distance that each kind of difference adds between two runs; an edit of the code adds least.
_COSTS = {_SOURCE: 1, "problem.params.": 5, "algorithm.params.": 5, "problem.use": 50,
          "algorithm.use": 50}  # fmt: skip
_OPTION = 2
SEED_COST = 4

Facts = Mapping[str, str]


@dataclass(frozen=True)
class FactChange:
    """A fact that differs between two runs."""

    name: str
    here: str
    there: str

    @property
    def kind(self) -> str:
        """The function whose source differs, problem or algorithm; empty for any other fact."""
        return self.name.removeprefix(_SOURCE) if self.name.startswith(_SOURCE) else ""


def facts_of(spec: RunSpec, sources: Mapping[str, str]) -> dict[str, str]:
    """Return all facts that enter a run's name, except its seed."""
    parts = {
        part: json.loads(getattr(spec, part).canonical)
        for part in ("problem", "algorithm", "backend")
    }
    facts = dict(_flat("", parts))
    return facts | {f"{_SOURCE}{kind}": digest for kind, digest in sources.items()}


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _flat(f"{name}.{key}" if name else key, item)
    else:
        yield name, json.dumps(value, sort_keys=True)


def differences(here: Facts, there: Facts) -> list[FactChange]:
    """Return the facts that differ between two runs, in the order of the first run's facts."""
    names = dict.fromkeys((*here, *there))
    return [
        FactChange(name, here.get(name, _ABSENT), there.get(name, _ABSENT))
        for name in names
        if here.get(name) != there.get(name)
    ]


def distance(here: Facts, there: Facts) -> int:
    """Return the distance of two runs, without regard to their seeds."""
    return sum(
        next((cost for start, cost in _COSTS.items() if each.name.startswith(start)), _OPTION)
        for each in differences(here, there)
    )
