"""Functions that a program passes directly, because no `use:` can name them.

A function of a notebook's cell is in no file that another process can import, or whose digest can
name a run. Only this process knows it, for the time of a block.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

_PREFIX = "unnamed_"
_functions: dict[str, Callable[..., object]] = {}


def new_use(function: Callable[..., object]) -> str:
    """Return a `use` for a function, never the same twice."""
    name = getattr(function, "__name__", "function")
    return f"{_PREFIX}{secrets.token_hex(8)}:{name if name.isidentifier() else 'function'}"


def is_handed(use: str) -> bool:
    """Return True if `use` is one of `new_use`."""
    return use.startswith(_PREFIX)


@contextmanager
def handed(functions: Mapping[str, Callable[..., object]]) -> Iterator[None]:
    """Let `function_of` find these functions, by their `new_use`, in the block."""
    _functions.update(functions)
    try:
        yield
    finally:
        for use in functions:
            del _functions[use]


def function_of(use: str) -> Callable[..., object] | None:
    """Return the function of a `use`; None if it is not handed over now."""
    return _functions.get(use)
