"""What a worker makes of a block, and what a Lamarckian evaluation writes back."""

import array
from collections import deque
from fractions import Fraction
from functools import partial
from typing import Any

import numpy
import pytest
from deap import base, creator, gp

from evosweep.errors import InputError
from evosweep.genomes.blocks import Block
from evosweep.genomes.companions import Companions
from evosweep.genomes.encoding import encode
from evosweep.genomes.plain_form import PlainForm
from evosweep.genomes.rebuild import Rebuilder, primitive_sets
from evosweep.genomes.single_list import SingleLists


class Watched(base.Fitness):
    """A fitness with an attribute from the start."""

    def __init__(self, values: Any = ()) -> None:
        super().__init__(values)
        self.seen: list[int] = []


creator.create("RebuildFitness", base.Fitness, weights=(1.0,))
creator.create("RebuildConstrained", base.ConstrainedFitness, weights=(1.0,))
creator.create("RebuildWatched", Watched, weights=(1.0,))
creator.create("RebuildList", list, fitness=creator.RebuildFitness)
creator.create("RebuildTuple", tuple, fitness=creator.RebuildFitness)
creator.create("RebuildSet", set, fitness=creator.RebuildFitness)
creator.create("RebuildDict", dict, fitness=creator.RebuildFitness)
creator.create("RebuildDeque", deque, fitness=creator.RebuildFitness)
creator.create("RebuildBytes", bytearray, fitness=creator.RebuildFitness)
creator.create("RebuildArray", array.array, typecode="d", fitness=creator.RebuildFitness)
creator.create("RebuildNumPy", numpy.ndarray, fitness=creator.RebuildFitness)
creator.create("RebuildTree", gp.PrimitiveTree, fitness=creator.RebuildFitness)
creator.create("RebuildSwift", creator.RebuildList, speed=list)


class Robot:
    """A program's own class."""

    def __init__(self, moves: list[int]) -> None:
        self.moves = moves


class Bare:
    """The same without a `__dict__`."""

    __slots__ = ("moves",)


creator.create("RebuildRobot", Robot, fitness=creator.RebuildFitness)


def _there_and_back(individual: Any, **how: Any) -> Any:
    """Return the individual that a worker gets."""
    sent = Block.of([individual], PlainForm(), **how)._replace(contents=None)
    (again,) = Rebuilder().block(sent)
    return again


def _numpy_of(genes: list[float], fitness: type) -> Any:
    if not hasattr(creator, name := f"RebuildNumPyOf{fitness.__name__}"):
        creator.create(name, numpy.ndarray, fitness=fitness)
    return getattr(creator, name)(genes)


def _list_of(genes: list[float], fitness: type) -> Any:
    if not hasattr(creator, name := f"RebuildListOf{fitness.__name__}"):
        creator.create(name, list, fitness=fitness)
    return getattr(creator, name)(genes)


@pytest.mark.parametrize("make", [_list_of, _numpy_of])
@pytest.mark.parametrize(
    ("fitness", "attributes"),
    [
        ("RebuildFitness", {}),
        ("RebuildConstrained", {"constraint_violation": None}),
        ("RebuildWatched", {"seen": []}),
    ],
)
def test_a_new_fitness_is_as_its_class_makes_it(make: Any, fitness: str, attributes: Any) -> None:
    kind = getattr(creator, fitness)
    individuals = [make([1.0, 2.0], kind), make([3.0, 4.0], kind)]
    again: Any = Rebuilder().block(Block.of(individuals))
    for one, other in zip(again, individuals, strict=True):
        assert type(one) is type(other)
        assert list(one) == list(other)
        assert type(one.fitness) is kind
        assert one.fitness.wvalues == ()
        assert {**vars(one.fitness)} == attributes
        assert one.fitness is not other.fitness
    assert again[0].fitness is not again[1].fitness
    single = SingleLists(PlainForm(), Rebuilder(), frozenset()).copy(individuals[0])
    assert (single is None) == (make is _numpy_of)
    if single is not None:
        given: Any = single.given
        assert type(given.fitness) is kind
        assert vars(given.fitness) == attributes


