"""Estimate the evaluations of a run from its spec alone, to balance shares."""

from collections.abc import Mapping

from evosweep.config.spec import AlgorithmSpec, RunSpec

_TOTAL = ("evaluations", "max_evaluations", "budget")
_GENERATIONS = ("generations", "ngen")
_EACH = ("lambda_", "population", "mu")  # evaluations per generation: the first number counts
_USUAL = 100  # used if the spec leaves a number to the function's default
_known: dict[str, float] = {}


def evaluations(spec: RunSpec) -> float:
    """Return roughly the most evaluations of a run; the same number on every host.

    It is population times generations, or the budget if the algorithm has one, and at most the
    number that the stop condition allows.
    """
    key = spec.algorithm.canonical
    if key not in _known:
        _known[key] = _counted(spec.algorithm)
    return _known[key]


def _counted(algorithm: AlgorithmSpec) -> float:
    total = _first(algorithm.params, _TOTAL)
    if total is None:
        each = _first(algorithm.params, _EACH) or _USUAL
        total = each * (1 + (_first(algorithm.params, _GENERATIONS) or _USUAL))
    limit = algorithm.stop.evaluations
    return total if limit is None else min(total, limit)


def _first(params: Mapping[str, object], names: tuple[str, ...]) -> float | None:
    for name in names:
        value = params.get(name)
        if isinstance(value, int | float) and value > 0:
            return float(value)
    return None
