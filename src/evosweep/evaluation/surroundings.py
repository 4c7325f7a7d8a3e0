"""Find values that an evaluation may read besides its individual: globals, closures, attributes.

If a program keeps its generation in a global variable, the variable only changes in one process.
Then an evaluation in another process may see an old value.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType

_SIMPLE = (int, float, str, bytes, bool, type(None))
_DEEPEST = 4
_MOST = 500
_LONGEST = 64  # items of a container that are looked at

Snapshot = tuple[object, ...]


def snapshot(function: Callable[..., object]) -> Snapshot:
    """Return the simple values that a function can reach by name, in a fixed order."""
    values: list[object] = []
    for value in _reached(function, 0, set()):
        values.append(value)
        if len(values) >= _MOST:
            break
    return tuple(values)


def _reached(thing: object, depth: int, seen: set[int]) -> Iterator[object]:
    if isinstance(thing, _SIMPLE):
        yield thing
        return
    if depth > _DEEPEST or id(thing) in seen:
        return
    seen.add(id(thing))
    for part in _parts(thing):
        yield from _reached(part, depth + 1, seen)


def _parts(thing: object) -> Iterator[object]:
    if isinstance(thing, partial):
        yield from (thing.func, *thing.args, *thing.keywords.values())
    elif isinstance(thing, MethodType):
        yield from (thing.__func__, thing.__self__)
    elif isinstance(thing, FunctionType):
        yield from _of_function(thing)
    elif isinstance(thing, list | tuple):
        yield from thing[:_LONGEST]
    elif isinstance(thing, dict):
        yield from list(thing.values())[:_LONGEST]
    elif not isinstance(thing, ModuleType) and _is_of_program(type(thing)):
        yield from vars(thing).values()
    elif isinstance(thing, type) and _is_of_program(thing):
        yield from (value for name, value in vars(thing).items() if not name.startswith("__"))


def _of_function(function: FunctionType) -> Iterator[object]:
    if not _is_of_program(function):
        return
    names = list(_names(function.__code__))
    for name in names:
        value = function.__globals__.get(name)
        yield value
        if isinstance(value, ModuleType) and _is_of_program(value):
            yield from (vars(value).get(other) for other in names)
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
    yield from function.__defaults__ or ()


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _is_of_program(thing: object) -> bool:
    """Return True if an object is defined by the program, and not by a library."""
    name = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", None)
    if not isinstance(name, str) or not isinstance(getattr(thing, "__dict__", None), object):
        return False
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names and top != "__main__":
        return False
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    return "site-packages" not in file and top not in ("deap", "numpy", "evosweep")
