"""A batch: its items and results, of individuals and of evaluations with other arguments."""

from functools import partial
from typing import Any

import pytest
from deap import base, creator

from evosweep.errors import InputError
from evosweep.evaluation.batch import (
    Batch,
    first_weights,
    lamarckian_refusal,
    refusal,
    rows_for,
    weights_of,
)
from evosweep.evaluation.result import Outcome
from evosweep.genomes import blocks
from evosweep.genomes.plain_form import PlainForm
from evosweep.records.journal_entry import OK, PENALISED

creator.create("BatchFitness", base.Fitness, weights=(-1.0, 2.0))
creator.create("Batched", list, fitness=creator.BatchFitness)

FORM = PlainForm()


def _people(count: int = 3) -> list[Any]:
    return [creator.Batched([place, [place]]) for place in range(count)]


def _digest(people: list[Any]) -> bytes:
    return blocks.digest(people, range(len(people)), FORM)


def test_a_batch_of_individuals() -> None:
    people = _people()
    batch = Batch.of_individuals(4, people, changed=False)
    assert (batch.number, batch.objectives, batch.spread) == (4, 2, False)
    assert batch.items is people
    assert batch.source is people
    assert batch.missing == [0, 1, 2]
    assert batch.arguments(1) == ((people[1],), {})
    assert batch.first_of(2) is people[2]
    assert batch.individuals is people
    batch.put([2, 0], [(1.0, 2.0), (3.0, 4.0)])
    assert batch.missing == [1]
    assert batch.results == [(3.0, 4.0), None, (1.0, 2.0)]
    with pytest.raises(ValueError, match="zip"):
        batch.put([0, 1], [(1.0, 2.0)])


def test_genomes_that_evaluations_change_are_kept_as_they_were() -> None:
    people = _people()
    batch = Batch.of_individuals(0, people, changed=True)
    people[1][1].append(7)
    assert batch.items is people
    assert list(batch.source[1]) == [1, [1]]  # type: ignore[call-overload]
    assert batch.has([1], blocks.digest(_people(), [1], FORM), FORM)
    assert not batch.has([1], blocks.digest(people, [1], FORM), FORM)


def test_items_without_weights_have_no_objectives() -> None:
    batch = Batch.of_individuals(0, [[1], [2]], changed=False)
    assert batch.objectives == 0
    assert batch.individuals is None


def test_a_chunk_of_the_journal_is_known_by_its_digest() -> None:
    batch = Batch.of_individuals(0, _people(), changed=False)
    assert batch.has([1, 2], blocks.digest(batch.items, [1, 2], FORM), FORM)
    assert batch.has([2], blocks.digest(batch.items, [2], FORM), FORM)
    assert not batch.has([1], blocks.digest(batch.items, [2], FORM), FORM)
    assert not batch.has([1, 3], b"d" * 16, FORM)
    assert not batch.is_table(_digest(_people()), FORM)


def test_rows_of_arguments() -> None:
    people = _people()
    rows = [((people[0], 7), {}), ((), {"one": people[1]}), ((), {})]
    batch = Batch.of_rows(2, rows)
    assert (batch.number, batch.objectives, batch.spread) == (2, 0, True)
    assert batch.items is batch.rows is batch.source is rows
    assert batch.arguments(0) == rows[0]
    assert [batch.first_of(index) for index in range(3)] == [people[0], people[1], None]
    assert batch.missing == [0, 1, 2]
    batch.put([0, 1, 2], [(1.0, 2.0)] * 3)
    assert batch.individuals is None  # the third has none


def test_the_individuals_of_rows_are_their_first_arguments() -> None:
    people = _people()
    batch = Batch.of_rows(0, [((each, 7), {}) for each in people])
    batch.put([0, 1, 2], [(1.0, 2.0)] * 3)
    assert batch.individuals == people
    assert batch.fitnesses == [(1.0, 2.0)] * 3
    batch.put([0, 1, 2], [(1.0, 2.0), (1.0, 2.0), (1.0,)])
    assert batch.individuals is None


def _table(people: Any, **keywords: Any) -> Batch:
    return Batch.of_rows(0, [((people,), keywords)])


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_population_that_is_the_only_argument(kind: type) -> None:
    people = _people()
    batch = _table(kind(people))
    digest = _digest(people)
    assert batch.is_table(digest, FORM)
    assert batch.has([0, 1, 2], digest, FORM)
    assert not batch.has([0, 1], digest, FORM)
    assert not batch.is_table(b"d" * 16, FORM)
    batch.put([0, 1, 2], [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)], table=True)
    assert batch.results == [((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))]
    assert batch.fitnesses == [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]
    assert list(batch.individuals or ()) == people


def test_what_is_no_population() -> None:
    people = _people()
    digest = _digest(people)
    for batch in (
        _table(people, other=1),
        Batch.of_rows(0, [((people, 7), {})]),
        Batch.of_rows(0, [((people,), {}), ((people,), {})]),
        Batch.of_rows(0, [((), {"people": people})]),
        _table([*people, 7]),
        _table(set()),
    ):
        assert not batch.is_table(digest, FORM)
    assert not _table([]).is_table(_digest([]), FORM)


