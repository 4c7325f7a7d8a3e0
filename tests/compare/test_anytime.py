"""Traces from the journal, ERT, profiles and tables, against the definitions counted out."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, history, write_run

from evosweep.compare.numbers import anytime
from evosweep.compare.numbers.targets import profile_targets, success_goal
from evosweep.compare.read.run import Run, read_run
from evosweep.compare.read.traces import Trace, bands, evaluations_in_order, read_trace
from evosweep.records import journal
from evosweep.records.folder import RunFolder
from evosweep.records.journal import frame
from evosweep.records.journal_entry import Entry, pack

SPHERE = {"name": "sphere", "use": "bbob", "params": {"function": 1}}
GA = {"name": "ga", "use": "ea_simple", "params": {"population": 10}}


def make(folder: Path, fitness: np.ndarray, seed: int = 1, **changes: object) -> Run:
    return read_run(
        RunFolder(write_run(folder, Made(SPHERE, GA, SERIAL, seed, fitness, **changes)))
    )


def trace(best: list[float], evaluations: list[int], total: int) -> Trace:
    counts, values = np.array(evaluations, dtype=float), np.array(best, dtype=float)
    return Trace(counts, values, counts, values, total, float(total), "journal")


@pytest.mark.parametrize("weight", [-1.0, 1.0])
def test_a_trace_has_every_improvement_in_the_journal(tmp_path: Path, weight: float) -> None:
    fitness = -weight * history(np.random.default_rng(3), 15, 9, 0.2)
    found = read_trace(make(tmp_path, fitness, weights=(weight,)))
    values = fitness.ravel()
    best = np.maximum.accumulate(values) if weight > 0 else np.minimum.accumulate(values)
    counts = np.arange(1, len(values) + 1)
    np.testing.assert_array_equal(found.at(counts.astype(float)), best)
    assert found.source == "journal"
    assert found.total == len(values)
    goal = np.array([np.median(best)])
    reached = counts[best >= goal if weight > 0 else best <= goal][0]
    assert found.hits(goal, weight > 0)[0] == reached


def test_a_run_without_a_journal_counts_by_generations(tmp_path: Path) -> None:
    fitness = history(np.random.default_rng(3), 5, 10, 0.2)
    found = read_trace(make(tmp_path, fitness, with_journal=False))
    assert found.source == "logbook"
    assert found.total == 60
    assert set(found.evaluations) <= {10, 20, 30, 40, 50, 60}
    assert math.isnan(found.at(np.array([5.0]))[0])


def test_an_individual_that_was_evaluated_twice_counts_once(tmp_path: Path) -> None:
    fitness = history(np.random.default_rng(3), 2, 4, 0.2)
    run = make(tmp_path, fitness)
    again = Entry(1, np.arange(4), fitness[1], b"\0" * 16, 1.0, 99.0)
    with run.folder.journal.open("ab") as file:
        file.write(frame(pack(again)))
    assert read_trace(run).total == 12


def test_chunks_that_finish_out_of_order_give_the_same_trace(tmp_path: Path) -> None:
    fitness = history(np.random.default_rng(4), 1, 6, 0.2)
    run = make(tmp_path, fitness)
    known = read_trace(run)
    header = run.folder.journal.read_bytes()[:28]
    entries = [
        Entry(
            batch,
            np.arange(start, start + 3),
            fitness[batch, start : start + 3],
            b"\0" * 16,
            1.0,
            t,
        )
        for t, (batch, start) in enumerate([(0, 3), (0, 0), (1, 3), (1, 0)], start=1)
    ]
    run.folder.journal.write_bytes(header + b"".join(frame(pack(entry)) for entry in entries))
    found = read_trace(run)
    np.testing.assert_array_equal(found.evaluations, known.evaluations)
    np.testing.assert_array_equal(found.best, known.best)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [2, 0, 3, 1]])
def test_a_chunk_with_flags_changes_no_trace(tmp_path: Path, order: list[int]) -> None:
    run = make(tmp_path, history(np.random.default_rng(5), 3, 4, 0.2))
    path = run.folder.journal
    head, entries = path.read_bytes()[:28], list(journal.read(path))
    found = []
    for flags in (None, np.zeros(4, "u1")):
        chunks = [replace(entries[place], flags=flags) for place in order]
        path.write_bytes(head + b"".join(frame(pack(chunk)) for chunk in chunks))
        assert (journal.read_plain(path) is None) == (flags is not None)
        found.append(evaluations_in_order(run))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_results_that_are_no_numbers_are_no_results(tmp_path: Path) -> None:
    fitness = np.array([[[np.nan], [3.0]], [[np.inf], [2.0]]])
    found = read_trace(make(tmp_path, fitness))
    assert found.best.tolist() == [3.0, 2.0]
    assert found.evaluations.tolist() == [2.0, 4.0]


def test_ert_worked_out_by_hand() -> None:
    traces = [trace([5, 1], [1, 40], 100), trace([5, 1], [1, 60], 100), trace([5, 3], [1, 2], 100)]
    found = anytime.expected_running_times(traces, np.array([5.0, 3.0, 1.0, 0.0]), larger=False)
    assert found[:3].tolist() == [1.0, (40 + 60 + 2) / 3, (40 + 60 + 100) / 2]
    assert found[3] == math.inf


def test_ecdf_counts_pairs_of_runs_and_targets() -> None:
    reached = np.array([[1, 5, np.inf], [2, np.inf, np.inf]])
    assert anytime.ecdf(reached, np.array([0.5, 1, 2, 5, 1e9])).tolist() == [
        0,
        1 / 6,
        2 / 6,
        3 / 6,
        3 / 6,
    ]


def test_the_convergence_target_of_more_and_wild() -> None:
    traces = [trace([10, 2], [1, 5], 9), trace([20, 4], [1, 5], 9)]
    assert anytime.convergence_target(traces, False, 0.1) == pytest.approx(2 + 0.1 * (15 - 2))


def test_fixed_budgets_and_bands_are_percentiles_of_the_step_curves() -> None:
    traces = [trace([float(9 - i), float(5 - i)], [1, 10 + i], 20) for i in range(3)]
    rows = anytime.fixed_budget_rows("p", {"a": traces})
    last = rows[-1]
    assert (last["budget"], last["median"], last["q1"], last["q3"]) == (20, 4.0, 3.5, 4.5)
    band = bands(traces, np.array([1.0, 11.0, 20.0]))
    assert band["median"].tolist() == [8.0, 5.0, 4.0]


def test_ert_ratios_are_against_the_best_algorithm() -> None:
    groups = {
        "a": [trace([1.0], [10], 10)],
        "b": [trace([1.0], [40], 40)],
        "c": [trace([2.0], [1], 9)],
    }
    rows = anytime.fixed_target_rows("p", groups, np.array([1.0]), larger=False)
    assert [row["ert_ratio"] for row in rows] == [1.0, 4.0, math.inf]
    assert [row["successes"] for row in rows] == [1, 1, 0]


def test_targets_come_from_the_option_the_problem_or_its_optimum(tmp_path: Path) -> None:
    fitness = history(np.random.default_rng(1), 3, 4, 0.2)
    plain = make(tmp_path, fitness)
    both = make(tmp_path, fitness, seed=2, traits={"optimum": 2.0, "target": 2.5})
    known = make(tmp_path, fitness, seed=3, traits={"optimum": 2.0})
    maximised = make(tmp_path, fitness, seed=4, traits={"optimum": 2.0}, weights=(1.0,))
    assert success_goal(plain, None).value is None
    assert "--target" in success_goal(plain, None).origin
    assert success_goal(both, 7.0).value == 7.0
    assert success_goal(both, None).value == 2.5
    assert success_goal(known, None).value == 2.0 + 1e-8
    assert success_goal(maximised, None).value == 2.0 - 1e-8


def test_profile_targets_run_from_easy_to_hard(tmp_path: Path) -> None:
    run = make(tmp_path, history(np.random.default_rng(1), 3, 4, 0.2), traits={"optimum": 2.0})
    found = profile_targets(run, [], False)
    assert len(found.values) == 51
    assert (found.values[0] - 2, found.values[-1] - 2) == (pytest.approx(1e2), pytest.approx(1e-8))
    plain = make(tmp_path, history(np.random.default_rng(1), 3, 4, 0.2), seed=2)
    found = profile_targets(plain, [trace([10, 4], [1, 2], 3)], False)
    assert found.values[-1] == 4
    assert (np.diff(found.values) < 0).all()
