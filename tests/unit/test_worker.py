"""A chunk's outcome is the same where it was made and where it was sent; culprits are named."""

import json
import pickle
import random
from pathlib import Path
from typing import Any

import pytest
from deap import creator

from evosweep.evaluation import problem, worker
from evosweep.evaluation.worker import Chunk, Outcome
from evosweep.genomes.blocks import SIZE, Blocks
from evosweep.genomes.digest import Digest
from evosweep.genomes.encoding import encode
from evosweep.genomes.plain_form import plain

COUNT = 2 * SIZE + 20

PROGRAM = """
import random
from deap import base, creator

def build(what, culprit, objectives=1):
    creator.create("WorkedFitness", base.Fitness, weights=(1.0,) * objectives)
    creator.create("Worked", list, fitness=creator.WorkedFitness)
    toolbox = base.Toolbox()
    def evaluate(individual):
        assert not hasattr(individual, "fitness") or not individual.fitness.valid
        first = individual[0]
        if first == culprit:
            if what == "gene":
                individual[0] = -1
            if what == "inside":
                individual[1].append(7)
            if what == "longer":
                individual.append(7)
            if what == "draw":
                random.random()
            if what == "raise":
                raise ZeroDivisionError("by design")
            if what == "nan":
                return (float("nan"),)
            if what == "count":
                return (1.0, 2.0)
        return tuple([first + 0.5] * objectives)
    toolbox.register("evaluate", evaluate)
    return toolbox
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"worked_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    return name


def _outcomes(program: str, genomes: list[Any], **params: Any) -> list[Outcome]:
    """Of the chunk as it is worked on in its own process, and as it is when it was sent."""
    spec = {"use": f"{program}:build", "params": {"culprit": -9, "what": ""} | params}
    description = problem.describe(spec, ".")
    problem.build(description)
    individuals = [creator.Worked(genome) for genome in genomes]
    indices = list(range(len(genomes)))
    blocks = Blocks(individuals, indices, SIZE)
    rest = (params.get("objectives", 1), description, 1)
    before = json.dumps(genomes)
    here = worker.evaluate(Chunk(0, 3, indices, blocks, *rest))
    assert json.dumps(individuals) == before
    sent = pickle.loads(pickle.dumps(Chunk(0, 3, indices, blocks.to_send(), *rest)))
    there: Outcome = sent.work()
    return [here, there]


def _genomes(form: str) -> list[Any]:
    return [
        [float(number), 1.5] if form == "floats"
        else [number, [number]] if form == "nested" or (form == "mixed" and number)
        else [number] * (1 + number % 3) if form == "lengths"
        else [number, 2]
        for number in range(COUNT)
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["ints", "floats", "lengths", "nested", "mixed"])
@pytest.mark.parametrize("objectives", [1, 2])
def test_here_and_there_are_alike(program: str, form: str, objectives: int) -> None:
    genomes = _genomes(form)
    here, there = _outcomes(program, genomes, objectives=objectives)
    expected = Digest(COUNT)
    expected.add(encode([plain(genome) for genome in genomes]))
    for outcome in (here, there):
        assert outcome.failure is None
        assert outcome.fitnesses == [(number + 0.5,) * objectives for number in range(COUNT)]
        assert outcome.digest == expected.value()


@pytest.mark.parametrize("culprit", [1, SIZE - 1, SIZE, COUNT - 1])
@pytest.mark.parametrize(
    ("what", "form", "found"),
    [
        ("gene", "ints", "impure"), ("gene", "floats", "impure"), ("gene", "lengths", "impure"),
        ("longer", "ints", "impure"), ("inside", "nested", "impure"),
        ("inside", "mixed", "impure"), ("draw", "ints", "stochastic"),
        ("raise", "ints", "program"), ("nan", "floats", "fitness"), ("count", "ints", "fitness"),
    ],
)  # fmt: skip
def test_the_culprit_is_named(program: str, what: str, form: str, found: str, culprit: int) -> None:
    random.seed(1)
    before = random.getstate()
    for outcome in _outcomes(program, _genomes(form), what=what, culprit=culprit):
        assert outcome.failure is not None
        assert (outcome.failure.kind, outcome.failure.index) == (found, culprit)
    assert random.getstate() == before
