"""Genetic programming: trees compiled once, evaluated over whole columns, limited at less cost."""

import random
from collections.abc import Callable, Sequence
from functools import wraps
from operator import attrgetter
from typing import Any
from weakref import WeakKeyDictionary

from deap import gp

from evosweep.fast.clone import clone

_REMEMBERED = 20_000  # compiled expressions a primitive set, before it forgets them all
_compiled: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()
_HEIGHT = repr(attrgetter("height"))
# The code of the function that DEAP's decorator returns: by it a decorated operator is known.
_LIMITED = gp.staticLimit(len, 0)(len).__code__


def compile_tree(expr: Any, pset: Any) -> Any:
    """What `deap.gp.compile` returns, and the same again for an expression seen before.

    A function looks its primitives up in `pset.context` when it is called, so that a change there
    reaches the remembered ones as it would reach DEAP's.
    """
    if type(expr).__str__ is not gp.PrimitiveTree.__str__ or not pset.arguments:
        return gp.compile(expr, pset)
    code = expression(expr)
    functions = _compiled.setdefault(pset, {})
    if code not in functions:
        if len(functions) >= _REMEMBERED:
            functions.clear()
        functions[code] = gp.compile(code, pset)
    return functions[code]


def expression(tree: Sequence[Any]) -> str:
    """The tree's expression as `str` gives it, in one pass from the leaves."""
    stack: list[str] = []
    for node in reversed(tree):
        arguments = [stack.pop() for _ in range(node.arity)]
        stack.append(node.format(*arguments))
    return stack[-1]


def evaluate_tree(tree: Sequence[Any], pset: Any, arguments: Sequence[Any]) -> Any:
    """The tree's value for `arguments`: whole columns, or numbers, one for each of `pset`'s.

    The operations are those of `gp.compile(tree, pset)(*arguments)`; nothing is compiled.
    """
    context, named = pset.context, dict(zip(pset.arguments, arguments, strict=True))
    stack: list[Any] = []
    for node in reversed(tree):
        if node.arity:
            operands = [stack.pop() for _ in range(node.arity)]
            stack.append(context[node.name](*operands))
        elif node.conv_fct is str:
            stack.append(named[node.value] if node.value in named else context[node.value])
        else:
            stack.append(node.value)
    return stack[-1]


def height(tree: Sequence[Any]) -> int:
    """The depth of the deepest node, as `PrimitiveTree.height`."""
    stack, deepest = [0], 0
    for node in tree:
        depth = stack.pop()
        arity = node.arity
        if arity:
            stack.extend([depth + 1] * arity)
        elif depth > deepest:
            deepest = depth
    return deepest


def static_limit(key: Callable[[Any], Any], max_value: Any) -> Callable[..., Any]:
    """What `deap.gp.staticLimit` returns: a child above the limit becomes one of its parents."""
    measure = height if repr(key) == _HEIGHT else key

    def decorator(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def limited(*args: Any, **kwargs: Any) -> list[Any]:
            parents = [clone(individual) for individual in args]
            children = list(function(*args, **kwargs))
            for index, child in enumerate(children):
                if measure(child) > max_value:
                    children[index] = random.choice(parents)
            return children

        return limited

    return decorator


def faster_limit(function: Any) -> Any:
    """`function` with the limit above where DEAP's staticLimit decorates it, else None."""
    if getattr(function, "__code__", None) is not _LIMITED:
        return None
    cells: dict[str, Any] = dict(
        zip(function.__code__.co_freevars, function.__closure__, strict=True)
    )
    inner = cells["func"].cell_contents
    return static_limit(cells["key"].cell_contents, cells["max_value"].cell_contents)(
        faster_limit(inner) or inner
    )
