"""Genetic programming: trees compiled once, evaluated over whole columns, limited at less cost."""

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

_REMEMBERED = 20_000  # compiled expressions a primitive set, before it forgets them all
Compiled = dict[str, Operator]
# With the context and the arguments that they were compiled with.
_compiled: WeakKeyDictionary[PrimitiveSet, tuple[dict[str, Operator], list[str], Compiled]] = (
    WeakKeyDictionary()
)
_SETS = (gp.PrimitiveSet, gp.PrimitiveSetTyped)
_AS_TREE = ("__str__", "__iter__", "__reversed__")
_HEIGHT = repr(attrgetter("height"))
# The code of the function that DEAP's decorator returns: by it a decorated operator is known.
_LIMITED = gp.staticLimit(len, 0)(len).__code__


def compile_tree(expr: Sequence[Node], pset: PrimitiveSet) -> Any:
    """Return the function that `deap.gp.compile` returns; the same object for an equal expression.

    A function looks up its primitives in `pset.context` when it is called, so that a change there
    affects remembered functions just as it affects DEAP's.
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
    """Return True if a class of trees is written and walked through as DEAP's is."""
    return keeps(kind, gp.PrimitiveTree, _AS_TREE)


def expression(tree: Sequence[Node]) -> str:
    """Return the tree's expression as `str` gives it, in one pass from the leaves."""
    stack: list[str] = []
    try:
        for node in reversed(tree):
            arguments = [stack.pop() for _ in range(node.arity)]
            stack.append(node.format(*arguments))
    except IndexError:  # nodes are missing
        return str(tree)
    return stack[0] if len(stack) == 1 else str(tree)


def evaluate_tree(tree: Sequence[Node], pset: PrimitiveSet, arguments: Sequence[object]) -> Any:
    """Return the tree's value for `arguments`: whole columns, or numbers, one for each of `pset`'s.

    The operations are those of `gp.compile(tree, pset)(*arguments)`; nothing is compiled.
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
    """`function` with the limit above where DEAP's staticLimit decorates it, else None."""
    if not isinstance(function, FunctionType) or function.__code__ is not _LIMITED:
        return None
    contents = [cell.cell_contents for cell in function.__closure__ or ()]
    cells: dict[str, Any] = dict(zip(_LIMITED.co_freevars, contents, strict=True))
    inner = cells["func"]
    return static_limit(cells["key"], cells["max_value"])(faster_limit(inner) or inner)
