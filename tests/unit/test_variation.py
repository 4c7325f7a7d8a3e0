"""Typed crossover gives the same children in every process."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import os, random
junk = [type(f"Junk{i}", (), {}) for i in range(int(os.environ["JUNK"]))]
kinds = [type(f"Kind{i}", (), {}) for i in range(12)]
random.shuffle(junk)
from deap import gp
from evosweep.variation import cx_one_point, cx_one_point_leaf_biased
pset = gp.PrimitiveSetTyped("MAIN", kinds, kinds[0])
for i, kind in enumerate(kinds):
    pset.addPrimitive(max, [kinds[(i + 1) % 12], kinds[(i + 5) % 12]], kind, name=f"f{i}")
    pset.addPrimitive(min, [kinds[(i + 3) % 12], kinds[(i + 1) % 12]], kind, name=f"g{i}")
random.seed(1)
trees = [gp.PrimitiveTree(gp.genFull(pset, 4, 4)) for _ in range(40)]
for one, two in zip(trees[::2], trees[1::2]):
    cx_one_point(one, two)
    cx_one_point_leaf_biased(one, two, 0.1)
import hashlib
print(hashlib.sha256("".join(map(str, trees)).encode()).hexdigest())
"""


def _children(number: int) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": str(number * 37), "JUNK": str(number * 13)}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.thorough
def test_typed_crossover_in_fresh_processes() -> None:
    assert len({_children(number) for number in range(6)}) == 1


@pytest.mark.slow
def test_typed_crossover_in_many_fresh_processes() -> None:
    assert len({_children(number) for number in range(100)}) == 1
