"""A journal's evaluations come back in their batches, or the program is said to differ."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import pytest
from deap import base, creator

from evosweep.evaluation.batch import Batch
from evosweep.evaluation.replay import NotDeterministic, Replay
from evosweep.genomes import blocks
from evosweep.genomes.plain_form import PlainForm
from evosweep.records.journal import Entry, Journal

RUN_ID = "0123456789ab"

creator.create("ReplayFitness", base.Fitness, weights=(1.0,))
creator.create("Replayed", list, fitness=creator.ReplayFitness)


def _batch(number: int, size: int = 4, first: int = 0) -> Batch:
    individuals = [creator.Replayed([number, place + first]) for place in range(size)]
    return Batch.of_individuals(number, individuals, changed=False)


def _entry(batch: Batch, indices: Sequence[int]) -> Entry:
    digest = blocks.digest(batch.items, indices, PlainForm())
    values = numpy.array([[batch.number + index / 8] for index in indices])
    return Entry(batch.number, numpy.array(indices), values, digest, seconds=0.1, finished=1.0)


@pytest.fixture
def recorded(tmp_path: Path) -> Any:
    """Yields a journal of two batches, the first of which has two chunks, in no order."""
    path = tmp_path / "journal.bin"
    with Journal(path, RUN_ID) as journal:
        journal.append(_entry(_batch(0), [2, 3]))
        journal.append(_entry(_batch(0), [0, 1]))
        journal.append(_entry(_batch(1), [0, 1, 2, 3]))
    with Journal(path, RUN_ID) as journal:
        yield journal


def _indices(replay: Replay, batch: Batch) -> list[list[int]]:
    return [entry.indices.tolist() for entry in replay.entries_of(batch)]


def test_each_batch_gets_its_chunks_once(recorded: Journal) -> None:
    replay = Replay(recorded)
    assert replay.pending
    assert _indices(replay, _batch(0)) == [[2, 3], [0, 1]]
    assert _indices(replay, _batch(0)) == []
    assert replay.pending
    assert _indices(replay, _batch(1)) == [[0, 1, 2, 3]]
    assert not replay.pending
    assert _indices(replay, _batch(2)) == []
    replay.finish(2)


def test_a_new_journal_has_nothing_to_replay(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.bin", RUN_ID) as journal:
        replay = Replay(journal, PlainForm())
        assert not replay.pending
        assert not replay.is_at(0)
        assert replay.next_of(0) is None
        replay.finish(0)


def test_the_form_is_that_of_the_problem(tmp_path: Path) -> None:
    """Genes of a program's own classes are known by its `encode` alone."""

    class Gene:
        def __init__(self, value: int) -> None:
            self.value = value

    def encode(gene: object) -> object:
        return gene.value if isinstance(gene, Gene) else NotImplemented

    individuals = [creator.Replayed([Gene(place)]) for place in range(2)]
    batch = Batch.of_individuals(0, individuals, changed=False)
    form = PlainForm(encode)
    digest = blocks.digest(individuals, [0, 1], form)
    path = tmp_path / "journal.bin"
    with Journal(path, RUN_ID) as journal:
        journal.append(Entry(0, numpy.arange(2), numpy.ones((2, 1)), digest, 0.1, 1.0))
    with Journal(path, RUN_ID) as journal:
        assert _indices(Replay(journal, form), batch) == [[0, 1]]


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (_batch(0, first=1), r"batch 0 has other genomes \(among individuals 2 to 3\) than"),
        (_batch(0, size=3), r"batch 0 has other genomes \(among individuals 2 to 3\) than"),
        (_batch(1), "batch 1 has another size than in the journal"),
    ],
)
def test_another_program_is_said_to_be_one(recorded: Journal, batch: Batch, message: str) -> None:
    with pytest.raises(NotDeterministic, match=message) as refused:
        _indices(Replay(recorded), batch)
    assert str(recorded.path) in str(refused.value)
    assert "--fresh" in str(refused.value)


def test_a_batch_that_is_not_evaluated_any_more_is_noticed(recorded: Journal) -> None:
    replay = Replay(recorded)
    assert _indices(replay, _batch(0)) == [[2, 3], [0, 1]]
    with pytest.raises(NotDeterministic, match="batch 1 is not evaluated any more"):
        replay.finish(1)


def test_a_stream_takes_its_chunks_one_by_one(recorded: Journal) -> None:
    replay = Replay(recorded)
    assert replay.is_at(0)
    first, second = replay.next_of(0), replay.next_of(0)
    assert first is not None
    assert second is not None
    assert [first.indices.tolist(), second.indices.tolist()] == [[2, 3], [0, 1]]
    assert not replay.is_at(0)
    assert replay.is_at(1)
    assert replay.is_at(2)
    with pytest.raises(NotDeterministic, match="batch 0 has another size"):
        replay.next_of(0)
    with pytest.raises(NotDeterministic, match="batch 2 has another size"):
        replay.next_of(2)
    assert replay.next_of(1) is not None
    assert replay.next_of(1) is None
