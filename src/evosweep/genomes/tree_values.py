"""Convert GP trees to the names of their nodes, and back with a toolbox's primitive sets."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from deap import gp

from evosweep.errors import InputError
from evosweep.genomes.deap_types import Node
from evosweep.genomes.form import Form, Plain

Token = str | tuple[str, Plain] | list[Plain]
"""The name of a primitive or a terminal; (class name, value) of an ephemeral constant; or a tagged
list for a terminal that no primitive set of the toolbox has.
"""


def plain_tree(tree: Sequence[Node], form: Form) -> Plain:
    """Return the tokens of a tree's nodes."""
    tokens: list[Token] = [
        node.name
        if type(node) is gp.Primitive
        else _terminal(node)
        if type(node) is gp.Terminal
        else _token(node, form)
        for node in tree
    ]
    if form.node_names is not None and not form.node_names.issuperset(
        [token for token in tokens if type(token) is str]
    ):
        tokens = list(map(partial(_known, form), tree, tokens))
    return [..., "tree", tokens]


def _known(form: Form, node: Node, token: Token) -> Token:
    """Return a token by which workers find the node; a name must be in a primitive set."""
    names = form.node_names or ()
    return token if type(token) is not str or token in names else _stranger(node, form)


def _terminal(node: Node) -> str:
    """Return the name of a terminal. The name of a renamed argument is its value."""
    return str(node.value) if node.conv_fct is str else node.name


def _token(node: Node, form: Form) -> Token:
    if isinstance(type(node), gp.MetaEphemeral):
        return (type(node).__name__, form(node.value))
    if isinstance(node, gp.Terminal):
        return _terminal(node)
    return node.name if isinstance(node, gp.Primitive) else [..., "part", form(node)]


def _stranger(node: Node, form: Form) -> Token:
    """Return the token of a terminal that is in no primitive set, such as a constant."""
    if type(node) is gp.Terminal:
        symbolic = node.conv_fct is str
        return [..., "terminal", form(node.value), symbolic, form(node.ret)]
    raise InputError(
        f"genome: no primitive set of the toolbox has {getattr(node, 'name', node)!r}; register "
        "toolbox functions with pset=... so that workers can rebuild trees"
    )


def nodes_of(
    tokens: Sequence[Token],
    primitive_sets: Sequence[gp.PrimitiveSetTyped],
    inner: Callable[[Plain], object],
) -> list[object]:
    """Return the nodes of tokens, from the first primitive set that has all of them."""
    for primitive_set in primitive_sets:
        mapping = primitive_set.mapping
        try:
            return [
                mapping[token] if type(token) is str else _node(mapping, token, inner)
                for token in tokens
            ]
        except KeyError:
            continue
    named = [token for token in tokens if not isinstance(token, list)]
    names = sorted({token if isinstance(token, str) else token[0] for token in named})
    raise InputError(
        f"genome: no primitive set of the toolbox has all of {names}; register toolbox functions "
        "with pset=... so that workers can rebuild trees"
    )


def _node(
    mapping: Mapping[str, type[Node]], token: Token, inner: Callable[[Plain], object]
) -> object:
    if isinstance(token, tuple):
        node: Node = object.__new__(mapping[token[0]])  # its own __init__ would draw a new value
        node.value = inner(token[1])
        return node
    if token[1] == "part":
        return inner(token[2])
    value, symbolic, ret = list(token[2:])
    return gp.Terminal(inner(value), symbolic, inner(ret))
