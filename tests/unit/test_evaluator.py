"""The evaluator in one process: what it returns, journals, counts and compares."""

import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from deap import base, creator

from evosweep.backends.serial import Serial
from evosweep.errors import InputError
from evosweep.evaluation import evaluator, problem, surroundings
from evosweep.evaluation.as_given import NotAsGiven
from evosweep.evaluation.batch import Batch
from evosweep.evaluation.circumstances import Circumstances
from evosweep.evaluation.evaluator import Evaluator
from evosweep.evaluation.failure import EvaluationFailed
from evosweep.evaluation.replay import NotDeterministic
from evosweep.genomes import blocks
from evosweep.genomes.rebuild import Rebuilder
from evosweep.records.journal import Journal, read
from evosweep.records.journal_entry import PENALISED

creator.create("EvaluatorFitness", base.Fitness, weights=(-1.0, 2.0))
creator.create("Evaluated", list, fitness=creator.EvaluatorFitness)

calls: list[list[float]] = []
behaviour: dict[str, Any] = {}


def build(kind: str = "plain") -> base.Toolbox:
    """A toolbox whose evaluation notes its calls."""
    toolbox = base.Toolbox()
    kinds = {"plain": _plain, "learning": _learning, "noisy": _noisy, "own": _own}
    toolbox.register("evaluate", kinds[kind])
    if kind == "own":
        toolbox.register("encode", lambda gene: gene.value)
        toolbox.register("decode", Gene)
    return toolbox


class Gene:
    """A gene of the program's own class."""

    def __init__(self, value: float) -> None:
        self.value = value


def _own(given: Any) -> Any:
    if given and isinstance(given[0], list):
        return [_own(each) for each in given]
    calls.append([gene.value for gene in given])
    return sum(calls[-1]), 1.0


def _plain(individual: Any, *others: float, **keywords: float) -> Any:
    if individual and isinstance(individual[0], list):
        return [_plain(each) for each in individual]
    calls.append(list(individual))
    if behaviour.get("fails") and individual[0] == behaviour["fails"]:
        raise ValueError("it fails")
    if behaviour.get("reads"):
        assert individual.extra
    if behaviour.get("returns") and not hasattr(individual, "extra"):
        return None
    if behaviour.pop("accident", None):
        raise ValueError("an accident")
    if "global" in behaviour:
        behaviour["global"] += 1
        return float(behaviour["global"]), 0.0
    extra = sum(others) + sum(keywords.values())
    return float(sum(individual) + extra), float(len(individual))


def _learning(individual: Any) -> Any:
    calls.append(list(individual))
    individual[0] += 10
    return (float(individual[0]), 1.0), individual


def _noisy(_: Any) -> Any:
    return random.random(), 1.0


@pytest.fixture(autouse=True)
def _nothing_before() -> None:
    calls.clear()
    behaviour.clear()


class Workers(Serial):
    """As a pool: not in this process, as far as it says."""

    local = False


class Run:
    """One session, with its evaluator."""

    def __init__(self, path: Path, kind: str = "plain", **how: Any) -> None:
        options = {key: how.pop(key) for key in ("timeout", "failure", "stochastic") if key in how}
        backend = how.pop("backend", None) or Serial()
        spec = {"use": "test_evaluator:build", "params": {"kind": kind}, **options}
        if kind == "learning":
            spec["lamarckian"] = True
        description = problem.describe(spec, str(Path(__file__).parent))
        self.journal = Journal(path, "0123456789ab", sync=3600.0)
        self.toolbox = base.Toolbox()
        self.backend, self._how = backend, Circumstances(description=description, seed=1, **how)
        self._problem = problem.build(description)

    def __enter__(self) -> "Run":
        self.journal.__enter__()
        self.evaluator = Evaluator(
            self.toolbox,  # type: ignore[arg-type]
            self._problem, self.backend, self.journal, how=self._how,
        )  # fmt: skip
        self.own = self._problem.toolbox.evaluate
        return self

    def __exit__(self, *error: Any) -> None:
        self.journal.__exit__(*error)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.bin"


