"""Algorithms written with DEAP's interface, called as evosweep calls its own."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from evosweep.plugins.parameters import integer


def adapt(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with the interface of an algorithm, whichever of two it has.

    One that names `stats` or `halloffame`, or takes `population` first, is written as DEAP's own
    (`deap.algorithms.eaSimple`): it is given `toolbox.population(n=params["population"])`, and the
    statistics and the hall of fame under DEAP's names. Anything else is an algorithm already.
    """
    parameters = inspect.signature(function).parameters
    stock = next(iter(parameters), "") == "population"
    if not stock and not {"stats", "halloffame"} & set(parameters):
        return function
    return _adapted(function, parameters, stock)


def _adapted(function: Callable[..., Any], parameters: Any, stock: bool) -> Callable[..., Any]:
    @wraps(function)
    def algorithm(toolbox: Any, *, statistics: Any, hall_of_fame: Any, **params: Any) -> Any:
        given = {"stats": statistics, "halloffame": hall_of_fame, "verbose": False}
        passed = {name: value for name, value in given.items() if name in parameters}
        if stock:
            size = integer("population", params.pop("population", None))
            return function(toolbox.population(n=size), toolbox, **{**passed, **params})
        return function(toolbox, **{**passed, **params})

    algorithm.__signature__ = _signature(parameters)  # type: ignore[attr-defined]
    return algorithm


def _signature(parameters: Any) -> inspect.Signature:
    """Of the adapted function: `population` is a number that the config gives."""
    ours = ("toolbox", "stats", "halloffame", "verbose")
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    own = [
        p if p.kind in kinds else p.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, p in parameters.items()
        if name not in ours and p.kind is not inspect.Parameter.VAR_POSITIONAL
    ]
    passed = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY)
        for name in ("statistics", "hall_of_fame")
    ]
    toolbox = inspect.Parameter("toolbox", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    rest = [p for p in own if p.kind is inspect.Parameter.VAR_KEYWORD]
    named = [p for p in own if p.kind is not inspect.Parameter.VAR_KEYWORD]
    return inspect.Signature([toolbox, *passed, *named, *rest])
