"""Import packages of the `compare` extra at their first use."""

import importlib
import importlib.util
from collections.abc import Iterable
from types import ModuleType

from evosweep.errors import InputError


def check(modules: Iterable[str]) -> None:
    """Raise InputError for the first module that is not installed, without importing any."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise _missing(module)


def need(module: str) -> ModuleType:
    """Import and return the module; raises InputError that names the extra to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise _missing(module) from error


def _missing(module: str) -> InputError:
    return InputError(
        f"the comparison needs the package {module.split('.', maxsplit=1)[0]!r}: "
        "pip install 'evosweep[compare]'"
    )
