"""Import the function that a `use:` names: a built-in's short name, or `module:function`."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from evosweep.errors import InputError, did_you_mean, one_line
from evosweep.plugins import handed
from evosweep.plugins.deap_interface import adapt
from evosweep.plugins.search import make_importable
from evosweep.plugins.sources import builtins, file_digest, locate

Function = Callable[..., object]


def load_problem(use: str, import_path: str = "") -> Function:
    """Return the problem function that `use` names.

    Parameters
    ----------
    use
        A built-in's short name, or `module:function`.
    import_path
        The folder of a user's modules, relative to the working folder; "" for none. It is ignored
        for a built-in.

    Raises
    ------
    InputError
        If there is no such module or function, or importing the module fails.
    """
    return load("problem", use, import_path)


def load_algorithm(use: str, import_path: str = "") -> Function:
    """Return the algorithm that `use` names, adapted if it has DEAP's interface."""
    return adapt(load("algorithm", use, import_path))


def load(kind: str, use: str, import_path: str) -> Function:
    """Return the function of `kind` "problem", "algorithm" or "callback" that `use` names."""
    if (own := handed.function_of(use)) is not None:
        return own
    source, function = locate(kind, use, import_path)
    if use not in builtins(kind):
        make_importable(import_path)
    module = _import(source.module, f"{kind} '{use}'")
    if not _is_same_code(module, source.path):
        raise InputError(
            f"{kind} '{use}': another module {source.module} is imported already, from "
            f"{getattr(module, '__file__', 'Python itself')}; rename {source.path}"
        )
    return _function_of(module, function, f"{kind} '{use}'")


def _is_same_code(module: ModuleType, path: Path) -> bool:
    """Return True if an imported module comes from this file, or from a copy of it."""
    file = getattr(module, "__file__", None)
    if file == str(path):
        return True
    try:
        return file is not None and (
            Path(file).samefile(path) or file_digest(Path(file)) == file_digest(path)
        )
    except OSError:
        return False


def _function_of(module: ModuleType, name: str, label: str) -> Function:
    function: object = getattr(module, name, None)
    if callable(function):
        return function
    raise InputError(
        f"{label}: module {module.__name__} has no function '{name}'"
        f"{did_you_mean(name, _functions(module))}"
    )


def _import(module_name: str, label: str) -> ModuleType:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if module_name == missing or module_name.startswith(missing + "."):
            raise InputError(
                f"{label}: there is no module '{missing}'; it must lie beside the config "
                "file, on PYTHONPATH, or be installed"
            ) from error
        raise InputError(
            f"{label}: importing {module_name} needs the module '{missing}', which is neither "
            "installed, nor beside the config file, nor on PYTHONPATH"
        ) from error
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{label}: importing {module_name} failed: {type(error).__name__}: {one_line(error)}"
        ) from error


def _functions(module: ModuleType) -> list[str]:
    return [n for n in vars(module) if callable(getattr(module, n)) and not n.startswith("_")]
