"""Find the name of a notebook's function for a spec, if it has one."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from evosweep.errors import InputError, shown
from evosweep.plugins import search, sources

Function = Callable[..., object]
Choice = str | Function | Mapping[str, object]
"""A name as in a config, a function, or a part of a spec with one of them as `use`."""


class Chosen(NamedTuple):
    """A problem or an algorithm for a spec."""

    part: dict[str, object]
    """The part of the spec; its `use` is empty if no name leads to the function."""
    function: Function | None
    """The function, if it has no name."""
    root: str
    """The folder of its module; empty if the module can be imported without it."""


def chosen(kind: str, choice: Choice, import_path: str) -> Chosen:
    """Return the part of a spec for a notebook's "problem" or "algorithm"."""
    part: dict[str, object] = dict(choice) if isinstance(choice, Mapping) else {"use": choice}
    use = part.get("use")
    if isinstance(use, str):
        return Chosen(part, None, "")
    if not callable(use):
        raise InputError(
            f"{kind}: {shown(choice)} is neither a name, nor a function, nor a part of a spec such "
            'as {"use": "onemax", "params": {"bits": 100}}'
        )
    module, name = getattr(use, "__module__", ""), getattr(use, "__qualname__", "")
    if (built_in := _built_in(kind, f"{module}:{name}")) is not None:
        return Chosen({**part, "use": built_in}, None, "")
    root = _root_of(use, module, name, import_path)
    if root is None:
        return Chosen({**part, "use": ""}, use, "")
    return Chosen({**part, "use": f"{module}:{name}"}, None, root)


def _built_in(kind: str, name: str) -> str | None:
    """Return the short name of a built-in function, or None."""
    table = sources.builtins(kind)
    return next((short for short, whole in table.items() if whole == name), None)


def _root_of(function: Function, module: str, name: str, import_path: str) -> str | None:
    """Return the folder from which another process imports the function by its name, or None.

    There is none for a function of `__main__`, a nested function, or one that a decorator replaced.
    """
    loaded = sys.modules.get(module)
    file = getattr(loaded, "__file__", None)
    if module == "__main__" or file is None or getattr(loaded, name, None) is not function:
        return None
    source = search.find(module, import_path)
    if source is not None and source.path.samefile(file):
        return ""
    levels = module.count(".") + (Path(file).name == "__init__.py")
    return str(Path(file).resolve().parents[levels])