def _people(*genes: float) -> list[Any]:
    return [creator.Evaluated([gene, 1.0]) for gene in genes]


def test_a_map_gives_the_fitnesses_in_order_and_records_them(path: Path) -> None:
    people = _people(3.0, 1.0, 2.0)
    with Run(path) as run:
        assert run.toolbox.map.__self__ is run.evaluator
        assert run.toolbox.map(run.toolbox.evaluate, iter(people)) == [
            (4.0, 2.0), (2.0, 2.0), (3.0, 2.0),
        ]  # fmt: skip
        assert run.toolbox.map(run.own, people[:1]) == [(4.0, 2.0)]
        assert run.evaluator.tally.evaluations == 4
        assert run.evaluator.tally.failures == {"penalised": 0, "retried": 0}
        assert not run.evaluator.replaying()
        run.evaluator.finish()
    entries = list(read(path))
    assert [entry.batch for entry in entries] == [0] * (len(entries) - 1) + [1]
    places = [place for entry in entries[:-1] for place in entry.indices.tolist()]
    assert sorted(places) == [0, 1, 2]
    form = run._problem.form
    for entry in entries:
        assert entry.digest == blocks.digest(people, entry.indices.tolist(), form)
        assert entry.flags is None


def test_another_function_is_mapped_as_usual(path: Path) -> None:
    with Run(path) as run:
        mapped = run.toolbox.map(lambda one, two: one + two, [1, 2], [10, 20])
        assert isinstance(mapped, map)
        assert list(mapped) == [11, 22]
        assert run.toolbox.map(run.toolbox.evaluate, []) == []
        assert run.evaluator.tally.evaluations == 0
        run.toolbox.map(run.toolbox.evaluate, _people(1.0))
    assert [entry.batch for entry in read(path)] == [0]


