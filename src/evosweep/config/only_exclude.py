"""Select combinations and seeds of a grid by `only` and `exclude`.

A match is a mapping. `problem`, `algorithm` and `backend` are compared with names, `seed` with
seeds. Any other key is a parameter of the problem or the algorithm; write `algorithm.population` if
both have it, and `problem.seed` for a parameter with one of these four names. A list means any of
its values, so that a value which is itself a list must be written inside a list. Values are equal
if their JSON is equal: `1`, `1.0`, `true` and `"1"` are four different values.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from evosweep.config.design import is_among
from evosweep.config.experiment import Algorithm, Experiment, Problem
from evosweep.config.spec import AlgorithmSpec, BackendSpec, ProblemSpec
from evosweep.errors import did_you_mean, shown

Match = dict[str, object]
_NAMED = ("problem", "algorithm", "backend")
_SEED = "seed"


def selected_seeds(
    experiment: Experiment, problem: ProblemSpec, algorithm: AlgorithmSpec, backend: BackendSpec
) -> Sequence[int]:
    """Return the seeds of this combination that the grid runs, in the config's order."""
    if not experiment.only and not experiment.exclude:
        return experiment.seeds
    facts: dict[str, list[object]] = {
        "problem": [problem.name],
        "algorithm": [algorithm.name],
        "backend": [backend.name],
    }
    for kind, params in (("problem", problem.params), ("algorithm", algorithm.params)):
        _add(facts, kind, {name: [value] for name, value in params.items()})
    seeds: Sequence[int] = experiment.seeds
    if experiment.only:
        kept = [match for match in experiment.only if _matches(facts, match)]
        seeds = _of_any(kept, seeds)
    cut = [match for match in experiment.exclude if _matches(facts, match)]
    unwanted = _of_any(cut, seeds)
    if not unwanted:
        return seeds
    if len(unwanted) == len(seeds):
        return ()
    return tuple(seed for seed in seeds if seed not in unwanted)


def _of_any(matches: Sequence[Match], seeds: Sequence[int]) -> Sequence[int]:
    """Return the seeds of any of the matches; a match without seeds has all of them."""
    if any(_SEED not in match for match in matches):
        return seeds
    named = [choice for match in matches for choice in _choices(match[_SEED])]
    wanted = {choice for choice in named if type(choice) is int and choice in seeds}
    return tuple(sorted(wanted, key=seeds.index))


def mistakes(experiment: Experiment) -> Iterator[str]:
    """Yield a line for each name and value in `only` and `exclude` that the grid lacks."""
    facts = _all_facts(experiment)
    for where in ("only", "exclude"):
        for number, match in enumerate(getattr(experiment, where)):
            for key, wanted in match.items():
                if key == _SEED:
                    reason = _wrong_seed(experiment.seeds, wanted)
                else:
                    reason = _mistake(facts, key, wanted)
                if reason:
                    yield f"{where}[{number}].{key}: {reason}"


def _matches(facts: dict[str, list[object]], match: Match) -> bool:
    """Return True if a combination fits a match, without regard to seeds."""
    return all(
        any(is_among(wanted, value) for value in facts.get(key, ()))
        for key, wanted in match.items()
        if key != _SEED
    )


def _choices(wanted: object) -> list[object]:
    return wanted if isinstance(wanted, list) else [wanted]


def _wrong_seed(seeds: Sequence[int], wanted: object) -> str:
    for value in _choices(wanted):
        if type(value) is not int or value not in seeds:
            few = ", ".join(map(str, seeds[:20]))
            more = ", ..." if len(seeds) > 20 else ""
            return f"{shown(value)} is none of the seeds; allowed: {few}{more}"
    return ""


def _mistake(facts: dict[str, list[object]], key: str, wanted: object) -> str:
    if key not in facts:
        allowed = ", ".join([_SEED, *(name for name in facts if "." not in name)])
        return f"nothing in the grid has it; allowed: {allowed}{did_you_mean(key, facts)}"
    for value in _choices(wanted):
        if not is_among(facts[key], value):
            allowed = ", ".join(shown(choice) for choice in facts[key][:20])
            return f"no combination has {shown(value)}; allowed: {allowed}"
    return ""


def _all_facts(experiment: Experiment) -> dict[str, list[object]]:
    """Return all keys that a match may have, with their values in the whole grid."""
    facts: dict[str, list[object]] = {
        name: list(getattr(experiment, f"{name}s")) for name in _NAMED
    }
    parts: Iterator[Problem | Algorithm] = chain(
        experiment.problems.values(), experiment.algorithms.values()
    )
    for part in parts:
        kind = "problem" if isinstance(part, Problem) else "algorithm"
        _add(facts, kind, part.taken())
    return facts


def _add(facts: dict[str, list[object]], kind: str, params: dict[str, list[object]]) -> None:
    for name, values in params.items():
        facts.setdefault(f"{kind}.{name}", []).extend(values)
        if name not in (*_NAMED, _SEED):
            facts.setdefault(name, []).extend(values)
