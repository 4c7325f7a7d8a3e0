"""Trees of GP: the tokens of their nodes, and the nodes again by the toolbox's primitive sets."""

import functools
import operator
import random
from fractions import Fraction
from typing import Any

import pytest
from deap import gp

from evosweep.errors import InputError
from evosweep.genomes.plain_form import PlainForm
from evosweep.genomes.rebuild import Rebuilder

THIRD = [..., "fraction", 1, 3]


class OwnTerminal(gp.Terminal):
    """A terminal of a program's own class."""

    __slots__ = ()


class OwnPrimitive(gp.Primitive):
    """A primitive of a program's own class."""

    __slots__ = ()


def _set(name: str = "TREES") -> Any:
    primitives = gp.PrimitiveSet(name, 2)
    primitives.addPrimitive(operator.add, 2)
    primitives.addTerminal(Fraction(1, 2), name="half")
    primitives.addEphemeralConstant("tree_values_drawn", functools.partial(random.random))
    primitives.renameArguments(ARG0="x")
    return primitives


SET = _set()


def _tree(*nodes: Any) -> Any:
    return gp.PrimitiveTree([SET.mapping[node] if type(node) is str else node for node in nodes])


def _drawn(value: object) -> Any:
    node = object.__new__(SET.mapping["tree_values_drawn"])
    node.value = value
    return node


def _again(tree: Any, tokens: list[Any]) -> Any:
    """Check the tokens, with and without knowledge of the primitive sets; return a new tree."""
    for form in (PlainForm(primitive_sets=[SET]), PlainForm(), PlainForm(exact=False)):
        assert form(tree) == [..., "tree", tokens]
    again: Any = Rebuilder([SET]).value([..., "tree", tokens])
    assert type(again) is gp.PrimitiveTree
    return again


def test_nodes_of_the_primitive_set_travel_by_their_names() -> None:
    """An argument that has another name now is found by that one."""
    names = ["add", "add", "x", "ARG1", "half"]
    tree = _tree(*names)
    again = _again(tree, names)
    assert list(map(id, again)) == [id(SET.mapping[name]) for name in names]
    assert str(again) == str(tree) == "add(add(x, ARG1), half)"


def test_an_ephemeral_constant_travels_with_its_value_and_draws_none() -> None:
    random.seed(1)
    before = random.getstate()
    one, two = _again(
        _tree("add", _drawn(0.25), _drawn(Fraction(1, 3))),
        ["add", ("tree_values_drawn", 0.25), ("tree_values_drawn", THIRD)],
    )[1:]
    assert random.getstate() == before
    for node, value in ((one, 0.25), (two, Fraction(1, 3))):
        assert type(node) is SET.mapping["tree_values_drawn"]
        assert node.value == value
        assert type(node.value) is type(value)


def test_nodes_of_a_programs_own_classes() -> None:
    """Terminals and primitives are known by their names; any other value is a part of the tree."""
    own = OwnTerminal("x", True, object)
    own.name = "ARG0"
    tree = _tree(OwnPrimitive("add", [object, object], object), own, Fraction(1, 3))
    again = _again(tree, ["add", "x", [..., "part", THIRD]])
    assert again[0] is SET.mapping["add"]
    assert again[1] is SET.mapping["x"]
    assert again[2] == Fraction(1, 3)


@pytest.mark.parametrize(
    ("terminal", "value", "symbolic"),
    [
        (gp.Terminal(3.5, False, float), 3.5, False),
        (gp.Terminal(Fraction(1, 3), False, float), THIRD, False),
        (gp.Terminal("y", True, float), "y", True),
    ],
)
def test_a_terminal_of_no_primitive_set_travels_as_a_whole(
    terminal: Any, value: object, symbolic: bool
) -> None:
    tree = _tree("add", terminal, "x")
    plain = PlainForm(primitive_sets=[SET])(tree)
    kind = [..., "name", "builtins:float"]
    assert plain == [..., "tree", ["add", [..., "terminal", value, symbolic, kind], "x"]]
    again: Any = Rebuilder([SET]).value(plain)
    assert again[1] == terminal
    assert again[1] is not terminal
    assert again[1].ret is float
    assert type(again[1].value) is type(terminal.value)
    assert again[1].conv_fct is (str if symbolic else repr)
    assert again[2] is SET.mapping["x"]
    assert PlainForm()(tree) == [..., "tree", ["add", str(terminal.value), "x"]]


def test_a_primitive_of_no_primitive_set_is_refused() -> None:
    stranger = gp.Primitive("other", [object], object)
    own = OwnTerminal("z", True, object)
    for node, name in ((stranger, "other"), (own, "z")):
        tree = _tree("add", node, "x")
        with pytest.raises(InputError, match=f"no primitive set of the toolbox has '{name}'"):
            PlainForm(primitive_sets=[SET])(tree)
        assert PlainForm()(tree) == [..., "tree", ["add", name, "x"]]


def test_nodes_are_those_of_the_first_set_that_has_them_all() -> None:
    other = gp.PrimitiveSet("OTHER", 1)
    other.addPrimitive(operator.add, 2)
    later = _set("LATER")
    rebuilder = Rebuilder([other, SET, later])
    again: Any = rebuilder.value([..., "tree", ["add", "x", "half"]])
    assert again[0] is SET.mapping["add"]
    again = rebuilder.value([..., "tree", ["add", "ARG0", "ARG0"]])
    assert again[0] is other.mapping["add"]
    form = PlainForm(primitive_sets=[other, SET])
    assert form.node_names == set(other.mapping) | set(SET.mapping)
    assert PlainForm().node_names is None


def test_names_that_no_primitive_set_has_are_listed() -> None:
    tokens = ["mul", ("drawn", 1.0), "ARG1", [..., "part", 3]]
    for rebuilder in (Rebuilder([SET]), Rebuilder()):
        with pytest.raises(InputError, match="has all of") as refused:
            rebuilder.value([..., "tree", tokens])
        assert "['ARG1', 'drawn', 'mul']" in str(refused.value)


def test_a_terminal_is_found_by_the_text_of_its_value_at_first() -> None:
    values, primitives = [1], _set("CHANGED")
    primitives.addTerminal(values)
    node = primitives.mapping["[1]"]
    values.append(2)
    plain = PlainForm(primitive_sets=[primitives])(gp.PrimitiveTree([node]))
    assert plain == [..., "tree", ["[1]"]]
    again: Any = Rebuilder([primitives]).value(plain)
    assert again[0] is node
