"""Genetic programming: compile trees once, evaluate them over columns, and limit their height."""

import random
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from operator import attrgetter
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from deap import gp

from evosweep.fast.clone import clone
from evosweep.fast.kinds import asked_once, keeps
from evosweep.fast.shapes import Node, Operator, PrimitiveSet, Variation

_REMEMBERED = 20_000  # most compiled expressions per primitive set; then all are forgotten
Compiled = dict[str, Operator]
# Compiled functions, with the context and the arguments of their compilation.
_compiled: WeakKeyDictionary[PrimitiveSet, tuple[dict[str, Operator], list[str], Compiled]] = (
    WeakKeyDictionary()
)
_SETS = (gp.PrimitiveSet, gp.PrimitiveSetTyped)
_AS_TREE = ("__str__", "__iter__", "__reversed__")
_HEIGHT = repr(attrgetter("height"))
# The code of the function that DEAP's decorator returns, to recognise decorated operators.
_LIMITED = gp.staticLimit(len, 0)(len).__code__


def compile_tree(expr: Sequence[Node], pset: PrimitiveSet) -> Any:
    """Return the function of `deap.gp.compile`; equal expressions give the same object.

    A function looks up its primitives in `pset.context` when it is called, so that a change there
    affects cached functions as it affects DEAP's.
    """
    if type(pset) not in _SETS or not pset.arguments or not keeps_order(type(expr)):
        return gp.compile(expr, pset)
    context, arguments, functions = _compiled.get(pset, (None, None, {}))
    if context is not pset.context or arguments != pset.arguments:
        functions = {}
        _compiled[pset] = pset.context, list(pset.arguments), functions
    code = expression(expr)
    if code not in functions:
        if len(functions) >= _REMEMBERED:
            functions.clear()
        functions[code] = gp.compile(code, pset)
    return functions[code]


@asked_once
def keeps_order(kind: type) -> bool:
    """Return True if a class of trees has DEAP's `__str__` and iteration."""
    return keeps(kind, gp.PrimitiveTree, _AS_TREE)


def expression(tree: Sequence[Node]) -> str:
    """Return the tree's expression as `str` gives it, in one pass from the leaves."""
    stack: list[str] = []
    try:
        for node in reversed(tree):
            arguments = [stack.pop() for _ in range(node.arity)]
            stack.append(node.format(*arguments))
    except IndexError:  # the tree lacks nodes
        return str(tree)
    return stack[0] if len(stack) == 1 else str(tree)


def evaluate_tree(tree: Sequence[Node], pset: PrimitiveSet, arguments: Sequence[object]) -> Any:
    """Return the tree's value for `arguments`, columns or numbers, one per argument of `pset`.

    The operations are those of `gp.compile(tree, pset)(*arguments)`, but nothing is compiled.
    """
    context, named = pset.context, dict(zip(pset.arguments, arguments, strict=True))
    stack: list[object] = []
    for node in reversed(tree):
        if node.arity:
            operands = [stack.pop() for _ in range(node.arity)]
            stack.append(context[node.name](*operands))
        elif node.conv_fct is str:
            stack.append(named[node.value] if node.value in named else context[node.value])
        else:
            stack.append(node.value)
    return stack[-1]


def height(tree: Iterable[Node]) -> int:
    """Return the depth of the deepest node, as `PrimitiveTree.height`."""
    stack, deepest = [0], 0
    for node in tree:
        depth = stack.pop()
        deepest = max(deepest, depth)
        arity = node.arity
        if arity:
            stack.extend([depth + 1] * arity)
    return deepest


def static_limit(key: Operator, max_value: float) -> Callable[[Variation], Variation]:
    """Return the decorator of `deap.gp.staticLimit`: a parent replaces a child above the limit."""
    is_height = type(key) is attrgetter and repr(key) == _HEIGHT

    def measure(child: Any) -> Any:
        plain = is_height and _has_plain_height(type(child))
        return height(child) if plain else key(child)

    def decorator(function: Variation) -> Variation:
        @wraps(function)
        def limited(*args: object, **kwargs: object) -> list[object]:
            parents = [clone(individual) for individual in args]
            children = list(function(*args, **kwargs))
            for index, child in enumerate(children):
                if measure(child) > max_value:
                    children[index] = random.choice(parents)
            return children

        return limited

    return decorator


@asked_once
def _has_plain_height(kind: type) -> bool:
    return keeps(kind, gp.PrimitiveTree, ("height", "__iter__", "__getattribute__"))


def faster_limit(function: object) -> Variation | None:
    """Return `function` with this limit in place of DEAP's staticLimit; None if it has none."""
    if not isinstance(function, FunctionType) or function.__code__ is not _LIMITED:
        return None
    contents = [cell.cell_contents for cell in function.__closure__ or ()]
    cells: dict[str, Any] = dict(zip(_LIMITED.co_freevars, contents, strict=True))
    inner = cells["func"]
    return static_limit(cells["key"], cells["max_value"])(faster_limit(inner) or inner)
