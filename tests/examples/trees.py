"""Genetic programming: regression in its variants, circuits, an ant and a classifier."""

import math
import operator
import random
from functools import partial
from typing import Any

import numpy as np
from deap import algorithms, base, gp, tools
from steps import created

from evosweep.variation import cx_one_point

POINTS = [x / 10.0 for x in range(-10, 10)]


def divided(left: float, right: float) -> float:
    """A division that gives 1 where it cannot."""
    return left / right if right else 1.0


def _arithmetic(arity: int = 1) -> gp.PrimitiveSet:
    pset = gp.PrimitiveSet("MAIN", arity)
    for function, inputs in ((operator.add, 2), (operator.sub, 2), (operator.mul, 2)):
        pset.addPrimitive(function, inputs)
    pset.addPrimitive(divided, 2)
    pset.addPrimitive(operator.neg, 1)
    pset.addPrimitive(math.cos, 1)
    pset.addPrimitive(math.sin, 1)
    return pset


def _grown(
    toolbox: Any, pset: Any, name: str, weight: float = -1.0, mate: Any = gp.cxOnePoint
) -> None:
    """Registers what every example with trees has."""
    toolbox.register("expr", gp.genHalfAndHalf, pset=pset, min_=1, max_=2)
    kind = created(name, gp.PrimitiveTree, (weight,))
    toolbox.register("individual", tools.initIterate, kind, toolbox.expr)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("compile", gp.compile, pset=pset)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("mate", mate)
    toolbox.register("expr_mut", gp.genFull, min_=0, max_=2)
    toolbox.register("mutate", gp.mutUniform, expr=toolbox.expr_mut, pset=pset)
    for operation in ("mate", "mutate"):
        toolbox.decorate(operation, gp.staticLimit(operator.attrgetter("height"), 8))


def _target(x: float) -> float:
    return x**4 + x**3 + x**2 + x


def regression(select: str = "tournament") -> base.Toolbox:
    """x^4 + x^3 + x^2 + x at twenty points, with constants that are drawn."""
    toolbox, pset = base.Toolbox(), _arithmetic()
    pset.addEphemeralConstant("example", partial(random.randint, -1, 1))
    _grown(toolbox, pset, "GpRegression")

    def error(tree: Any, points: Any = POINTS) -> tuple[float]:
        function = toolbox.compile(expr=tree)
        return (math.fsum((function(x) - _target(x)) ** 2 for x in points) / len(points),)

    toolbox.register("evaluate", error)
    if select == "double":
        toolbox.register(
            "select", tools.selDoubleTournament, fitness_size=3, parsimony_size=1.4,
            fitness_first=True,
        )  # fmt: skip
    return toolbox


def regression_by_case() -> base.Toolbox:
    """The same with an objective for each of five points, and selection by cases."""
    toolbox, pset = base.Toolbox(), _arithmetic()
    _grown(toolbox, pset, "GpByCase")
    kind = created("GpCases", gp.PrimitiveTree, (-1.0,) * 5)
    toolbox.register("individual", tools.initIterate, kind, toolbox.expr)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)

    def errors(tree: Any) -> tuple[float, ...]:
        function = toolbox.compile(expr=tree)
        return tuple(abs(function(x) - _target(x)) for x in POINTS[::4])

    toolbox.register("evaluate", errors)
    toolbox.register("select", tools.selAutomaticEpsilonLexicase)
    return toolbox


def regression_of_arrays() -> base.Toolbox:
    """The same over arrays of points."""
    toolbox, pset = base.Toolbox(), gp.PrimitiveSet("MAIN", 1)
    for function, inputs in ((np.add, 2), (np.subtract, 2), (np.multiply, 2), (np.negative, 1)):
        pset.addPrimitive(function, inputs)
    pset.addTerminal(1)
    _grown(toolbox, pset, "GpArrays")
    points = np.linspace(-1, 1, 101)

    def error(tree: Any) -> tuple[float]:
        difference = toolbox.compile(expr=tree)(points) - _target(points)
        return (float(np.sum(difference**2)),)

    toolbox.register("evaluate", error)
    return toolbox


def with_functions() -> base.Toolbox:
    """Regression by a main tree that calls another one: individuals are lists of two trees."""
    inner, main = _arithmetic(2), _arithmetic()
    inner.name = "ADF0"
    main.addADF(inner)
    toolbox, sets = base.Toolbox(), (main, inner)
    kind = created("GpAdf", list, (-1.0,))
    branch = created("GpAdfTree", gp.PrimitiveTree, (-1.0,))

    def individual() -> Any:
        return kind(branch(gp.genFull(pset, 1, 2)) for pset in reversed(sets))

    def error(trees: Any) -> tuple[float]:
        function = gp.compileADF(reversed(list(trees)), sets)
        return (math.fsum((function(x) - _target(x)) ** 2 for x in POINTS),)

    toolbox.register("grow", gp.genFull, min_=0, max_=1)
    toolbox.register("mutate_main", gp.mutUniform, expr=toolbox.grow, pset=main)
    toolbox.register("mutate_inner", gp.mutUniform, expr=toolbox.grow, pset=inner)

    def mate(one: Any, two: Any) -> Any:
        for place in range(2):
            if random.random() < 0.7:
                one[place], two[place] = gp.cxOnePoint(one[place], two[place])
        return one, two

    def mutate(trees: Any) -> Any:
        for place, operator_ in enumerate((toolbox.mutate_inner, toolbox.mutate_main)):
            if random.random() < 0.5:
                (trees[place],) = operator_(trees[place])
        return (trees,)

    toolbox.register("individual", individual)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", error)
    toolbox.register("mate", mate)
    toolbox.register("mutate", mutate)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def _logic(arity: int) -> gp.PrimitiveSet:
    pset = gp.PrimitiveSet("MAIN", arity, "IN")
    pset.addPrimitive(operator.and_, 2)
    pset.addPrimitive(operator.or_, 2)
    pset.addPrimitive(operator.not_, 1)
    pset.addTerminal(1)
    pset.addTerminal(0)
    return pset