def test_usual_individuals_are_made_in_the_fast_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither value by value, nor by the plain form, nor by a call of a class."""

    def fail(*_: object) -> None:
        raise AssertionError("it takes longer so")

    usual: list[list[Any]] = [
        [creator.RebuildList([1, 2]), creator.RebuildList([3])],
        [creator.RebuildList([numpy.float64(1.0)] * 2)] * 2,
        [creator.RebuildNumPy([1.0, 2.0])] * 2,
        [creator.RebuildNumPy([1.0, 2.0])],
    ]
    blocks = [Block.of(individuals)._replace(contents=None) for individuals in usual]
    aged = creator.RebuildList([1])
    aged.age = 7
    with_age = Block.of([aged])._replace(contents=None)
    rebuilder: Any = Rebuilder()
    monkeypatch.setattr(base.Fitness, "__init__", fail)
    monkeypatch.setattr(rebuilder, "value", fail)
    with monkeypatch.context() as patch:
        patch.setattr(rebuilder, "individual", fail)
        assert [list(map(list, rebuilder.block(block))) for block in blocks[:1]] == [[[1, 2], [3]]]
        patch.setattr("evosweep.genomes.rebuild.decode_list", fail)
        for block, individuals in zip(blocks[1:], usual[1:], strict=True):
            again = rebuilder.block(block)
            assert list(map(list, again)) == list(map(list, individuals))
            assert list(map(type, again)) == list(map(type, individuals))
    monkeypatch.undo()
    monkeypatch.setattr(rebuilder, "value", fail)
    assert rebuilder.block(with_age)[0].age == 7


def test_an_object_is_what_decode_makes_of_it() -> None:
    form = PlainForm(lambda robot: robot.moves)
    sent = Block.of([creator.RebuildRobot([1])], form)
    (again,) = Rebuilder(decode=Robot).block(sent)
    assert type(again) is Robot
    assert vars(again) == {"moves": [1]}


def test_attributes_come_back_each_as_it_was() -> None:
    swift = creator.RebuildSwift([1])
    swift.speed = [0.5]
    swift.path, swift.step = (1, 2), 3
    again = _there_and_back(swift)
    assert type(again) is creator.RebuildSwift
    assert (again.speed, again.path, again.step) == ([0.5], (1, 2), 3)
    assert again.fitness.wvalues == ()
    swift.fitness.values = (7.0,)
    swift.third = Fraction(1, 3)
    again = _there_and_back(swift, declared=frozenset({"third"}))
    assert again.fitness.values == (7.0,)
    assert type(again.fitness) is creator.RebuildFitness
    assert again.third == Fraction(1, 3)
    swift.fitness.crowding_dist = 2.5
    again = _there_and_back(swift)
    assert again.fitness.values == (7.0,)
    assert again.fitness.crowding_dist == 2.5
    del swift.speed
    assert _there_and_back(swift).speed == []  # as `creator` makes it


def test_individuals_of_one_class_may_have_attributes_of_their_own() -> None:
    people: Any = [creator.RebuildList([place]) for place in range(3)]
    people[1].age = 7
    again: Any = Rebuilder().block(Block.of(people))
    assert [list(each) for each in again] == [[0], [1], [2]]
    assert [type(each) for each in again] == [creator.RebuildList] * 3
    assert [getattr(each, "age", None) for each in again] == [None, 7, None]
    mixed: Any = [[1], creator.RebuildList([2])]
    assert list(map(type, Rebuilder().block(Block.of(mixed)))) == [list, creator.RebuildList]


def test_companions_of_other_individuals_are_an_error() -> None:
    """They would give an individual the attributes of another one."""
    block = Block.of([creator.RebuildList([1]), creator.RebuildList([2])])
    (name,) = block.companions.classes
    for companions in (
        Companions([name], [{"age": 1}]), Companions([name] * 3, [{}, {}]), Companions([name] * 3),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="zip"):
            Rebuilder().block(block._replace(companions=companions))


@pytest.mark.parametrize("tag", ["dict", "OrderedDict", "Counter", "defaultdict"])
def test_a_key_without_a_value_is_an_error(tag: str) -> None:
    factory = [None] if tag == "defaultdict" else []
    with pytest.raises(ValueError, match="zip"):
        Rebuilder().value([..., tag, *factory, ["a", 1, "b"]])


def test_values_that_are_no_tagged_lists() -> None:
    rebuilder = Rebuilder()
    third = [..., "fraction", 1, 3]
    assert rebuilder.value([1, [2, third]]) == [1, [2, Fraction(1, 3)]]
    assert rebuilder.value((1, third)) == (1, Fraction(1, 3))
    assert rebuilder.value({(third[1], 2): third}) == {("fraction", 2): Fraction(1, 3)}
    assert rebuilder.value({(1, 2)}) == {(1, 2)}
    assert rebuilder.value(frozenset({(1, 2)})) == frozenset({(1, 2)})
    genes = [1, 2]
    again = rebuilder.value(genes)
    assert again == genes
    assert again is not genes
    assert rebuilder.value([..., "part", third]) == Fraction(1, 3)


WRITTEN: list[tuple[Any, Any]] = [
    (creator.RebuildList([1, 2, 3]), [4, Fraction(1, 3)]),
    (creator.RebuildNumPy([1.0, 2.0]), numpy.array([3.0, 4.0])),
    (creator.RebuildArray([1.0, 2.0]), array.array("d", [3.0])),
    (creator.RebuildBytes(b"abc"), bytearray(b"de")),
    (creator.RebuildSet({1, 2}), {3}),
    (creator.RebuildDict(a=1), {"b": 2}),
    (creator.RebuildDeque([1, 2]), deque([3])),
]


@pytest.mark.parametrize(("individual", "improved"), WRITTEN)
def test_an_improved_genome_replaces_the_old_one_in_place(individual: Any, improved: Any) -> None:
    individual.fitness.values = (1.0,)
    form = PlainForm()
    kept = individual.fitness
    Rebuilder().write_back(individual, form(improved))
    assert encode([form.genome(individual)]) == encode([form(improved)])
    assert individual.fitness is kept


def test_an_improved_tree_need_not_be_whole() -> None:
    """The check of a tree's own `__setitem__` would look at its arguments."""
    primitives = gp.PrimitiveSet("REBUILD", 1)
    primitives.addPrimitive(max, 2)
    tree = creator.RebuildTree(gp.PrimitiveTree.from_string("max(ARG0, ARG0)", primitives))
    Rebuilder([primitives]).write_back(tree, [..., "tree", ["ARG0"]])
    assert [node.name for node in tree] == ["ARG0"]


