"""Put a mutant in the place of the module's own code: into functions, or when it is imported."""

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from types import CodeType, FunctionType, ModuleType

from mutant import Mutant, path_of

Place = tuple[str, int]
"""Qualified name and first line of a function that is in no other one."""


def code_of(source: str, module: str) -> dict[Place, CodeType]:
    """Return the code of the outermost functions in a module's text."""
    whole = compile(source, str(path_of(module)), "exec", dont_inherit=True)
    return {(code.co_qualname, code.co_firstlineno): code for code in _functions(whole)}


@cache
def _own_code(module: str) -> dict[Place, CodeType]:
    return code_of(path_of(module).read_text(encoding="utf-8"), module)


def _functions(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of functions in a module's code or in a class's."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & _IN_FUNCTION:
                yield constant
            else:
                yield from _functions(constant)


_IN_FUNCTION = 0x2  # CO_NEWLOCALS, which the code of a class has not


def functions_of(module: str) -> dict[Place, list[FunctionType]]:
    """Return the function objects of a module that is imported."""
    _own_code(module)  # once, for all forks
    file = str(path_of(module))
    found: dict[Place, list[FunctionType]] = {}
    gc.unfreeze()  # what is frozen is in no list
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__.co_filename == file:
            code = each.__code__
            found.setdefault((code.co_qualname, code.co_firstlineno), []).append(each)
    return found


def put(mutant: Mutant, functions: dict[Place, list[FunctionType]]) -> bool:
    """Give functions their mutated code; returns False if that takes an import of the module."""
    own = _own_code(mutant.module)
    swapped = False
    for place, code in code_of(mutant.source(), mutant.module).items():
        if own.get(place) == code or place[0] != mutant.function:
            continue
        for function in functions.get(place, ()):
            if code.co_freevars != function.__code__.co_freevars:
                return False
            function.__code__ = code
            swapped = True
            _forget(function)
    return swapped


def _forget(function: FunctionType) -> None:
    """Forget the values that functools keeps of a function."""
    for each in gc.get_referrers(function.__dict__, function):
        if isinstance(each, _KEEPER):
            each.cache_clear()


_KEEPER = type(cache(len))


class Importer(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports one module from another text than its file's."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = "evosweep." + mutant.module.replace("/", ".")

    def install(self) -> None:
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        file = str(path_of(self._mutant.module))
        spec = importlib.util.spec_from_loader(fullname, self, origin=file)
        if spec is not None:
            spec.has_location = True
        return spec

    def get_source(self, _fullname: str) -> str:
        return self._mutant.source()

    def get_code(self, _fullname: str) -> CodeType:
        source = self._mutant.source()
        return compile(source, str(path_of(self._mutant.module)), "exec", dont_inherit=True)
