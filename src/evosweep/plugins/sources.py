"""The code that decides what a problem or an algorithm does, and a digest of it.

The digest covers the module that `use:` names and those of its imports, direct or not, that are the
user's own modules or evosweep's problems and algorithms. It does not cover the standard library,
installed packages (their versions are in the receipt), or the rest of evosweep: tables, adapters,
and `evosweep.fast`, which gives DEAP's results to the bit. Nothing is executed: files are found as
a run finds them (`plugins.search`) and read with `ast`. Files that code reads or imports by other
means (data files, `importlib`) are not covered.
"""

import ast
import hashlib
import os
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

from evosweep.errors import InputError, did_you_mean, shown
from evosweep.files.opening import read_named
from evosweep.plugins import search
from evosweep.plugins.builtins import ALGORITHMS, PROBLEMS
from evosweep.plugins.normal_form import decode, normal_form, parse
from evosweep.plugins.permission import check_name, check_permitted
from evosweep.plugins.search import Source

_DECISIVE = ("evosweep.problems.", "evosweep.algorithms.", "evosweep.variation")
_MAX_NAME = 300  # characters of module:function
_LARGEST = 2**26  # bytes of a source file
_FRAMEWORK = "deap"  # an installed package, whose version is in the receipt


def builtins(kind: str) -> dict[str, str]:
    """Return the table from short name to `module:function`, for "problem" or "algorithm"."""
    return {"problem": PROBLEMS, "algorithm": ALGORITHMS}.get(kind, {})  # a callback is the user's


@cache
def resolve(kind: str, use: str) -> tuple[str, str]:
    """Return the module and the function that `use` names; raises InputError if it names none."""
    table = builtins(kind)
    module, colon, function = table.get(use, use).partition(":")
    if not colon:
        hint = did_you_mean(use, table)
        names = "".join(f"{name}, " for name in table)
        either = f"{names}or " if table else ""
        raise InputError(f"unknown {kind} {shown(use)}; allowed: {either}module:function{hint}")
    parts = (*module.split("."), function)
    if len(use) > _MAX_NAME or not all(part.isidentifier() for part in parts):
        raise InputError(f"{shown(use)} is not of the form module:function")
    return module, function


def locate(kind: str, use: str, import_path: str) -> tuple[Source, str]:
    """Return the source and the function name of `use`.

    Raises InputError if there is no such module, or a config may not name it.
    """
    module, function = resolve(kind, use)
    check_name(kind, use, module)
    source = search.find(module, import_path)
    if source is None:
        where = f"'{import_path}'" if import_path else "the installed packages"
        raise InputError(f"no module '{module}' in {where} or on PYTHONPATH (use: {use})")
    check_permitted(kind, use, source, function)
    return source, function


def digest(kind: str, use: str, import_path: str) -> str:
    """Return a digest of the code that decides what a function does (docs/digest.md).

    It is computed once per process, so that a run keeps its name while its source is edited.

    Parameters
    ----------
    kind
        "problem", "algorithm" or "callback".
    use
        A built-in's short name, or `module:function`.
    import_path
        The folder of the user's modules, relative to the working folder; "" for none.

    Returns
    -------
    str
        64 hexadecimal digits, the same on every supported Python.

    Raises
    ------
    InputError
        If there is no such module, it does not parse, or a config may not name it.
    """
    return _digest(kind, use, import_path, os.getcwd() if import_path else "")  # noqa: PTH109


@cache
def _digest(kind: str, use: str, import_path: str, _folder: str) -> str:
    first, *_ = sources = covered(kind, use, import_path)
    hashed = hashlib.sha256(first.module.encode())
    for source in sorted(sources):
        hashed.update(f"\n{source.module} {file_digest(source.path)}".encode())
    return hashed.hexdigest()


def covered(kind: str, use: str, import_path: str) -> list[Source]:
    """Return the sources that the digest covers: first the module that `use` names."""
    first, _ = locate(kind, use, import_path)
    sources = {first.module: first}
    queue = [first]
    while queue:
        for module in _imported(queue.pop()):
            if module in sources or not _may_decide(module):
                continue
            source = search.find(module, import_path)
            if source is not None and _decides(source, first):
                sources[module] = source
                queue.append(source)
    return list(sources.values())


def read_source(path: Path) -> tuple[str, ast.Module]:
    """Return the text and the syntax tree of a source file; raises InputError with its line."""
    try:
        text = decode(read_named(path, _LARGEST))
        return text, parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        reason = getattr(error, "msg", None) or error
        raise InputError(f"{path}{f', line {line}' if line else ''}: {reason}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a source file; each process reads it once."""
    return read_source(path)[1]


@cache
def file_digest(path: Path) -> str:
    """Return SHA-256, in hex, over one source file in its normal form."""
    if path.suffix != ".py":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return hashlib.sha256(normal_form(*read_source(path)).encode()).hexdigest()


def _may_decide(module: str) -> bool:
    """Return True if a digest may cover a module of this name."""
    package = module.partition(".")[0]
    return module.startswith(_DECISIVE) if package == "evosweep" else package != _FRAMEWORK


def _decides(source: Source, first: Source) -> bool:
    """Return True if a digest covers a source: the user's, or of the package that `use` names."""
    if source.module.startswith("evosweep."):
        return True
    if search.is_standard(source):
        return False
    same_package = source.module.partition(".")[0] == first.module.partition(".")[0]
    return not search.is_installed(source) or (same_package and search.is_installed(first))


@cache
def _imported(source: Source) -> tuple[str, ...]:
    """Return the names of all modules that the source could import, parent packages first."""
    return tuple(_importable(source)) if source.path.suffix == ".py" else ()


def _importable(source: Source) -> Iterator[str]:
    package = source.module.split(".")
    if source.path.name != "__init__.py":
        package.pop()
    names = {".".join(package)} | set(_import_statements(source, package))
    for name in sorted(names):
        parts = name.split(".")
        if all(parts):
            yield from accumulate(parts, "{}.{}".format)


def _import_statements(source: Source, package: list[str]) -> Iterator[str]:
    for node in ast.walk(tree(source.path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            parent = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{parent}.{alias.name}" for alias in node.names)
            yield parent
