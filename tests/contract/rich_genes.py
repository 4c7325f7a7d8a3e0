"""Problems as other people write them, with genes that are neither numbers nor bits."""

import collections
import dataclasses
import enum
import functools
import itertools
import operator
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from deap import algorithms, base, creator, gp, tools

if not hasattr(creator, "RichFitness"):
    creator.create("RichFitness", base.Fitness, weights=(-1.0,))
    for name, kind in {
        "RichList": list, "RichDict": dict, "RichSet": set, "RichDeque": collections.deque,
        "RichBytes": bytearray, "RichArray": np.ndarray, "RichTree": gp.PrimitiveTree,
    }.items():  # fmt: skip
        creator.create(name, kind, fitness=creator.RichFitness)


def _toolbox(
    make: Callable[[], Any], evaluate: Callable[[Any], Any], mutate: Callable[[Any], Any],
    mate: Callable[[Any, Any], Any] = lambda one, other: (one, other),
) -> base.Toolbox:  # fmt: skip
    toolbox = base.Toolbox()
    toolbox.register("individual", make)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", mate)
    toolbox.register("mutate", mutate)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def evolve(toolbox: Any) -> Any:
    """The plain program."""
    return algorithms.eaSimple(toolbox.population(n=16), toolbox, 0.5, 0.5, 5, verbose=False)[0]


class Visit(NamedTuple):
    """A customer of a vehicle, and when it may be visited."""

    customer: int
    window: tuple[float, float]


def routes() -> base.Toolbox:
    """Vehicle routing with time windows: the same named tuples in every individual."""
    visits = [Visit(i, (i % 5 * 4.0, i % 5 * 4.0 + 9)) for i in range(10)]

    def late(route: Any) -> tuple[float]:
        time, at, total = 0.0, 0, 0.0
        for visit in route:
            time, at = time + abs(visit.customer - at), visit.customer
            total += max(0.0, time - visit.window[1])
        return (total + time,)

    return _toolbox(
        lambda: creator.RichList(random.sample(visits, 10)),
        late,
        lambda route: tools.mutShuffleIndexes(route, 0.2),
    )


class Pitch(enum.Enum):
    """Notes of a scale."""

    C = 60
    E = 64
    G = 67


@dataclasses.dataclass(frozen=True)
class Note:
    """A pitch and its part of a bar."""

    pitch: Pitch
    length: Fraction


def _note() -> Note:
    return Note(random.choice(list(Pitch)), Fraction(1, random.choice([2, 3, 4, 8])))


def melody() -> base.Toolbox:
    """Frozen dataclasses of a member and a fraction."""

    def off(notes: Any) -> tuple[float]:
        bars = sum((note.length for note in notes), Fraction(0))
        repeated = sum(a.pitch is b.pitch for a, b in itertools.pairwise(notes))
        return (float(abs(bars - 3)) + repeated + (notes[0].pitch is not Pitch.C),)

    def mutate(notes: Any) -> Any:
        notes[random.randrange(len(notes))] = _note()
        return (notes,)

    return _toolbox(
        lambda: creator.RichList(_note() for _ in range(8)), off, mutate, tools.cxOnePoint
    )


class Room(enum.StrEnum):
    """Where a lesson can be."""

    HALL = "hall"
    LAB = "lab"


Lesson = collections.namedtuple("Lesson", "course room start length", defaults=[timedelta(hours=1)])


def _lesson(course: str) -> Any:
    start = datetime(2026, 9, random.randint(7, 9), random.randint(8, 16), tzinfo=UTC)
    return Lesson(course, random.choice(list(Room)), start)


def timetable() -> base.Toolbox:
    """Named tuples of text, a member, a time and a duration."""

    def clashes(lessons: Any) -> tuple[float]:
        pairs = itertools.combinations(lessons, 2)
        both = sum(
            a.room is b.room and a.start < b.start + b.length and b.start < a.start + a.length
            for a, b in pairs
        )
        wrong = sum(each.room is not Room.LAB for each in lessons if each.course == "chemistry")
        return (float(both * 3 + wrong),)

    def mutate(lessons: Any) -> Any:
        place = random.randrange(len(lessons))
        lessons[place] = _lesson(lessons[place].course)
        return (lessons,)

    courses = ["art", "chemistry", "maths", "music", "sport"]
    return _toolbox(
        lambda: creator.RichList(map(_lesson, courses)), clashes, mutate, tools.cxTwoPoint
    )


