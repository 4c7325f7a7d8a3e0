"""Find an algorithm's horizon: the parameter that sets its number of generations.

It is the parameter `generations`, `epochs` (of several generations each), or `ngen` in DEAP's own
algorithms. An algorithm with another name for it declares it: `my_algorithm.horizon = "steps"`.
"""

from collections.abc import Callable

from evosweep.plugins.deap_interface import parameters_of

_USUAL = ("generations", "ngen", "epochs")


def horizon_of(algorithm: Callable[..., object]) -> tuple[str | None, object]:
    """Return the name of an algorithm's horizon and its default; None if it has no horizon."""
    try:
        parameters = parameters_of(algorithm)
    except (TypeError, ValueError):  # written in C
        return None, None
    declared = getattr(algorithm, "horizon", None)
    names = (declared,) if isinstance(declared, str) else _USUAL
    name = next((each for each in names if each in parameters), None)
    return name, None if name is None else parameters[name].default
