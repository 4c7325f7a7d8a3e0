"""Which lines of the modules a test executes, and which of them a mutant changes."""

import ast
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from types import CodeType, FrameType

from mutant import Mutant, module_of, path_of
from statements import lines_with, names_of
from subjects import MODULES


class Lines:
    """The lines of the mutated modules that a block executes, by module."""

    def __init__(self) -> None:
        self.seen: dict[str, set[int]] = {}
        self._of_files: dict[str, set[int] | None] = {}

    def __enter__(self) -> "Lines":
        threading.settrace(self._called)
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]

    def _called(self, frame: FrameType, _event: str, _: object) -> Callable[..., object] | None:
        file = frame.f_code.co_filename
        if file not in self._of_files:
            module = module_of(file)
            self._of_files[file] = (
                self.seen.setdefault(module, set()) if module in MODULES else None
            )
        lines = self._of_files[file]
        if lines is None:
            return None
        lines.add(frame.f_lineno)

        def trace(frame: FrameType, _event: str, _: object) -> Callable[..., object]:
            lines.add(frame.f_lineno)
            return trace

        return trace


@cache
def lines_of(mutant: Mutant) -> set[int]:
    """Return the lines that execute what a mutant changes.

    They are those with code in the statements that it changes, or if there are none, in its
    function. For a value at the top of a module, they are those that use the value as well.
    """
    codes = _code_lines(mutant.module)
    wanted = _statements(mutant.module, set(range(mutant.first + 1, mutant.last + 2)))
    if not mutant.function:
        tree = ast.parse(path_of(mutant.module).read_text(encoding="utf-8"))
        names = names_of(tree, mutant.first + 1)
        wanted |= _statements(mutant.module, lines_with(tree, names))
    found = wanted & codes.keys()
    return found or {line for line, function in codes.items() if function == mutant.function}


def _statements(module: str, lines: set[int]) -> set[int]:
    """Return all lines of the innermost statements around some lines."""
    spans = _spans(module)
    return {
        number
        for first, last in (spans.get(line, (line, line)) for line in lines)
        for number in range(first, last + 1)
    }


@cache
def _spans(module: str) -> dict[int, tuple[int, int]]:
    """Return for each line the first and last line of its innermost statement without its body."""
    spans = {}
    tree = ast.parse(path_of(module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):  # what is outside comes first
        if isinstance(node, ast.stmt | ast.ExceptHandler):
            first, last = _start(node), node.end_lineno or node.lineno
            body = getattr(node, "body", None)
            if body:
                last = max(first, _start(body[0]) - 1)
            spans |= dict.fromkeys(range(first, last + 1), (first, last))
    return spans


def _start(node: ast.stmt | ast.ExceptHandler) -> int:
    return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])


@cache
def _code_lines(module: str) -> dict[int, str]:
    """Return the lines of a module that have code, each with its outermost function."""
    source = path_of(module).read_text(encoding="utf-8")
    return dict(_lines_in(compile(source, module, "exec", dont_inherit=True)))


def _lines_in(code: CodeType) -> Iterator[tuple[int, str]]:
    function = code.co_qualname.partition(".<locals>")[0]
    yield from ((line, function) for _, _, line in code.co_lines() if line)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _lines_in(constant)