def _outcome(*fitnesses: Any, flags: list[int] | None = None) -> Outcome:
    return Outcome(list(fitnesses), flags=flags, digest=b"d" * 16)


TABLE = ((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))


def test_a_table_is_laid_out_as_one_fitness_for_each_individual() -> None:
    people = _people()
    indices, outcome = _table(people).laid_out([0], _outcome(TABLE), FORM)
    assert list(indices) == [0, 1, 2]
    assert outcome.fitnesses == list(TABLE)
    assert outcome.digest == _digest(people)
    assert not outcome.flags
    _, flagged = _table(people).laid_out([0], _outcome(TABLE, flags=[OK]), FORM)
    assert flagged.flags == [OK, OK, OK]


def test_a_population_may_be_of_one_individual() -> None:
    (person,) = people = _people(1)
    batch = _table(people)
    assert batch.is_table(_digest(people), FORM)
    assert batch.laid_out([0], _outcome(((1.0, 2.0),)), FORM)[1].fitnesses == [(1.0, 2.0)]
    batch.put([0], [(1.0, 2.0)], table=True)
    assert batch.results == [((1.0, 2.0),)]
    assert list(batch.individuals or ()) == [person]


def test_genes_of_a_programs_own_class_are_known_by_their_form() -> None:
    class Gene:
        """Only the toolbox's `encode` can convert it."""

    form = PlainForm(lambda _: "gene")
    people = [creator.Batched([place, Gene()]) for place in range(2)]
    digests = [blocks.digest(people, [place], form) for place in range(2)]
    whole = blocks.digest(people, range(2), form)
    batch = Batch.of_individuals(0, people, changed=False)
    assert batch.has([0], digests[0], form)
    assert not batch.has([1], digests[0], form)
    table = _table(people)
    assert table.is_table(whole, form)
    assert table.has([0, 1], whole, form)
    _, outcome = table.laid_out([0], _outcome(((1.0, 2.0),) * 2), form)
    assert outcome.digest == whole


def test_one_fitness_of_rows_stays_as_it_is() -> None:
    batch, outcome = _table(7), _outcome((1.0, 2.0))
    assert batch.laid_out([0], outcome, FORM) == ([0], outcome)


def test_a_population_that_is_given_up_has_the_penalty_for_each() -> None:
    people = _people()
    given_up = _outcome((9.0, 9.0), flags=[PENALISED])
    indices, outcome = _table(people).laid_out([0], given_up, FORM)
    assert list(indices) == [0, 1, 2]
    assert outcome.fitnesses == [(9.0, 9.0)] * 3
    assert outcome.flags == [PENALISED] * 3
    assert _table(7).laid_out([0], given_up, FORM) == ([0], given_up)


def test_several_fitnesses_of_something_else_are_refused() -> None:
    for batch in (_table(_people(2)), _table(7)):
        with pytest.raises(InputError, match="evaluate returned 3 fitnesses for") as refused:
            batch.laid_out([0], _outcome(TABLE), FORM)
    assert "7" in str(refused.value)


def test_weights_are_found_at_any_depth() -> None:
    person = _people()[0]
    assert weights_of(person) == (-1.0, 2.0)
    assert weights_of(7) == ()
    assert first_weights([7, person]) == (-1.0, 2.0)
    assert first_weights([7, [[], (person,)]]) == (-1.0, 2.0)
    assert first_weights([{"key": 7}, {"key": [person]}]) == (-1.0, 2.0)
    assert first_weights([{person[0]: 7}, "text", [7]]) == ()


def test_the_rows_of_a_partial_are_completed_by_its_arguments() -> None:
    def evaluate(*_: object, **__: object) -> None: ...

    known = (max, evaluate)
    assert rows_for(min, known, [[1]]) is None
    assert rows_for(partial(min, 1), known, [[1]]) is None
    assert list(rows_for(evaluate, known, [[1, 2], "ab", [3]]) or ()) == [((1, "a", 3), {})]
    outer = partial(partial(evaluate, 7, one=1, two=1), 8, two=2)
    assert list(rows_for(outer, known, [[1, 2]]) or ()) == [
        ((7, 8, 1), {"one": 1, "two": 2}),
        ((7, 8, 2), {"one": 1, "two": 2}),
    ]
    assert list(rows_for(outer, (outer,), [[1]]) or ()) == [((1,), {})]


def test_what_is_said_of_arguments_that_cannot_travel() -> None:
    other = InputError("config: wrong")
    assert refusal(other) is other
    said = refusal(InputError("genome: a lock"))
    assert isinstance(said, InputError)
    assert str(said).startswith("genome: a lock; an evaluation is evaluate(individual)")
    lamarckian = lamarckian_refusal(((1, 2), {"key": 3}))
    assert isinstance(lamarckian, InputError)
    assert str(lamarckian).endswith("was called with 2 arguments and ['key']")
