"""Decide which functions a config or a receipt may name as problem, algorithm or callback.

A config may name code that was written for evosweep, and no other code of the machine: `os:system`
is no problem. These are allowed: evosweep's own problems and algorithms, DEAP's algorithms, modules
of the import path and of PYTHONPATH (editable installs too), and installed packages that require
DEAP or evosweep. config/README.md has this list for users.
"""

import re
import sys
from functools import cache

from evosweep.errors import InputError
from evosweep.plugins import search
from evosweep.plugins.search import Source

_WRITTEN_FOR = {"deap", "evosweep"}
_REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")


def check_name(kind: str, use: str, module: str) -> None:
    """Raise InputError if a name is that of a module of the standard library."""
    package = module.partition(".")[0]
    if package in sys.stdlib_module_names:
        raise InputError(
            f"'{use}': {package} is a module of Python's standard library, which has no {kind}s; "
            "name a function of your own, in a module of another name"
        )


@cache
def check_permitted(kind: str, use: str, source: Source, function: str) -> None:
    """Check that a config may name this function.

    Parameters
    ----------
    kind
        "problem", "algorithm" or "callback".
    use
        The config's text, for the message.
    source
        The module to which it leads.
    function
        The function's name in that module.

    Raises
    ------
    InputError
        If a config may not name it.
    """
    package = source.module.partition(".")[0]
    if package == "evosweep":
        allowed = source.module.startswith(f"evosweep.{kind}s.")
    elif package == "deap":
        named = f"{source.module}:{function}"
        allowed = kind == "algorithm" and (
            source.module == "deap.algorithms" or named == "deap.gp:harm"
        )
    else:
        allowed = not search.is_installed(source) or _is_written_for_deap(package)
    if not allowed:
        raise InputError(
            f"'{use}' is no {kind}: the installed package {package} has it for something else; "
            "name a function of your own (an installed package of yours requires deap or evosweep)"
        )


@cache
def _is_written_for_deap(package: str) -> bool:
    """Return True if an installed package's distribution requires DEAP or evosweep."""
    from importlib import metadata  # slow to import, and seldom needed

    required = (
        requirement
        for distribution in metadata.packages_distributions().get(package, ())
        for requirement in metadata.requires(distribution) or ()
        if "extra ==" not in requirement
    )
    names = (_REQUIREMENT.match(requirement) for requirement in required)
    return any(name is not None and name[0].lower() in _WRITTEN_FOR for name in names)