def _circuit(name: str, arity: int, wanted: Any) -> base.Toolbox:
    toolbox, pset = base.Toolbox(), _logic(arity)
    _grown(toolbox, pset, name, weight=1.0)
    rows = [[n >> i & 1 for i in range(arity)] for n in range(2**arity)]

    def right(tree: Any) -> tuple[int]:
        function = toolbox.compile(expr=tree)
        return (sum(bool(function(*row)) == wanted(row) for row in rows),)

    toolbox.register("evaluate", right)
    return toolbox


def multiplexer() -> base.Toolbox:
    """Two bits say which of four others is the output."""
    return _circuit("GpMultiplexer", 6, lambda row: bool(row[2 + 2 * row[0] + row[1]]))


def parity() -> base.Toolbox:
    """Whether an even number of bits is set."""
    return _circuit("GpParity", 4, lambda row: sum(row) % 2 == 0)


def ant(moves: int = 60) -> base.Toolbox:
    """An ant on a board with food: routines of moves, turns and a look ahead."""
    food = {(i, i * i % 8) for i in range(8)} | {(i, 3) for i in range(8)}
    state: dict[str, Any] = {}

    def reset() -> None:
        state.update(at=(0, 0), facing=(1, 0), left=moves, food=set(food))

    def step(action: str) -> None:
        if state["left"] <= 0:
            return
        state["left"] -= 1
        x, y = state["facing"]
        if action == "forward":
            state["at"] = ((state["at"][0] + x) % 8, (state["at"][1] + y) % 8)
            state["food"].discard(state["at"])
        else:
            state["facing"] = (y, -x) if action == "left" else (-y, x)

    def in_turn(*actions: Any) -> Any:
        return lambda: [action() for action in actions]

    def if_food(one: Any, other: Any) -> Any:
        def decide() -> None:
            ahead = tuple((p + d) % 8 for p, d in zip(state["at"], state["facing"], strict=True))
            (one if ahead in state["food"] else other)()

        return decide

    pset = gp.PrimitiveSet("MAIN", 0)
    pset.addPrimitive(if_food, 2)
    pset.addPrimitive(in_turn, 2, name="two")
    pset.addPrimitive(in_turn, 3, name="three")
    for action in ("forward", "left", "right"):
        pset.addTerminal(partial(step, action), name=action)
    toolbox = base.Toolbox()
    _grown(toolbox, pset, "GpAnt", weight=1.0)

    def eaten(tree: Any) -> tuple[int]:
        reset()
        routine = gp.compile(tree, pset)
        while state["left"] > 0:
            routine()
        return (len(food) - len(state["food"]),)

    toolbox.register("evaluate", eaten)
    return toolbox


def classifier(rows: int = 30) -> base.Toolbox:
    """Typed trees that tell mail from spam by four columns of numbers."""
    data = np.random.default_rng(5).uniform(0, 1, (rows, 4)).tolist()
    spam = [a + b > c + d for a, b, c, d in data]
    pset = gp.PrimitiveSetTyped("MAIN", [float] * 4, bool, "IN")
    pset.addPrimitive(operator.and_, [bool, bool], bool)
    pset.addPrimitive(operator.not_, [bool], bool)
    pset.addPrimitive(operator.lt, [float, float], bool)
    pset.addPrimitive(operator.add, [float, float], float)
    pset.addPrimitive(divided, [float, float], float)
    pset.addPrimitive(_either, [bool, float, float], float)
    pset.addTerminal(False, bool)
    pset.addTerminal(0.5, float)
    toolbox = base.Toolbox()
    # DEAP's crossover of typed trees depends on addresses in memory: no two processes agree.
    _grown(toolbox, pset, "GpSpam", weight=1.0, mate=cx_one_point)

    def right(tree: Any) -> tuple[int]:
        function = toolbox.compile(expr=tree)
        return (sum(bool(function(*row)) is s for row, s in zip(data, spam, strict=True)),)

    toolbox.register("evaluate", right)
    return toolbox


def _either(condition: bool, one: float, other: float) -> float:
    return one if condition else other


def harm(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """HARM-GP, which keeps trees small."""
    return gp.harm(
        toolbox.population(n=15), toolbox, 0.5, 0.1, 2, alpha=0.05, beta=10, gamma=0.25, rho=0.9,
        nbrindsmodel=40, stats=statistics, halloffame=hall_of_fame, verbose=False,
    )  # fmt: skip


def in_two_sizes(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """`eaSimple` with statistics of fitnesses and of sizes."""
    both = tools.MultiStatistics(fitness=statistics, size=tools.Statistics(len))
    both["size"].register("mean", np.mean)
    return algorithms.eaSimple(
        toolbox.population(n=20), toolbox, 0.5, 0.1, 3, stats=both, halloffame=hall_of_fame,
        verbose=False,
    )  # fmt: skip
