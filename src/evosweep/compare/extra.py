"""Packages of the `compare` extra, imported where they are used."""

import importlib
import importlib.util
from collections.abc import Iterable
from types import ModuleType

from evosweep.errors import InputError


def check(modules: Iterable[str]) -> None:
    """Raise InputError for the first of the modules that is not installed; imports none of them."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise _missing(module)


def need(module: str) -> ModuleType:
    """Return the module, or an InputError that names the extra which installs it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise _missing(module) from error


def _missing(module: str) -> InputError:
    return InputError(
        f"the comparison needs the package {module.split('.', maxsplit=1)[0]!r}: "
        "pip install 'evosweep[compare]'"
    )