def layers() -> base.Toolbox:
    """A network as a list of arrays, of several dtypes and orders in memory."""
    inputs = np.linspace(-1, 1, 24).reshape(8, 3)

    def make() -> Any:
        first = np.random.randn(3, 4).astype("f4")
        return creator.RichList([first, np.asfortranarray(np.random.randn(4, 4))])

    def error(network: Any) -> tuple[float]:
        hidden = np.tanh(inputs.astype("f4") @ network[0]) @ network[1]
        return (float(((hidden - 0.5) ** 2).sum() + network[1].sum()),)

    def mutate(network: Any) -> Any:
        for layer in network:
            np.add(layer, (0.1 * np.random.randn(*layer.shape)).astype(layer.dtype), out=layer)
        return (network,)

    return _toolbox(make, error, mutate)


def bins() -> base.Toolbox:
    """A dict of lists."""
    sizes = [10 + 7 * i % 41 for i in range(12)]

    def make() -> Any:
        packed = creator.RichDict({number: [] for number in range(6)})
        for item in range(12):
            packed[random.randrange(6)].append(item)
        return packed

    def waste(packed: Any) -> tuple[float]:
        loads = [sum(sizes[item] for item in items) for items in packed.values()]
        return (float(sum((100 - load) ** 2 for load in loads if load)),)

    def mutate(packed: Any) -> Any:
        source = random.choice([number for number in packed if packed[number]])
        packed[random.randrange(6)].append(packed[source].pop())
        return (packed,)

    return _toolbox(make, waste, mutate)


RULE = np.dtype([("centre", "f8"), ("width", "f4"), ("out", "f8", (2,)), ("on", "?")])


def controller() -> base.Toolbox:
    """Rules in a structured array."""

    def make() -> Any:
        rules = np.zeros(4, RULE).view(creator.RichArray)
        rules["centre"], rules["width"] = np.random.uniform(-2, 2, 4), 1
        rules["out"], rules["on"] = np.random.randn(4, 2), True
        rules.fitness = creator.RichFitness()
        return rules

    def error(rules: Any) -> tuple[float]:
        total = 0.0
        for x in np.linspace(-2, 2, 9):
            weight = np.exp(-(((x - rules["centre"]) / rules["width"]) ** 2)) * rules["on"]
            total += float(((weight[:, None] * rules["out"]).sum(0) - [x, x * x]) @ [1.0, 1.0]) ** 2
        return (total,)

    def mutate(rules: Any) -> Any:
        rules["centre"] += 0.2 * np.random.randn(4)
        rules["on"][random.randrange(4)] ^= True
        return (rules,)

    return _toolbox(make, error, mutate)


def circuit() -> base.Toolbox:
    """Gates as functions of the standard library, in nested lists."""
    gates = [operator.and_, operator.or_, operator.xor, max]

    def gate(wires: int) -> list[Any]:
        return [random.choice(gates), random.randrange(wires), random.randrange(wires)]

    def wrong(circuit: Any) -> tuple[float]:
        count = 0
        for bits in itertools.product((0, 1), repeat=3):
            wires = list(bits)
            for function, one, other in circuit:
                wires.append(function(wires[one], wires[other]))
            count += wires[-1] != sum(bits) % 2
        return (float(count),)

    def mutate(circuit: Any) -> Any:
        place = random.randrange(len(circuit))
        circuit[place] = gate(3 + place)
        return (circuit,)

    return _toolbox(
        lambda: creator.RichList(gate(3 + i) for i in range(5)), wrong, mutate, tools.cxOnePoint
    )


def necklace() -> base.Toolbox:
    """A deque that is rotated."""

    def tension(beads: Any) -> tuple[float]:
        return (float(sum(abs(a - b) for a, b in itertools.pairwise([*beads, beads[0]]))),)

    def mutate(beads: Any) -> Any:
        beads.rotate(random.randrange(4))
        one, other = random.sample(range(len(beads)), 2)
        beads[one], beads[other] = beads[other], beads[one]
        return (beads,)

    return _toolbox(lambda: creator.RichDeque(random.sample(range(9), 9)), tension, mutate)


