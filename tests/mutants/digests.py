"""Digests of what an outcome depends on: the text of a function, and that of a test."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from mutant import ROOT, Mutant, path_of


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


@cache
def digest_of_module(module: str) -> str:
    return digest(path_of(module).read_text(encoding="utf-8"))


def digest_of_place(mutant: Mutant) -> str:
    """Return the digest of the outermost function around a mutant, or of its statement."""
    return _digests_of_functions(mutant.module).get(mutant.function, mutant.module)


@cache
def _digests_of_functions(module: str) -> dict[str, str]:
    source = path_of(module).read_text(encoding="utf-8")
    tree = ast.parse(source)
    texts = dict(_functions(tree.body, ""))
    outside = [each for each in tree.body if not isinstance(each, ast.FunctionDef)]
    return {name: digest(ast.unparse(node)) for name, node in texts.items()} | {
        "": digest("\n".join(map(ast.unparse, outside)))
    }


def _functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")


def digests_of_tests(tests: Iterable[str]) -> dict[str, str]:
    """Return the digests of all functions in files of tests, or of those that are named."""
    digests = {}
    for name in tests:
        file, _, function = name.partition("::")
        own = _digests_in(file)
        chosen = [function] if function else own
        digests |= {f"{file}::{each}": own[each] for each in chosen}
    return digests


def function_of(test: str) -> str:
    """Return the name of a test without its parameters."""
    return test.partition("[")[0]


@cache
def _digests_in(file: str) -> dict[str, str]:
    """Return a digest of each test in a file: its text, and the text of all that it uses."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts: dict[str, list[str]] = {}
    uses: dict[str, set[str]] = {}
    for node in tree.body:
        for name in _bound(node):
            parts.setdefault(name, []).append(_text(node, name, path))
            uses.setdefault(name, set()).update(_names(node))
    unasked = {name for name, texts in parts.items() if "autouse=True" in texts[0]}
    return {
        name: digest(
            "\n".join(text for used in _reached({name} | unasked, uses) for text in parts[used])
        )
        for name in parts
        if name.startswith(("test", "Test"))
    }


def _bound(node: ast.stmt) -> list[str]:
    """Return the names that a statement at the top of a module binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(each.asname or each.name).partition(".")[0] for each in node.names]
    return [
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    ]


def _names(node: ast.stmt) -> set[str]:
    """Return all names in a statement, among them those of fixtures."""
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names | {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}


def _reached(waiting: set[str], uses: dict[str, set[str]]) -> list[str]:
    reached: set[str] = set()
    while waiting:
        reached |= waiting
        waiting = {used for each in waiting for used in uses[each] if used in uses} - reached
    return sorted(reached)


def _text(node: ast.stmt, name: str, path: Path) -> str:
    """Return the text of a statement; of an import what it binds, and the test's own modules."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        module = getattr(node, "module", None)
        names = [module] if module else [each.name for each in node.names]
        return "\n".join([f"{module}: {name}", *_own_modules(tuple(names), path.parent)])
    return ast.unparse(node)


@cache
def _own_modules(names: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """Return the texts of modules beside tests, and of those that they import."""
    texts, waiting, seen = [], list(names), set(names)
    while waiting:
        name = waiting.pop()
        files = (each / f"{name}.py" for each in (folder, ROOT / "tests"))
        file = next(filter(Path.exists, files), None)
        if file is None:
            continue
        texts.append(file.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(texts[-1])):
            if isinstance(node, ast.Import | ast.ImportFrom):
                module = getattr(node, "module", None)
                new = {module} if module else {each.name for each in node.names}
                waiting += sorted(new - seen)
                seen |= new
    return tuple(texts)
