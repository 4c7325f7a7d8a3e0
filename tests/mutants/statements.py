"""Put a mutated assignment at the top of a module in the place of its own."""

import ast
import sys
from collections.abc import Iterator
from types import ModuleType

from mutant import Mutant, path_of

_Assignment = ast.Assign | ast.AnnAssign


class Unswappable(Exception):
    """The module has to be imported with its mutant."""


def put_statement(mutant: Mutant) -> bool:
    """Execute a mutated assignment again, and the later ones that use its value.

    Returns
    -------
    bool
        True if nothing else can have kept the old value.

    Raises
    ------
    Unswappable
        The statement is no assignment, or a class or a signature uses its value.
    """
    module = sys.modules.get(_name_of(mutant.module))
    if module is None:
        raise Unswappable
    own = path_of(mutant.module).read_text(encoding="utf-8")
    chosen = _dependent(ast.parse(own).body, mutant.first + 1)
    statements = ast.parse(mutant.source()).body
    if len(statements) != len(ast.parse(own).body):
        raise Unswappable
    names = {name for number in chosen for name in _targets(statements[number])}
    before = {name: vars(module)[name] for name in names if name in vars(module)}
    _execute([ast.parse(own).body[number] for number in chosen], module)
    if any(_size(vars(module)[name]) != _size(value) for name, value in before.items()):
        raise Unswappable  # something has been added since
    _execute([statements[number] for number in chosen], module)
    return not _spread(module, before)


def _name_of(module: str) -> str:
    return "evosweep." + module.replace("/", ".")


def _dependent(body: list[ast.stmt], line: int) -> list[int]:
    """Return the numbers of a line's assignment and of all later ones that use its value."""
    first = _at(body, line)
    if first is None or not isinstance(body[first], _Assignment):
        raise Unswappable
    chosen, names = [first], set(_targets(body[first]))
    for number, node in enumerate(body[first + 1 :], first + 1):
        if names & set(_used_at_import(node)):
            if not isinstance(node, _Assignment):
                raise Unswappable
            chosen.append(number)
            names |= set(_targets(node))
    return chosen


def _at(body: list[ast.stmt], line: int) -> int | None:
    """Return the number of the statement with a line."""
    spans = ((node.lineno, node.end_lineno or node.lineno) for node in body)
    found = (number for number, (first, last) in enumerate(spans) if first <= line <= last)
    return next(found, None)


def names_of(tree: ast.Module, line: int) -> set[str]:
    """Return the names that an assignment binds, and those of later ones that use its value."""
    first = _at(tree.body, line)
    if first is None or not isinstance(tree.body[first], _Assignment):
        return set()
    names = set(_targets(tree.body[first]))
    for node in tree.body[first + 1 :]:
        if isinstance(node, _Assignment) and names & set(_used_at_import(node)):
            names |= set(_targets(node))
    return names


def lines_with(tree: ast.Module, names: set[str]) -> set[int]:
    """Return the lines with some names."""
    return {
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in names
    }


def _targets(node: ast.stmt) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id


def _used_at_import(node: ast.AST) -> Iterator[str]:
    """Yield the names in a statement, without those in the bodies of functions."""
    if isinstance(node, ast.Name):
        yield node.id
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                yield from _used_at_import(each)


def _execute(statements: list[ast.stmt], module: ModuleType) -> None:
    code = compile(ast.Module(statements, []), str(module.__file__), "exec", dont_inherit=True)
    exec(code, vars(module))


def _size(value: object) -> object:
    return type(value), len(value) if isinstance(value, dict | set | list) else 0


def _spread(module: ModuleType, before: dict[str, object]) -> bool:
    """Give other modules the new values of what they have imported; returns True if any has."""
    spread = False
    for other in list(sys.modules.values()):
        for name, value in before.items():
            if other is not module and vars(other).get(name, _NOTHING) is value:
                setattr(other, name, vars(module)[name])
                spread = True
            elif isinstance(value, dict) and other.__name__.startswith("evosweep."):
                spread |= _spread_into(other, value, vars(module)[name])
    return spread


def _spread_into(other: ModuleType, old: dict[object, object], new: object) -> bool:
    """Give the dicts of a module the new functions of a dict whose items they have taken over."""
    spread = False
    own = [each for name, each in vars(other).items() if not name.startswith("__")]
    for held in [each for each in own if isinstance(each, dict)]:
        for key, value in old.items():
            if callable(value) and held is not new and held.get(key, _NOTHING) is value:
                held[key] = new.get(key) if isinstance(new, dict) else None
                spread = True
    return spread


_NOTHING = object()
