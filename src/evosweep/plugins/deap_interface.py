"""Adapt algorithms that have DEAP's interface, so that they can be called like evosweep's."""

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from types import FunctionType
from typing import Protocol
from weakref import WeakKeyDictionary

from evosweep.plugins.parameters import integer

_FROM_THE_RUN = ("toolbox", "stats", "halloffame", "verbose")
_VARIADIC = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)

_parameters: WeakKeyDictionary[FunctionType, Mapping[str, inspect.Parameter]] = WeakKeyDictionary()


class Populating(Protocol):
    """A toolbox that makes the first population for an algorithm of DEAP's."""

    def population(self, *, n: int) -> Sequence[object]:
        """Return `n` new individuals."""


Algorithm = Callable[..., object]


def is_written_for_deap(names: Collection[str]) -> bool:
    """Return True if a function with these parameters has DEAP's interface, as `eaSimple` has.

    Such a function takes `population` first, or has a parameter `stats` or `halloffame`. All code
    that needs this decision calls this function.
    """
    return next(iter(names), "") == "population" or not {"stats", "halloffame"}.isdisjoint(names)


def parameters_of(function: Algorithm) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of an imported function, below its decorators and partials.

    Those of a plain function are read once: the runs of a job share their functions, and each
    run asks some seven times. Raises TypeError or ValueError for code in C without a signature.
    """
    if not isinstance(function, FunctionType):
        return inspect.signature(function).parameters
    if (parameters := _parameters.get(function)) is None:
        parameters = _parameters[function] = inspect.signature(function).parameters
    return parameters


def adapt(function: Algorithm) -> Algorithm:
    """Return `function` with evosweep's interface of algorithms.

    A function with DEAP's interface gets the statistics and the hall of fame under DEAP's names. If
    it takes `population` first, it gets `toolbox.population(n=params["population"])`.
    """
    try:
        parameters = parameters_of(function)
    except (TypeError, ValueError):  # written in C: the call itself checks its arguments
        return function
    return _adapted(function, parameters) if is_written_for_deap(parameters) else function


def _adapted(function: Algorithm, parameters: Mapping[str, inspect.Parameter]) -> Algorithm:
    takes_population = next(iter(parameters)) == "population"

    @wraps(function)
    def algorithm(
        toolbox: Populating, *, statistics: object, hall_of_fame: object, **params: object
    ) -> object:
        offered = {"stats": statistics, "halloffame": hall_of_fame, "verbose": False}
        passed = {name: value for name, value in offered.items() if name in parameters}
        if takes_population:
            size = integer("population", params.pop("population", None))
            return function(toolbox.population(n=size), toolbox, **{**passed, **params})
        return function(toolbox, **{**passed, **params})

    vars(algorithm)["__signature__"] = _signature(parameters)
    return algorithm


def _signature(parameters: Mapping[str, inspect.Parameter]) -> inspect.Signature:
    """Return the adapted function's signature, in which `population` is a number."""
    own = [p for name, p in parameters.items() if name not in _FROM_THE_RUN]
    named = [p.replace(kind=p.KEYWORD_ONLY) for p in own if p.kind not in _VARIADIC]
    rest = [p for p in own if p.kind is p.VAR_KEYWORD]
    passed = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY)
        for name in ("statistics", "hall_of_fame")
    ]
    toolbox = inspect.Parameter("toolbox", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return inspect.Signature([toolbox, *passed, *named, *rest])
