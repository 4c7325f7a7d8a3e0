"""Where ioh is missing, COCO's own functions stand in: the same values, the same optima."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from evosweep.problems import bbob as module
from evosweep.problems.bbob_coco import CocoFunction, optimum

ioh: Any = pytest.importorskip("ioh", reason="ioh has no wheel for this Python")
ROUNDED = {6, 19, 21, 22}  # the last bits of some values differ


@pytest.mark.parametrize("function", range(1, 25))
def test_the_two_are_the_same_function(function: int) -> None:
    rng = random.Random(function)
    for instance in (1, 7):
        other = ioh.get_problem(function, instance, 5, ioh.ProblemClass.BBOB)
        mine = CocoFunction(function, instance, 5)
        assert mine.optimum == optimum(function, instance) == other.optimum.y
        for _ in range(30):
            genome = [rng.uniform(-5, 5) for _ in range(5)]
            exact = pytest.approx(other(genome), rel=1e-9 if function in ROUNDED else 0, abs=0)
            assert mine(genome) == exact


@pytest.fixture
def without_ioh(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setattr(module, "_objective", module._without_ioh)
    return module.bbob


def test_the_problem_is_the_same_without_ioh(without_ioh: Callable[..., Any]) -> None:
    toolbox = without_ioh(function=8, instance=2, dimension=3)
    other = ioh.get_problem(8, 2, 3, ioh.ProblemClass.BBOB)
    assert toolbox.traits.optimum == other.optimum.y
    assert toolbox.evaluate([0.5, -1.0, 2.0]) == (other([0.5, -1.0, 2.0]),)