def key() -> base.Toolbox:
    """Bytes that can change."""
    secret = bytes(a ^ b for a, b in zip(b"attack at dawn", itertools.cycle(b"key"), strict=False))

    def unlike(guess: Any) -> tuple[float]:
        text = (a ^ b for a, b in zip(secret, itertools.cycle(guess), strict=False))
        return (float(sum(not 97 <= letter <= 122 for letter in text)),)

    def mutate(guess: Any) -> Any:
        guess[random.randrange(3)] = random.randrange(97, 123)
        return (guess,)

    return _toolbox(
        lambda: creator.RichBytes(random.randrange(97, 123) for _ in range(3)), unlike, mutate
    )


def _fraction() -> Fraction:
    return Fraction(random.randint(-5, 5), random.randint(1, 5))


def fractions() -> base.Toolbox:
    """Trees with fractions as constants, and with terminals that no primitive set has."""
    pset = gp.PrimitiveSet("RICH", 1)
    pset.addPrimitive(operator.add, 2)
    pset.addPrimitive(operator.mul, 2)
    pset.addTerminal(3)
    pset.addEphemeralConstant("rich_fraction", functools.partial(_fraction))
    pset.context["Fraction"] = Fraction
    expression = functools.partial(gp.genHalfAndHalf, pset=pset, min_=1, max_=2)
    compiled = functools.partial(gp.compile, pset=pset)

    def error(tree: Any) -> tuple[float]:
        function = compiled(tree)
        return (float(sum(abs(function(Fraction(x, 3)) - x * x) for x in range(-3, 4))),)

    def mutate(tree: Any) -> Any:
        leaves = [place for place, node in enumerate(tree) if node.arity == 0]
        tree[random.choice(leaves)] = gp.Terminal(random.randint(5, 9), False, object)
        return gp.mutUniform(tree, expression, pset)

    toolbox = _toolbox(lambda: creator.RichTree(expression()), error, mutate, gp.cxOnePoint)
    toolbox.register("compile", gp.compile, pset=pset)
    return toolbox


class Robot:
    """A class of the program's own."""

    def __init__(self, moves: list[str], name: str) -> None:
        self.moves, self.name = moves, name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Robot) and self.moves == other.moves

    __hash__ = None  # type: ignore[assignment]


if not hasattr(creator, "RichRobot"):
    creator.create("RichRobot", Robot, fitness=creator.RichFitness)


def stranger() -> base.Toolbox:
    """Individuals of a class of the program's own, which evosweep does not know."""

    def away(robot: Any) -> tuple[float]:
        return (abs(robot.moves.count("n") - 5) + len(robot.name) / 10,)

    def mutate(robot: Any) -> Any:
        robot.moves[random.randrange(8)] = random.choice("nsew")
        return (robot,)

    def make() -> Any:
        return creator.RichRobot(random.choices("nsew", k=8), random.choice(["a", "bb"]))

    return _toolbox(make, away, mutate)


def robots() -> base.Toolbox:
    """The same with the hooks that make them known."""
    toolbox = stranger()
    toolbox.register("encode", lambda robot: [robot.moves, robot.name])
    toolbox.register("decode", lambda parts: creator.RichRobot(*parts))
    return toolbox


def local() -> base.Toolbox:
    """Members of a class that no other process can find."""
    colour = enum.Enum("colour", "RED GREEN", module="rich_genes", qualname="local.colour")
    return _toolbox(
        lambda: creator.RichList(random.choices(list(colour), k=6)),
        lambda genes: (float(sum(gene is colour.RED for gene in genes)),),
        lambda genes: tools.mutShuffleIndexes(genes, 0.3),
    )


def history() -> base.Toolbox:
    """A sum in the order of a set, which is its history."""

    def mutate(chosen: Any) -> Any:
        chosen.symmetric_difference_update([random.randrange(60)])
        return (chosen,)

    return _toolbox(
        lambda: creator.RichSet(random.sample(range(60), 12)),
        lambda chosen: (float(sum(place * item for place, item in enumerate(chosen))),),
        mutate,
    )
