"""Check the parameters that a config gives to a function against the function's signature.

The signature is read from source, so that `check` needs no import. Some functions cannot be judged
by their source: decorated ones, names bound by assignment, modules without Python source. These are
checked by the same rules after the run has imported them.
"""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from evosweep.errors import InputError, did_you_mean, shown
from evosweep.plugins.deap_interface import is_written_for_deap, parameters_of
from evosweep.plugins.sources import locate, tree

# The arguments that the run itself passes to a function, so that a config does not.
_HANDED = {
    "problem": frozenset[str](),
    "algorithm": frozenset({"toolbox", "statistics", "hall_of_fame"}),
    "stock": frozenset({"toolbox", "stats", "halloffame", "verbose"}),
}


@dataclass(frozen=True)
class Signature:
    """The parameters of a function that a keyword can set."""

    names: tuple[str, ...]
    required: frozenset[str]
    open: bool  # takes **kwargs


def complaints(
    kind: str, use: str, params: Collection[str], import_path: str
) -> Iterator[tuple[str, str]]:
    """Yield (key, message) for each mistake in `use` or in the names of its parameters."""
    try:
        signature = find_signature(kind, use, import_path)
    except InputError as error:
        yield "use", str(error)
        return
    if signature is not None:
        yield from judge(kind, use, signature, params)


def judge(
    kind: str, use: str, signature: Signature, params: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield (key, message) for each parameter that is unknown, or required and missing."""
    handed = _handed(kind, signature)
    allowed = [name for name in signature.names if name not in handed]
    for name in params:
        if name in handed or (name not in allowed and not signature.open):
            takes = f"it takes {', '.join(allowed)}" if allowed else "it takes none"
            hint = did_you_mean(name, allowed)
            yield f"params.{name}", f"{use} takes no parameter {shown(name)}; {takes}{hint}"
    for name in allowed:
        if name in signature.required and name not in params:
            yield f"params.{name}", f"missing: {use} has no default for it"


def check_parameters(
    kind: str, use: str, function: Callable[..., object], params: Collection[str]
) -> None:
    """Raise InputError with all mistakes in the parameters of an imported function."""
    try:
        signature = signature_of(function)
    except (TypeError, ValueError):  # written in C: the call itself checks its arguments
        return
    if mistakes := [f"{kind}.{key}: {text}" for key, text in judge(kind, use, signature, params)]:
        raise InputError("; ".join(mistakes))


def signature_of(function: Callable[..., object]) -> Signature:
    """Return the signature of an imported function, below its decorators and partials."""
    parameters = parameters_of(function).values()
    named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    return Signature(
        tuple(p.name for p in named),
        frozenset(p.name for p in named if p.default is p.empty),
        any(p.kind is p.VAR_KEYWORD for p in parameters),
    )


def find_signature(kind: str, use: str, import_path: str) -> Signature | None:
    """Return the signature of the function that `use` names; None if its source does not show it.

    Raises InputError if there is no such module or function, or the file does not parse.
    """
    source, function = locate(kind, use, import_path)
    if source.path.suffix != ".py":
        return None
    bound = _bound(tree(source.path))
    if function not in bound:
        if "*" in bound or "__getattr__" in bound:
            return None
        public = [name for name, node in bound.items() if isinstance(node, ast.FunctionDef)]
        hint = did_you_mean(function, public)
        raise InputError(f"no function '{function}' in {source.path} (use: {use}){hint}")
    node = bound[function]
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        return None
    return _signature(node.args)


def literal_defaults(kind: str, use: str, import_path: str) -> dict[str, object]:
    """Return the defaults of the function that `use` names, read from its source.

    A default that is an expression is returned as source text. Parameters that the run itself
    passes are left out. Raises InputError as `find_signature` does.
    """
    signature = find_signature(kind, use, import_path)
    if signature is None:
        return {}
    source, function = locate(kind, use, import_path)
    node = _bound(tree(source.path))[function]
    assert isinstance(node, ast.FunctionDef)
    handed = _handed(kind, signature)
    return {name: _value(node) for name, node in _defaults(node.args) if name not in handed}


def _defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    positional = [*arguments.posonlyargs, *arguments.args]
    last = positional[len(positional) - len(arguments.defaults) :]
    nodes = [*arguments.defaults, *arguments.kw_defaults]
    for argument, node in zip([*last, *arguments.kwonlyargs], nodes, strict=True):
        if node is not None:
            yield argument.arg, node


def _value(node: ast.expr) -> object:
    try:
        value: object = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ast.unparse(node)
    return value


@cache
def _signature(arguments: ast.arguments) -> Signature:
    positional = [*arguments.posonlyargs, *arguments.args]
    without = positional[: len(positional) - len(arguments.defaults)]
    required = [argument.arg for argument in without]
    required += [
        argument.arg
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    names = tuple(argument.arg for argument in (*positional, *arguments.kwonlyargs))
    return Signature(names, frozenset(required), arguments.kwarg is not None)


def _handed(kind: str, signature: Signature) -> frozenset[str]:
    stock = kind == "algorithm" and is_written_for_deap(signature.names)
    return _HANDED["stock" if stock else kind]


@cache
def _bound(module: ast.Module) -> Mapping[str, ast.AST]:
    """Return what binds each name at a module's top level; `sources.tree` keeps the module too."""
    return dict(_bindings(module.body))


def _bindings(body: list[ast.stmt]) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that a module's top level binds, also below `if`, `try` and `with`."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node
            case ast.Import() | ast.ImportFrom():
                for alias in node.names:
                    yield alias.asname or alias.name.partition(".")[0], node
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                yield from _names(node)
            case _:
                yield from _names(node)
                for field in ("body", "orelse", "finalbody"):
                    yield from _bindings(getattr(node, field, []))
                for branch in (*getattr(node, "handlers", []), *getattr(node, "cases", [])):
                    yield from _bindings(branch.body)


def _names(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id, child
