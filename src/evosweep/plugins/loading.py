"""The function that a `use:` names: a built-in's short name, or `module:function`."""

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evosweep.errors import InputError
from evosweep.plugins.builtins import ALGORITHMS, PROBLEMS
from evosweep.plugins.deap_interface import adapt
from evosweep.wording import did_you_mean


def load_problem(use: str, import_path: str = "") -> Callable[..., Any]:
    """The problem function that `use` names: a built-in's short name or `module:function`.

    The folder `import_path` (relative to the working folder) is made importable. Raises
    InputError, in one line, where there is no such module or function.
    """
    return resolve(use, PROBLEMS, import_path, "problem")


def load_algorithm(use: str, import_path: str = "") -> Callable[..., Any]:
    """The algorithm that `use` names, adapted: a built-in, `module:function`, or a stock DEAP one.

    The folder `import_path` (relative to the working folder) is made importable. Raises
    InputError, in one line, where there is no such module or function.
    """
    return adapt(resolve(use, ALGORITHMS, import_path, "algorithm"))


def resolve(
    use: str, builtins: Mapping[str, str], import_path: str, kind: str
) -> Callable[..., Any]:
    """The function that `use` names, with the folder `import_path` made importable.

    `kind` ("problem", "algorithm") only words the errors. Raises InputError, in one line, where
    there is no such module or function, or where importing the module fails.
    """
    path = builtins.get(use, use)
    if ":" not in path:
        raise InputError(
            f"no built-in {kind} is called {use!r}; "
            f"a function of your own is named as module:function{did_you_mean(use, builtins)}"
        )
    module_name, _, function_name = path.partition(":")
    _make_importable(import_path)
    module = _import(module_name, use, kind)
    function = getattr(module, function_name, None)
    if not callable(function):
        raise InputError(
            f"{kind} {use!r}: module {module_name} has no function {function_name!r}"
            f"{did_you_mean(function_name, _functions(module))}"
        )
    return function  # type: ignore[no-any-return]


def check_parameters(
    function: Callable[..., Any], params: Mapping[str, Any], label: str, skip: int = 0
) -> None:
    """Raise InputError where `function` does not take `params`, or needs one that is not there.

    `skip` leading parameters (an algorithm's toolbox) and those that evosweep itself passes
    (`statistics`, `hall_of_fame`) are nobody's to configure.
    """
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    own = {p.name: p for p in parameters if p.name not in ("statistics", "hall_of_fame")}
    named = {n for n, p in own.items() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
    if not any(p.kind is p.VAR_KEYWORD for p in own.values()):
        for name in params:
            if name not in named:
                raise InputError(
                    f"{label} takes no parameter {name!r}; "
                    f"it takes: {', '.join(n for n in own if n in named) or 'none'}"
                    f"{did_you_mean(name, named)}"
                )
    missing = [n for n, p in own.items() if n in named and p.default is p.empty and n not in params]
    if missing:
        raise InputError(f"{label} needs the parameter {missing[0]!r}, which has no default")


def _make_importable(import_path: str) -> None:
    folder = str(Path(import_path or ".").resolve())
    if folder not in sys.path:
        sys.path.insert(0, folder)
        importlib.invalidate_caches()


def _import(module_name: str, use: str, kind: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if module_name == missing or module_name.startswith(missing + "."):
            raise InputError(
                f"{kind} {use!r}: there is no module {missing!r}; it must lie beside the config "
                "file, on PYTHONPATH, or be installed"
            ) from error
        raise InputError(
            f"{kind} {use!r}: importing {module_name} needs the module {missing!r}, which is not "
            "installed"
        ) from error
    except InputError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{kind} {use!r}: importing {module_name} failed: {type(error).__name__}: {reason}"
        ) from error


def _functions(module: Any) -> list[str]:
    return [n for n in vars(module) if callable(getattr(module, n)) and not n.startswith("_")]
