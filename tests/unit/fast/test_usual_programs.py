"""What usual programs do is done by the faster parts: nothing of it is left to DEAP's."""

import random
from array import array
from typing import Any

import numpy as np
import pytest
from deap import base, cma, gp, tools
from strange import created, fitness_class

from evosweep.fast import HallOfFame, ParetoFront, accelerate
from evosweep.fast import clone as clone_of

ONE, TWO = (fitness_class(base.Fitness, weights) for weights in ((1.0,), (-1.0, -1.0)))
REFERENCES = tools.uniform_reference_points(2, 8)
SELECTIONS: list[tuple[Any, Any, dict[str, Any]]] = [
    (ONE, tools.selTournament, {"tournsize": 3}),
    (
        ONE,
        tools.selDoubleTournament,
        {"fitness_size": 3, "parsimony_size": 1.4, "fitness_first": True},
    ),
    (ONE, tools.selRoulette, {}),
    (ONE, tools.selStochasticUniversalSampling, {}),
    (TWO, tools.selNSGA2, {}),
    (TWO, tools.selNSGA2, {"nd": "log"}),
    (TWO, tools.selNSGA3, {"ref_points": REFERENCES}),
    (TWO, tools.selSPEA2, {}),
    (TWO, tools.selTournamentDCD, {}),
    (TWO, tools.sortNondominated, {}),
    (TWO, tools.sortLogNondominated, {}),
    (TWO, tools.selNSGA3WithMemory(REFERENCES), {}),
]


def _refuse(*_: Any, **__: Any) -> Any:
    raise AssertionError("left to DEAP")


def _population(fitness: Any, kind: type = list, **attributes: Any) -> list[Any]:
    individual = created(
        f"Usual{kind.__name__}{len(fitness.weights)}", kind, fitness=fitness, **attributes
    )
    rng = random.Random(1)
    made = [individual([rng.random() for _ in range(6)]) for _ in range(40)]
    for one in made:
        one.fitness.values = [rng.random() for _ in fitness.weights]
        one.fitness.crowding_dist = rng.random()
    return made


@pytest.mark.parametrize(("fitness", "function", "options"), SELECTIONS)
def test_selections(
    fitness: Any, function: Any, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    toolbox, population = base.Toolbox(), _population(fitness)
    toolbox.register("select", function, **options)
    accelerate(toolbox)
    for name in ("selNSGA2", "selNSGA3", "selSPEA2", "selTournamentDCD"):
        monkeypatch.setattr(tools.emo, name, _refuse)
    for name in ("sortNondominated", "sortLogNondominated"):
        monkeypatch.setattr(tools.emo, name, _refuse)
    if name := getattr(function, "__name__", ""):
        monkeypatch.setattr(tools, name, _refuse)
    assert toolbox.select(population, 20)


@pytest.mark.parametrize(
    ("kind", "attributes"), [(list, {}), (array, {"typecode": "d"}), (np.ndarray, {})]
)
def test_clones(kind: type, attributes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    population = _population(ONE, kind, **attributes)
    monkeypatch.setattr(sys.modules["evosweep.fast.clone"], "deepcopy", _refuse)
    assert all(map(np.array_equal, map(clone_of, population), population))


def test_clones_of_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    pset = gp.PrimitiveSet("USUAL", 1)
    pset.addPrimitive(max, 2)
    tree = created("UsualTree", gp.PrimitiveTree, fitness=ONE)(gp.genFull(pset, 2, 2))
    monkeypatch.setattr(sys.modules["evosweep.fast.clone"], "deepcopy", _refuse)
    assert clone_of(tree) == tree


@pytest.mark.parametrize("fitness", [ONE, TWO])
def test_halls_of_fame(fitness: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools.HallOfFame, "update", _refuse)
    monkeypatch.setattr(tools.ParetoFront, "update", _refuse)
    monkeypatch.setattr(tools.HallOfFame, "insert", _refuse)
    for hall in (HallOfFame(3), ParetoFront()):
        for _ in range(2):
            hall.update(_population(fitness))
        assert len(hall) > 0


def test_covariance_matrix_adaptation(monkeypatch: pytest.MonkeyPatch) -> None:
    strategy, toolbox = cma.Strategy([0.0] * 6, 1.0, lambda_=40), base.Toolbox()
    toolbox.register("update", strategy.update)
    accelerate(toolbox)
    monkeypatch.setattr(cma.Strategy, "update", _refuse)
    toolbox.update(_population(ONE))
    assert strategy.update_count == 1


@pytest.mark.parametrize(
    ("function", "options", "genes"),
    [
        (tools.cxOnePoint, {}, float),
        (tools.cxTwoPoint, {}, float),
        (tools.cxBlend, {"alpha": 0.5}, float),
        (tools.cxSimulatedBinaryBounded, {"eta": 20.0, "low": 0.0, "up": 1.0}, float),
        (tools.cxPartialyMatched, {}, int),
        (tools.cxUniformPartialyMatched, {"indpb": 0.5}, int),
        (tools.mutShuffleIndexes, {"indpb": 0.5}, float),
        (tools.mutGaussian, {"mu": 0, "sigma": 1, "indpb": 0.5}, float),
        (tools.mutPolynomialBounded, {"eta": 20, "low": 0, "up": 1, "indpb": 1.0}, float),
    ],
)
def test_operators(
    function: Any, options: dict[str, Any], genes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolbox = base.Toolbox()
    toolbox.register("vary", function, **options)
    accelerate(toolbox)
    monkeypatch.setattr(tools, function.__name__, _refuse)
    parents = [list(map(genes, range(2))) for _ in range(2 if "cx" in function.__name__ else 1)]
    assert toolbox.vary(*parents)


def test_genomes_of_random_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    toolbox = base.Toolbox()
    toolbox.register("bit", random.randint, 0, 1)
    toolbox.register(
        "individual", tools.initRepeat, created("Born", list, fitness=ONE), toolbox.bit, 9
    )
    accelerate(toolbox)
    monkeypatch.setattr(tools, "initRepeat", _refuse)
    assert len(toolbox.individual()) == 9