def test_the_seconds_of_calls_are_added(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count(0.0, 3.0)
    monkeypatch.setattr(evaluator, "time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    with Run(path) as run:
        assert run.evaluator.map_seconds == 0.0
        run.toolbox.map(run.toolbox.evaluate, _people(1.0))
        assert run.evaluator.map_seconds == 3.0
        run.toolbox.map(run.toolbox.evaluate, _people(1.0), [2.0])
        assert run.evaluator.map_seconds == 6.0
        run.toolbox.evaluate(_people(1.0)[0])
        run.toolbox.evaluate(_people(1.0)[0], 2.0)
        assert run.evaluator.map_seconds == 12.0


def test_evaluations_with_other_arguments(path: Path) -> None:
    people = _people(3.0, 1.0)
    with Run(path) as run:
        evaluate = run.toolbox.evaluate
        assert evaluate(people[0], 5.0) == (9.0, 2.0)
        assert evaluate(people[0], more=6.0) == (10.0, 2.0)
        assert evaluate([1.0, 2.0]) == (3.0, 2.0)  # no individual
        assert run.toolbox.map(evaluate, people, [10.0, 20.0]) == [(14.0, 2.0), (22.0, 2.0)]
        assert run.toolbox.map(partial(evaluate, more=1.0), people) == [(5.0, 2.0), (3.0, 2.0)]
        assert run.toolbox.map(partial(run.own, more=2.0), people[1:]) == [(4.0, 2.0)]
        assert run.evaluator.tally.evaluations == 8
        best = run.evaluator.tally.best
        assert evaluate(people) == [(4.0, 2.0), (2.0, 2.0)]
        assert run.evaluator.tally.evaluations == 10
        assert best is run.evaluator.tally.best
    last = list(read(path))[-1]
    assert last.indices.tolist() == [0, 1]
    assert last.digest == blocks.digest(people, range(2), run._problem.form)
    with Run(path) as again:
        calls.clear()
        assert again.evaluator.replaying()
        evaluate = again.toolbox.evaluate
        assert evaluate(people[0], 5.0) == (9.0, 2.0)
        evaluate(people[0], more=6.0)
        evaluate([1.0, 2.0])
        again.toolbox.map(evaluate, people, [10.0, 20.0])
        again.toolbox.map(partial(evaluate, more=1.0), people)
        again.toolbox.map(partial(again.own, more=2.0), people[1:])
        assert evaluate(people) == [(4.0, 2.0), (2.0, 2.0)]
        assert calls == []
        assert not again.evaluator.replaying()
        again.evaluator.finish()
        assert again.evaluator.tally.evaluations == 10


def test_the_weights_are_told_once_and_before_the_first_evaluation(path: Path) -> None:
    told: list[Any] = []
    with Run(path) as run:
        run.evaluator.when_weights_are_known = lambda weights: told.append((weights, len(calls)))
        run.toolbox.evaluate([1.0])  # no individual, and no weights
        assert told == []
        before = len(calls)
        run.toolbox.evaluate(_people(1.0)[0])
        run.toolbox.map(run.toolbox.evaluate, _people(1.0, 2.0))
        assert told == [((-1.0, 2.0), before)]
        assert run.evaluator.when_weights_are_known is None


def test_single_evaluations_are_those_of_a_batch_of_one(path: Path, tmp_path: Path) -> None:
    people = _people(3.0, 1.0, 2.0, 7.0)
    with Run(path) as run:
        assert [run.toolbox.evaluate(each) for each in people] == [
            (4.0, 2.0), (2.0, 2.0), (3.0, 2.0), (8.0, 2.0),
        ]  # fmt: skip
        tally = run.evaluator.tally
        assert tally.evaluations == 4
        assert tally.cpu == tally.cpu_here
        assert run.evaluator.dispatcher.times.evaluation > 0.0
    with Run(tmp_path / "other.bin", backend=Workers()) as other:
        assert other.evaluator._alone is None
        assert [other.toolbox.evaluate(each) for each in people] == [
            (4.0, 2.0), (2.0, 2.0), (3.0, 2.0), (8.0, 2.0),
        ]  # fmt: skip
    pairs = list(zip(read(path), read(tmp_path / "other.bin"), strict=True))
    assert [one.batch for one, _ in pairs] == [0, 1, 2, 3]
    for one, two in pairs:
        assert (one.batch, one.digest) == (two.batch, two.digest)
        assert one.indices.tolist() == two.indices.tolist() == [0]
        assert one.fitnesses.tolist() == two.fitnesses.tolist()
        assert one.seconds > 0.0
    assert pairs[-1][0].finished >= pairs[0][0].finished


def test_the_fast_way_of_single_evaluations_is_taken_after_the_first(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Run(path) as run:
        alone = run.evaluator._alone
        assert alone is not None
        seen: list[tuple[int, int]] = []
        evaluate = alone.evaluate

        def noted(number: int, individual: object, objectives: int) -> Any:
            seen.append((number, objectives))
            return evaluate(number, individual, objectives)

        monkeypatch.setattr(alone, "evaluate", noted)
        run.evaluator.when_weights_are_known = lambda _: None
        for each in _people(1.0, 2.0, 3.0):
            run.toolbox.evaluate(each)
        assert seen == [(1, 2), (2, 2)]
        behaviour["fails"] = 4.0
        with pytest.raises(EvaluationFailed) as failed:
            run.toolbox.evaluate(_people(4.0)[0])
        assert "batch 3" in str(failed.value)
    with Run(path) as again:
        monkeypatch.setattr(again.evaluator._alone, "evaluate", None)
        for each in _people(1.0, 2.0, 3.0):
            again.toolbox.evaluate(each)
        assert not again.evaluator.replaying()


def test_the_fast_way_needs_a_plain_problem_in_this_process(path: Path, tmp_path: Path) -> None:
    for number, how in enumerate(
        ({"timeout": 9.0}, {"stochastic": True}, {"failure": {"penalty": [1.0, 2.0]}})
    ):
        with Run(tmp_path / f"{number}.bin", **how) as run:
            assert run.evaluator._alone is None
    with Run(path, lost=((0, 0, "worker", 9),)) as run:
        assert run.evaluator._alone is None
    with Run(path) as run:
        assert run.evaluator._alone is not None


def test_evaluations_that_may_kill_go_to_workers_alone(path: Path, tmp_path: Path) -> None:
    lost = ((3, 0, "worker", 9),)
    for number, (how, alone) in enumerate(
        (
            ({"backend": Workers()}, False),
            ({"backend": Workers(), "timeout": 9.0}, True),
            ({"backend": Workers(), "lost": lost}, True),
            ({"timeout": 9.0}, False),
            ({"lost": lost}, False),
        )
    ):
        with Run(tmp_path / f"{number}.bin", **how) as run:
            assert run.evaluator.dispatcher.workers_only == alone
            assert run.evaluator.dispatcher.backend is run.backend
            assert run.evaluator.losses._timeout == how.get("timeout")
            assert bool(run.evaluator.losses) == ("lost" in how)
    with Run(path, failure={"retry": 2}) as run:
        assert run.evaluator.losses._retries == 2


def test_what_the_journal_has_is_taken_from_it(path: Path) -> None:
    people = _people(3.0, 1.0, 2.0)
    with Run(path) as run:
        run.toolbox.map(run.toolbox.evaluate, people)
        run.toolbox.map(run.toolbox.evaluate, people[:2])
    calls.clear()
    with Run(path) as run:
        with pytest.raises(NotDeterministic, match="batch 0 is not evaluated any more"):
            run.evaluator.finish()
        run.toolbox.map(run.toolbox.evaluate, people)
        with pytest.raises(NotDeterministic, match="batch 1 is not evaluated any more"):
            run.evaluator.finish()
        assert run.toolbox.map(run.toolbox.evaluate, people[:2]) == [(4.0, 2.0), (2.0, 2.0)]
        assert calls == []
        run.evaluator.finish()
        assert run.evaluator.tally.evaluations == 5
    with Run(path, audit=1) as run:
        run.toolbox.map(run.toolbox.evaluate, people)
        assert sorted(calls) == [[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]]
    with Run(path) as run, pytest.raises(NotDeterministic, match="has other genomes"):
        run.toolbox.map(run.toolbox.evaluate, people[::-1])


def test_what_a_lamarckian_evaluation_learns_is_written_back(path: Path) -> None:
    for _ in range(2):
        people = _people(3.0, 1.0)
        with Run(path, "learning") as run:
            fitnesses = run.toolbox.map(run.toolbox.evaluate, people)
            assert fitnesses == [(13.0, 1.0), (11.0, 1.0)]
            assert people == [[13.0, 1.0], [11.0, 1.0]]
            with pytest.raises(InputError, match="alone, and was called with 2 arguments"):
                run.toolbox.evaluate(people[0], 1.0)
    single = _people(5.0)[0]
    with Run(path.with_name("single.bin"), "learning") as run:
        assert run.toolbox.evaluate(single) == (15.0, 1.0)
        assert single == [15.0, 1.0]


def test_each_evaluation_learns_from_the_individual_as_it_was(path: Path) -> None:
    """One individual may be in a batch several times, and chunks are written back one by one."""
    for _ in range(2):
        calls.clear()
        person = _people(3.0)[0]
        with Run(path, "learning") as run:
            fitnesses = run.toolbox.map(run.toolbox.evaluate, [person] * 3)
            assert fitnesses == [(13.0, 1.0)] * 3
            assert not run.evaluator.replaying()
        assert person == [13.0, 1.0]
    assert calls == []


def test_the_journal_has_a_genome_for_each_individual(path: Path) -> None:
    with Run(path, "learning") as run:
        run.toolbox.map(run.toolbox.evaluate, _people(3.0))
    (entry,) = read(path)
    assert entry.genomes is not None
    doubled = replace(entry, genomes=[*entry.genomes, *entry.genomes])
    with Run(path.with_name("other.bin"), "learning") as run:
        batch = Batch.of_individuals(0, _people(3.0), changed=True)
        with pytest.raises(ValueError, match="zip"):
            run.evaluator.take_recorded(batch, doubled)


def test_genes_of_a_programs_own_class_are_recorded_in_its_form(path: Path) -> None:
    for _ in range(2):
        calls.clear()
        people = [creator.Evaluated([Gene(place), Gene(1.0)]) for place in (3.0, 1.0)]
        with Run(path, "own") as run:
            assert run.toolbox.map(run.toolbox.evaluate, people) == [(4.0, 1.0), (2.0, 1.0)]
            assert run.toolbox.evaluate(people) == [(4.0, 1.0), (2.0, 1.0)]
            run.evaluator.finish()
    assert calls == []


def test_a_failure_ends_the_run_or_is_given_its_penalty(path: Path) -> None:
    behaviour["fails"] = 1.0
    people = _people(3.0, 1.0, 2.0)
    with Run(path) as run, pytest.raises(EvaluationFailed) as failed:
        run.toolbox.map(run.toolbox.evaluate, people)
    assert "batch 0" in str(failed.value)
    assert "[1.0, 1.0]" in str(failed.value)
    other = path.with_name("other.bin")
    for _ in range(2):
        with Run(other, failure={"penalty": [9.0, 9.0]}) as run:
            assert run.toolbox.map(run.toolbox.evaluate, people) == [
                (4.0, 2.0), (9.0, 9.0), (3.0, 2.0),
            ]  # fmt: skip
            assert run.evaluator.tally.failures == {"penalised": 1, "retried": 0}
    flags = [entry.flags for entry in read(other) if entry.flags is not None]
    assert [list(each) for each in flags if PENALISED in each] != []


def test_arguments_that_cannot_travel_are_refused_with_what_can(path: Path) -> None:
    with Run(path) as run:
        with pytest.raises(InputError, match=r"^genome: .*; an evaluation is evaluate") as refused:
            run.toolbox.evaluate(_people(1.0)[0], os)
        assert refused.value.__cause__ is None


def test_an_evaluation_that_reads_a_global_is_refused(path: Path) -> None:
    behaviour["global"] = 0
    with Run(path) as run, pytest.raises(NotAsGiven, match="another fitness each time"):
        run.toolbox.map(run.toolbox.evaluate, _people(1.0))
    behaviour.clear()
    with Run(path.with_name("single.bin")) as run:
        run.toolbox.evaluate(_people(1.0)[0])
        behaviour["global"] = 0
        attributed = _people(1.0)[0]
        attributed.extra = object  # it does not travel, so that the evaluation is compared
        with pytest.raises(NotAsGiven, match="individual 0 of batch 1"):
            run.toolbox.evaluate(attributed)


def test_streams_and_demes_take_batches_of_their_own(path: Path) -> None:
    with Run(path) as run:
        first, second = run.toolbox.asynchronous(), run.toolbox.asynchronous()
        assert (first._number, second._number) == (0, 1)
        seen: list[Any] = []

        def epoch(number: int, *given: Any, **named: Any) -> Iterator[Any]:
            seen.append((number, *given, named))
            return iter(())

        run.evaluator._apart = SimpleNamespace(epoch=epoch)  # type: ignore[assignment]
        run.toolbox.evolve_apart(max, [], [4], {"key": 5})
        run.toolbox.evolve_apart(max, [], [4], {"key": 5})
        assert seen == [
            (2, max, [], {"drawn": [4], "params": {"key": 5}}),
            (3, max, [], {"drawn": [4], "params": {"key": 5}}),
        ]


def test_a_single_evaluation_is_counted_and_compared_as_those_of_a_batch(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Run(path) as run:
        run.toolbox.evaluate(_people(1.0)[0])
        tally = run.evaluator.tally
        counted: list[Any] = []
        spent: list[Any] = []
        monkeypatch.setattr(tally, "spend", lambda _, *, here: spent.append(here))
        monkeypatch.setattr(tally, "count", lambda *given: counted.append(given))
        attributed = _people(2.0)[0]
        attributed.extra = object  # it does not travel, so that the evaluation is compared
        calls.clear()
        assert run.toolbox.evaluate(attributed) == (3.0, 2.0)
        assert calls == [[2.0, 1.0]] * 2
        assert counted == [([attributed], [(3.0, 2.0)])]
        assert counted[0][0][0] is attributed
        assert spent == [True]


def test_a_single_evaluation_takes_its_time_and_may_be_compared(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = _people(1.0, 2.0)
    with Run(path) as run:
        run.toolbox.evaluate(people[0])
        alone, times = run.evaluator._alone, run.evaluator.dispatcher.times
        assert alone is not None
        evaluate, asked = alone.evaluate, list[Any]()

        def slow(*given: Any) -> Any:
            single = evaluate(*given)
            return single and single._replace(seconds=5.0)

        def is_due(*given: object, **named: object) -> bool:
            asked.append((given, named))
            return False

        monkeypatch.setattr(alone, "evaluate", slow)
        monkeypatch.setattr(run.evaluator._as_given, "is_due_here", is_due)
        before = times.evaluation
        run.toolbox.evaluate(people[1])
        assert before > 0.0
        assert times.evaluation == before + 5.0
        assert asked == [((people[1],), {"whole": True})]


def test_the_worker_of_each_chunk_is_noted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Run(path) as run:
        terms: list[Any] = []
        noted: list[Any] = []
        monkeypatch.setattr(run.evaluator.chunks, "refuse_others", terms.append)
        monkeypatch.setattr(run.evaluator.tally, "note_worker", noted.append)
        run.toolbox.map(run.toolbox.evaluate, _people(1.0))
        (outcome,) = noted
        assert terms == [outcome.terms]
        assert outcome.fitnesses == [(2.0, 2.0)]
        assert run.evaluator._apart._steps is run.evaluator
        assert run.evaluator._apart._description == run._how.description


def test_the_end_of_a_run_is_told_to_the_comparisons(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Run(path) as run:
        told: list[bool] = []
        monkeypatch.setattr(run.evaluator._as_given, "finish", lambda: told.append(True))
        run.evaluator.finish()
        assert told == [True]


def test_an_evaluation_that_killed_its_workers_is_given_up(path: Path) -> None:
    people, lost = _people(3.0, 1.0, 2.0), ((0, 1, "worker", 9),) * 3
    with Run(path, lost=lost) as run, pytest.raises(EvaluationFailed, match="killed its worker"):
        run.toolbox.map(run.toolbox.evaluate, people)
    other = path.with_name("other.bin")
    with Run(other, lost=lost, failure={"penalty": [9.0, 8.0]}) as run:
        assert run.toolbox.map(run.toolbox.evaluate, people) == [
            (4.0, 2.0), (9.0, 8.0), (3.0, 2.0),
        ]  # fmt: skip
        assert run.evaluator.tally.failures == {"penalised": 1, "retried": 0}
        form = run._problem.form
    first = next(read(other))
    assert (first.batch, first.indices.tolist()) == (0, [1])
    assert first.fitnesses.tolist() == [[9.0, 8.0]]
    assert first.digest == blocks.digest(people, [1], form)
    assert first.flags is not None
    assert first.flags.tolist() == [PENALISED]


def test_what_is_no_fitness_only_for_the_individual_that_is_given_is_refused(path: Path) -> None:
    behaviour["returns"] = True
    individual = _people(1.0)[0]
    individual.extra = object
    with (
        Run(path) as run,
        pytest.raises(NotAsGiven, match=r"fitness is \(2.0, 2.0\) .* fails for the one"),
    ):
        run.toolbox.map(run.toolbox.evaluate, [individual])


@pytest.mark.parametrize("failure", ["fail", {"penalty": [9.0, 9.0]}])
def test_what_fails_only_for_the_individual_that_is_given_is_refused(
    path: Path, failure: Any
) -> None:
    """Its class has the attribute, and what travels has not."""
    behaviour["reads"] = True
    individual = _people(1.0)[0]
    individual.extra = object
    with (
        Run(path, failure=failure) as run,
        pytest.raises(NotAsGiven, match=r"fitness is \(2.0, 2.0\) .* fails for the one"),
    ):
        run.toolbox.map(run.toolbox.evaluate, [individual])


def test_an_accident_is_no_difference(path: Path) -> None:
    behaviour["accident"] = True
    with Run(path) as run, pytest.raises(EvaluationFailed, match="an accident"):
        run.toolbox.map(run.toolbox.evaluate, _people(1.0))
    behaviour["accident"] = True
    with Run(path.with_name("other.bin"), failure={"penalty": [9.0, 9.0]}) as run:
        assert run.toolbox.map(run.toolbox.evaluate, _people(1.0)) == [(9.0, 9.0)]
    behaviour["accident"] = True
    calls.clear()
    with Run(path.with_name("retried.bin"), failure={"retry": 1}) as run:
        assert run.toolbox.map(run.toolbox.evaluate, _people(1.0)) == [(2.0, 2.0)]
        assert run.evaluator.tally.failures == {"penalised": 0, "retried": 1}
    assert len(calls) == 2


def test_what_is_recorded_is_rebuilt_of_the_classes_of_this_run(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    write_back = Rebuilder().write_back
    noted = SimpleNamespace(write_back=lambda *given: (seen.append(given), write_back(*given)))
    for session in range(2):
        people = _people(3.0)
        with Run(path, "learning") as run:
            monkeypatch.setitem(run._problem.__dict__, "rebuild_recorded", noted)
            run.toolbox.map(run.toolbox.evaluate, people)
            monkeypatch.undo()
        assert people == [[13.0, 1.0]]
        assert len(seen) == session


def test_a_comparison_is_due_by_individual_and_process(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = _people(3.0)
    with Run(path) as run:
        asked: list[Any] = []
        monkeypatch.setattr(run.evaluator._as_given, "is_due", lambda *given: asked.append(given))
        run.toolbox.map(run.toolbox.evaluate, people)
    ((batch, index, process),) = asked
    assert (batch.items, index, process) == (people, 0, os.getpid())


def test_surroundings_are_looked_at_once_per_batch(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, looks = _people(3.0), list[int]()

    def changed(_: object) -> tuple[object, ...]:
        looks.append(len(looks))
        return tuple(looks)

    with Run(path) as run:
        run.toolbox.map(run.toolbox.evaluate, people)
        monkeypatch.setattr(surroundings, "snapshot", changed)
        batches = [Batch.of_individuals(number, people, changed=False) for number in (1, 2)]
        due = [run.evaluator._as_given.is_due(batch, 0, -1) for batch in batches for _ in range(3)]
    assert due == [True, False, False] * 2  # another process, then other surroundings
    assert looks == [0, 1]


def test_individuals_of_rows_are_counted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = _people(3.0, 1.0)
    with Run(path) as run:
        counted: list[Any] = []
        monkeypatch.setattr(run.evaluator.tally, "count", lambda *given: counted.append(given))
        run.toolbox.map(run.toolbox.evaluate, people, [1.0, 2.0])
        run.toolbox.evaluate([1.0], 2.0)
        run.toolbox.map(run.toolbox.evaluate, people)
        run.toolbox.map(run.toolbox.evaluate, [[1.0]])
    assert counted == [
        (people, [(5.0, 2.0), (4.0, 2.0)]),
        (None, [(3.0, 1.0)]),
        (people, [(4.0, 2.0), (2.0, 2.0)]),
        ((), [(1.0, 1.0)]),
    ]
