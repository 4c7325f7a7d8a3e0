"""`only` and `exclude`: which combinations of a grid are run.

A match is a mapping. `problem`, `algorithm` and `backend` are compared with names; any other key
is a parameter of the problem or the algorithm (`algorithm.population` where both have it). A list
means any of its values, so a parameter whose value is itself a list is written inside one. Values
are equal when their JSON is: `1`, `1.0`, `true` and `"1"` are four.
"""

import json
from collections.abc import Iterator
from itertools import chain

from evosweep.config.experiment import Algorithm, Experiment, Problem
from evosweep.config.spec import AlgorithmSpec, BackendSpec, ProblemSpec
from evosweep.errors import did_you_mean, shown

Match = dict[str, object]
_NAMED = ("problem", "algorithm", "backend")


def is_selected(
    experiment: Experiment, problem: ProblemSpec, algorithm: AlgorithmSpec, backend: BackendSpec
) -> bool:
    """Whether the grid runs this combination."""
    if not experiment.only and not experiment.exclude:
        return True
    facts: dict[str, list[object]] = {
        "problem": [problem.name],
        "algorithm": [algorithm.name],
        "backend": [backend.name],
    }
    for kind, params in (("problem", problem.params), ("algorithm", algorithm.params)):
        _add(facts, kind, {name: [value] for name, value in params.items()})
    kept = not experiment.only or any(_matches(facts, match) for match in experiment.only)
    return kept and not any(_matches(facts, match) for match in experiment.exclude)


def mistakes(experiment: Experiment) -> Iterator[str]:
    """A line for each name and value in `only` and `exclude` that nothing in the grid has."""
    facts = _all_facts(experiment)
    for where in ("only", "exclude"):
        for number, match in enumerate(getattr(experiment, where)):
            for key, wanted in match.items():
                reason = _mistake(facts, key, wanted)
                if reason:
                    yield f"{where}[{number}].{key}: {reason}"


def _matches(facts: dict[str, list[object]], match: Match) -> bool:
    return all(
        any(_is_among(_choices(wanted), value) for value in facts.get(key, ()))
        for key, wanted in match.items()
    )


def _is_among(values: list[object], value: object) -> bool:
    return any(value == other and json.dumps(value) == json.dumps(other) for other in values)


def _choices(wanted: object) -> list[object]:
    return wanted if isinstance(wanted, list) else [wanted]


def _mistake(facts: dict[str, list[object]], key: str, wanted: object) -> str:
    if key not in facts:
        allowed = ", ".join(name for name in facts if "." not in name)
        return f"nothing in the grid has it; allowed: {allowed}{did_you_mean(key, facts)}"
    for value in _choices(wanted):
        if not _is_among(facts[key], value):
            allowed = ", ".join(shown(choice) for choice in facts[key][:20])
            return f"no combination has {shown(value)}; allowed: {allowed}"
    return ""


def _all_facts(experiment: Experiment) -> dict[str, list[object]]:
    """Every key that a match may have, with the values that it takes in the whole grid."""
    facts: dict[str, list[object]] = {
        name: list(getattr(experiment, f"{name}s")) for name in _NAMED
    }
    parts: Iterator[Problem | Algorithm] = chain(
        experiment.problems.values(), experiment.algorithms.values()
    )
    for part in parts:
        kind = "problem" if isinstance(part, Problem) else "algorithm"
        _add(facts, kind, {name: [value] for name, value in part.params.items()} | part.grid)
    return facts


def _add(facts: dict[str, list[object]], kind: str, params: dict[str, list[object]]) -> None:
    for name, values in params.items():
        facts.setdefault(f"{kind}.{name}", []).extend(values)
        if name not in _NAMED:
            facts.setdefault(name, []).extend(values)
