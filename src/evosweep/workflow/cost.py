"""How many evaluations a run will need, by its spec alone: what shares are balanced by."""

from collections.abc import Mapping

from evosweep.config.spec import AlgorithmSpec, RunSpec

_TOTAL = ("evaluations", "max_evaluations", "budget")
_GENERATIONS = ("generations", "ngen")
_EACH = ("lambda_", "population", "mu")  # evaluations in a generation: the first that is a number
_USUAL = 100  # where the spec leaves a number to the function's default
_known: dict[str, float] = {}


def evaluations(spec: RunSpec) -> float:
    """Return the evaluations that a run makes at most, roughly; the same on every host.

    Population times generations, or the budget where the algorithm has one, and no more than its
    stop condition allows.
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
