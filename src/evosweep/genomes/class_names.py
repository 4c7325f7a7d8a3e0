"""Look classes and functions up by name, only in modules that this process has already loaded.

Nothing is imported here. A process that rebuilds a genome has built the problem itself, and so has
loaded every module whose classes the genome can hold.
"""

import sys
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType
from typing import NamedTuple

import numpy
from deap import creator

from evosweep.errors import InputError

FUNCTIONS = (FunctionType, BuiltinFunctionType, numpy.ufunc)


class _Name(NamedTuple):
    """A name, and the modules and attributes that led to its object."""

    name: str
    space: Mapping[str, object]
    qualified: str

    def still_leads_to(self, thing: object) -> bool:
        """Return True if the name still leads to this object."""
        return self.space.get(self.qualified) is thing


_names: dict[int, _Name] = {}  # by the id of the named object
_ways: dict[str, _Name] = {}  # the same by name
_seen: dict[str, object] = {}  # the objects that this process has named itself


def name_of(thing: object) -> str:
    """Return `module:qualified name` of a class or a function.

    Raises
    ------
    InputError
        If the name leads to another object or to none, as for a class defined in a function.
    """
    if (earlier := _names.get(id(thing))) is not None and earlier.still_leads_to(thing):
        return earlier.name
    kind = type(thing)
    module = "numpy" if isinstance(thing, numpy.ufunc) else getattr(thing, "__module__", None)
    qualified = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
    name = f"{module}:{qualified}"
    if _look_up(name) is not thing:
        what = "class" if isinstance(thing, type) else kind.__name__
        raise InputError(
            f"genome: the {what} {module}.{qualified} cannot be found by that name in another "
            "process; define it at the top level of its module"
        )
    _seen[name] = thing
    if isinstance(qualified, str) and "." not in qualified:
        space = vars(creator if module == "deap.creator" else sys.modules[str(module)])
        _names[id(thing)] = _ways[name] = _Name(name, space, qualified)
    return name


def named(name: str) -> object:
    """Return the class or function with this name; `InputError` if no loaded module has it."""
    if (way := _ways.get(name)) is not None:
        return way.space[way.qualified]
    thing = _look_up(name)
    if thing is None:
        raise InputError(
            f"genome: no loaded module has {name.replace(':', '.')}; the module of the problem "
            "must import it"
        )
    return thing


def seen_here(name: str) -> object:
    """Return the object of a name that was read from disk, if this process has named it itself."""
    if name not in _seen:
        raise InputError(
            f"genome: the journal names {name.replace(':', '.')}, which no individual of this run "
            "holds; call with --fresh"
        )
    return _seen[name]


def _look_up(name: str) -> object:
    module, _, qualified = name.partition(":")
    thing: object = creator if module == "deap.creator" else sys.modules.get(module)
    for part in qualified.split("."):
        thing = getattr(thing, part, None)
    return thing
