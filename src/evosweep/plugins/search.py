"""Search modules, in the same places for a digest, a check and a run.

The search goes through the import path of the config or spec, then PYTHONPATH, then installed
packages. It leaves out the working folder unless one of these names it, even if `sys.path` begins
with it: Snakemake and a worker must take a digest of the same files.
"""

import importlib
import os
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder
from pathlib import Path
from typing import NamedTuple

STANDARD_LIBRARY = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
_PACKAGES = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")
_OF_PYTHON = (BuiltinImporter, FrozenImporter, PathFinder)


class Source(NamedTuple):
    """The file of a module, and the entry of the search path below which it lies."""

    module: str
    path: Path
    root: str


def find(module: str, import_path: str) -> Source | None:
    """Return the file that a run would import as `module`; None if there is none."""
    return _find(module, _absolute(import_path))


@cache
def _find(module: str, import_path: str) -> Source | None:
    for entry in _search_path(import_path):
        if (source := _find_below(module, entry)) is not None:
            return source
    return _find_by_hook(module)


def make_importable(import_path: str) -> None:
    """Put the folder `import_path` first on `sys.path`; an empty one stands for no folder."""
    folder = _absolute(import_path)
    if folder and folder not in sys.path:
        sys.path.insert(0, folder)
        importlib.invalidate_caches()


def is_installed(source: Source) -> bool:
    """Return True if a source lies in an installed package, and not in a folder of the user's."""
    return source.root in _PACKAGES or source.root.endswith(_PACKAGE_FOLDERS)


def is_standard(source: Source) -> bool:
    """Return True if a source belongs to Python's standard library."""
    return source.root in STANDARD_LIBRARY or source.root.endswith("lib-dynload")


def _absolute(import_path: str) -> str:
    """Return the absolute path of a folder without resolving links; "" for ""."""
    return os.path.abspath(import_path) if import_path else ""  # noqa: PTH100


@cache
def _search_path(import_path: str) -> tuple[str, ...]:
    """Return the folders to search, in order.

    Entries of `sys.path` before the standard library, such as the folder of a script or the working
    folder, are left out unless PYTHONPATH names them.
    """
    named = [_absolute(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    standard = [n for n, entry in enumerate(sys.path) if entry in STANDARD_LIBRARY]
    installed = sys.path[standard[0] :] if standard else sys.path
    return tuple(dict.fromkeys(entry for entry in (import_path, *named, *installed) if entry))


def _find_below(module: str, root: str) -> Source | None:
    """Return the file of `module` if its first package lies in the folder `root`."""
    search, spec = [root], None
    for name in module.split("."):  # by the last part: a namespace package asks for its parent
        spec = PathFinder.find_spec(name, search)
        if spec is None:
            return None
        search = list(spec.submodule_search_locations or [])
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        return None  # a namespace package has no source of its own
    return Source(module, Path(spec.origin), root)


def _find_by_hook(module: str) -> Source | None:
    """Return the file of `module` in an editable install that brings a finder of its own."""
    for root in _roots_of_hooks(module.partition(".")[0]):
        if (source := _find_below(module, root)) is not None:
            return source
    return None


def _roots_of_hooks(package: str) -> Iterator[str]:
    for finder in sys.meta_path:
        if finder in _OF_PYTHON:
            continue
        spec = finder.find_spec(package, None)
        if spec is not None and spec.origin and Path(spec.origin).is_file():
            origin = Path(spec.origin)
            yield str(origin.parent.parent if origin.name == "__init__.py" else origin.parent)
