"""Where the code of a problem or an algorithm lies, and a digest of it, without importing it.

A digest is SHA-256 over the source of the named module and, transitively, of the modules it
imports that are the user's as well: those that lie below the same entry of the import path. For
built-ins these are the modules of `evosweep.problems` and `evosweep.algorithms`; for a module of an
installed package, that module alone (its version is in the receipt). Nothing is executed: files are
found as Python's import system would find them, and read with `ast`. What code reads or imports
at run time by other means (data files, `importlib`) is not seen.
"""

import ast
import hashlib
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from itertools import accumulate
from pathlib import Path

from evosweep.errors import InputError
from evosweep.plugins.builtins import ALGORITHMS, PROBLEMS
from evosweep.wording import did_you_mean

_OWN_PACKAGES = ("evosweep.problems", "evosweep.algorithms")
_INSTALLED = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}


@dataclass(frozen=True)
class Source:
    """A module's file, and the entry of the import path below which it was found."""

    module: str
    path: Path
    root: str


def builtins(kind: str) -> dict[str, str]:
    """Short name to `module:function`, for `kind` "problem" or "algorithm"."""
    return {"problem": PROBLEMS, "algorithm": ALGORITHMS}.get(kind, {})  # a callback is the user's


def resolve(kind: str, use: str) -> tuple[str, str]:
    """The module and function that `use` names; raises InputError when it can be neither."""
    known = builtins(kind)
    module, colon, function = known.get(use, use).partition(":")
    if not colon:
        hint = did_you_mean(use, known)
        names = "".join(f"{name}, " for name in known)
        either = f"{names}or " if known else ""
        raise InputError(f"unknown {kind} '{use}'; allowed: {either}module:function{hint}")
    if not all(part.isidentifier() for part in (*module.split("."), function)):
        raise InputError(f"'{use}' is not of the form module:function")
    return module, function


def find(module: str, import_path: str) -> Source | None:
    """The file of `module`, searched as a run does: `import_path` first, then `sys.path`."""
    for entry in (os.path.abspath(import_path), *sys.path):  # noqa: PTH100 - symlinks stay
        if (source := _find_below(module, entry)) is not None:
            return source
    try:  # an editable install may be found by a hook of its own
        top = importlib.util.find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return None
    return _find_below(module, str(Path(top.origin).parent.parent)) if top and top.origin else None


def locate(kind: str, use: str, import_path: str) -> tuple[Source, str]:
    """The source and the function name of `use`; raises InputError when there is no such module."""
    module, function = resolve(kind, use)
    if (source := find(module, import_path)) is None:
        raise InputError(f"no module '{module}' in '{import_path}' or on PYTHONPATH (use: {use})")
    return source, function


def digest(kind: str, use: str, import_path: str) -> str:
    """64 hexadecimal digits over the source that `use` runs; InputError where it is not found.

    Read once a process: a run keeps the name it started with, whatever is edited meanwhile.
    """
    return _digest(kind, use, os.path.abspath(import_path))  # noqa: PTH100


@cache
def _digest(kind: str, use: str, import_path: str) -> str:
    first, _ = locate(kind, use, import_path)
    found = {first.module: first}
    waiting = [first]
    while waiting:
        for module in _imported(waiting.pop()):
            if module in found or not _followed(module, first):
                continue
            if (source := _find_below(module, first.root)) is not None:
                found[module] = source
                waiting.append(source)
    hashed = hashlib.sha256(first.module.encode())
    for module, source in sorted(found.items()):
        hashed.update(f"\n{module} {hashlib.sha256(source.path.read_bytes()).hexdigest()}".encode())
    return hashed.hexdigest()


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a source file; InputError names file and line where it has none."""
    try:
        return ast.parse(path.read_bytes(), filename=str(path))
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        reason = getattr(error, "msg", None) or error
        raise InputError(f"{path}{f', line {line}' if line else ''}: {reason}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


def _find_below(module: str, root: str) -> Source | None:
    """The file of `module` when its first package lies in the folder `root`."""
    search, spec = [root], None
    for name in accumulate(module.split("."), "{}.{}".format):
        spec = PathFinder.find_spec(name, search)
        if spec is None:
            return None
        search = list(spec.submodule_search_locations or [])
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        return None  # a namespace package has no source of its own
    return Source(module, Path(spec.origin), root)


def _followed(module: str, first: Source) -> bool:
    if first.module.partition(".")[0] == "evosweep":
        return module.startswith(_OWN_PACKAGES)
    return first.root not in _INSTALLED and not first.root.endswith(
        ("site-packages", "dist-packages")
    )


def _imported(source: Source) -> Iterator[str]:
    """Every module name that the source could import, its parent packages first."""
    if source.path.suffix != ".py":
        return
    package = source.module.split(".")
    if source.path.name != "__init__.py":
        package.pop()
    names = {".".join(package)} | set(_import_statements(source, package))
    for name in sorted(names):
        parts = name.split(".") if name else []
        yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _import_statements(source: Source, package: list[str]) -> Iterator[str]:
    for node in ast.walk(tree(source.path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            parent = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{parent}.{alias.name}" for alias in node.names if alias.name != "*")
            yield parent
