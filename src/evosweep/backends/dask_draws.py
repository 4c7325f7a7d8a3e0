"""Give Dask a random generator of its own in each process that also evaluates.

Dask's threads draw from Python's global generator (samples of sizes, backoffs), which a run has
seeded. So the name `random` is replaced in every module of Dask that is imported.
"""

import importlib.util
import random
import sys
from collections.abc import Iterator
from functools import cache
from types import ModuleType

_LIBRARIES = ("dask", "distributed", "tornado")
_GLOBAL = getattr(random.random, "__self__", None)
_seen = 0


def keep_apart() -> None:
    """Replace the generator in the modules that were imported since the last call."""
    global _seen  # noqa: PLW0603 - one per process by nature
    if len(sys.modules) == _seen:
        return
    own = _another_random()
    for module in _modules():
        for name, value in list(vars(module).items()):
            if value is random:
                setattr(module, name, own)
            elif getattr(value, "__self__", None) is _GLOBAL:
                setattr(module, name, getattr(own, value.__name__))
    _seen = len(sys.modules)


@cache
def _another_random() -> ModuleType:
    """Python's module a second time, with a generator of its own."""
    spec = random.__spec__
    assert spec is not None
    assert spec.loader is not None
    own = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(own)
    return own


def _modules() -> Iterator[object]:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _LIBRARIES:
            yield module