def test_an_improved_object_gets_the_attributes_but_no_fitness() -> None:
    robot, improved = creator.RebuildRobot([1]), creator.RebuildRobot([2])
    improved.fitness.values, improved.more = (7.0,), 3
    robot.kept = 4
    decoded = Rebuilder(decode=lambda _: improved)
    decoded.write_back(robot, [..., "own", "robot"])
    assert (robot.moves, robot.more, robot.kept) == ([2], 3, 4)
    assert not robot.fitness.valid


def test_what_cannot_be_improved_in_place_is_refused() -> None:
    for individual, improved in (
        (creator.RebuildTuple([1]), (2,)),
        (creator.RebuildRobot([1]), Robot([2])),
        (Bare(), Bare()),
    ):
        rebuilder = Rebuilder(decode=lambda _, improved=improved: improved)
        kind = type(individual).__name__
        with pytest.raises(InputError, match=f"a {kind} cannot be improved in place"):
            rebuilder.write_back(individual, [..., "own", 0])


def test_the_primitive_sets_of_a_toolbox() -> None:
    """Those of registered functions, and of functions in their arguments, each once."""
    sets = [gp.PrimitiveSet(f"REBUILD{number}", 1) for number in range(6)]
    toolbox = base.Toolbox()
    toolbox.register("compile", gp.compile, pset=sets[0])
    toolbox.register("expr", gp.genFull, sets[1], min_=1)
    toolbox.register("again", gp.genFull, pset=sets[1])
    toolbox.register("adfs", print, [sets[2], sets[3]], more=(sets[2],))
    toolbox.register("mutate", print, expr=partial(gp.genFull, pset=sets[4]), other=print)
    toolbox.register("mate", print, partial(partial(print, 1), sets[5]))
    toolbox.hall = None
    toolbox.error = ValueError(gp.PrimitiveSet("OTHER", 1))
    assert list(map(id, primitive_sets(toolbox))) == list(map(id, sets))
    assert primitive_sets(base.Toolbox()) == []
    toolbox.one = sets[0]
    assert len(primitive_sets(toolbox)) == 6
