"""Pickle a user's functions and arguments for workers.

Classes of `creator` are sent by name. With plain pickle, each chunk would create a new class of the
same name, and no individual on the worker would be an instance of it.
"""

import io
import pickle
from collections.abc import Iterator, Mapping
from functools import partial
from types import MethodType
from typing import Any

from deap import creator, gp

from evosweep.errors import InputError

_DEEPEST = 50


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: object) -> Any:
        """Return a class of `creator` by its name, with the way to make it if a worker lacks it."""
        if isinstance(value, creator.MetaCreator):
            return _class_of, value.reduce_args
        return NotImplemented


def _class_of(name: str, parent: type, attributes: Mapping[str, object]) -> type:
    """Return the worker's own class of that name."""
    kind = getattr(creator, name, None)
    if not (isinstance(kind, creator.MetaCreator) and kind.__mro__[1] is parent):
        creator.meta_create(name, parent, attributes)
    own: type = getattr(creator, name)
    return own


def dumps(value: object) -> bytes:
    """Return `value` pickled."""
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


def pickled(value: object, what: str) -> bytes:
    """Return `value` pickled; raises `InputError` that names the part which does not pickle."""
    try:
        return dumps(value)
    except Exception as error:
        where, part = _culprit(value, what, set())
        raise InputError(
            f"{where} cannot be sent to a worker: {_shown(part)} does not pickle "
            f"({' '.join(str(error).split()):.200}); define it at the top level of a module, or "
            "run the problem by `evosweep run`, whose workers build it themselves"
        ) from error


def _culprit(value: object, what: str, seen: set[int]) -> tuple[str, object]:
    """Return the path of the innermost part that does not pickle, and the part."""
    seen.add(id(value))
    if len(seen) > _DEEPEST:
        return what, value
    for name, part in _parts(value):
        if id(part) in seen or _pickles(part):
            continue
        return _culprit(part, f"{what}, {name}", seen)
    return what, value


def _pickles(value: object) -> bool:
    try:
        dumps(value)
    except Exception:
        return False
    return True


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, partial):
        yield "func", value.func
        yield from ((f"argument {number}", part) for number, part in enumerate(value.args))
        yield from ((f"keyword {key!r}", part) for key, part in value.keywords.items())
    elif isinstance(value, MethodType):
        yield "__self__", value.__self__
    elif isinstance(value, tuple | list | set | frozenset):
        yield from ((f"item {number}", part) for number, part in enumerate(value))
    elif isinstance(value, dict):
        yield from ((f"item {key!r}", part) for key, part in value.items())
    if not isinstance(value, type | partial):
        attributes = getattr(value, "__dict__", None)
        if isinstance(attributes, dict):
            yield from ((f"attribute {key!r}", part) for key, part in attributes.items())


def _shown(part: object) -> str:
    kind = type(part)
    if isinstance(kind, gp.MetaEphemeral):
        return (
            f"the ephemeral constant {kind.__name__!r}, which was added with "
            f"{getattr(kind.func, '__qualname__', kind.func)},"
        )
    return f"{part!r:.200} of type {kind.__name__}"
