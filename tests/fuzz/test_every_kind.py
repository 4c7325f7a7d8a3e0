"""Every reader before hostile contents of every kind, also of kinds that are not its own."""

import random
from pathlib import Path

import kinds
import pytest
from reader import Trial
from targets import READERS

SEEDS = 2
"""Of each kind for each reader, other ones for each; all are in the slow test."""


@pytest.fixture(params=READERS)
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Trial:
    """Each reader, with its scratch folder; what it imports counts for no input."""
    made = Trial(READERS[request.param], tmp_path)
    made(b"")
    return made


def _findings(trial: Trial, kind: str, seeds: range) -> list[str]:
    made = ((seed, trial(kinds.KINDS[kind](seed))) for seed in seeds)
    return [f"{kind} {seed}: {finding}" for seed, finding in made if finding is not None]


def test_every_reader_answers_every_kind(trial: Trial) -> None:
    first = random.Random(trial.reader.name).randrange(1000)
    seeds = range(first, first + SEEDS)
    assert not [each for kind in kinds.KINDS for each in _findings(trial, kind, seeds)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", kinds.KINDS)
def test_many_of_a_kind(trial: Trial, kind: str) -> None:
    assert not _findings(trial, kind, range(200))


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_kind_is_the_same_for_the_same_seed_and_small(kind: str) -> None:
    made = [kinds.KINDS[kind](seed) for seed in range(30)]
    assert made == [kinds.KINDS[kind](seed) for seed in range(30)]
    assert len(set(made)) > 8
    assert max(map(len, made)) < 2**22
