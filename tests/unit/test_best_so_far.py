"""The best of a generation and the best until then, under two names."""

import pytest
from deap import base, tools

from evosweep.run.best_so_far import with_best_so_far
from evosweep.run.statistics import GenerationStatistics, logbook_rows


@pytest.mark.parametrize(("weight", "best"), [(1.0, [2, 2, 5]), (-1.0, [2, 1, 1])])
def test_the_best_so_far_follows_the_sign_of_the_weight(weight: float, best: list[int]) -> None:
    rows = [{"generation": place, "best": value} for place, value in enumerate((2, 1, 5))]
    found = list(with_best_so_far(rows, (weight,)))
    assert [row["best_so_far"] for row in found] == best
    assert [row["generation_best"] for row in found] == [2, 1, 5]
    assert [row["best"] for row in found] == [2, 1, 5]


def test_each_objective_has_its_own() -> None:
    rows = [{"best_0": 3.0, "best_1": 1.0}, {"best_0": 2.0, "best_1": 0.0}]
    found = list(with_best_so_far(rows, (-1.0, 1.0)))
    assert [(row["best_so_far_0"], row["best_so_far_1"]) for row in found] == [(3, 1), (2, 1)]


def test_other_columns_and_unknown_weights_are_left_alone() -> None:
    rows = [{"best_size": 3, "best": None, "best_7": 1.0}]
    assert list(with_best_so_far(rows, (1.0,))) == rows
    assert list(with_best_so_far([{"best": 1.0}], ())) == [{"best": 1.0}]


def test_a_logbook_has_both_names() -> None:
    statistics = GenerationStatistics(lambda: 0.0)
    fitness = type("Minimised", (base.Fitness,), {"weights": (-1.0,)})
    logbook = tools.Logbook()
    for generation, value in enumerate((3.0, 4.0)):
        holder = type("Individual", (list,), {})([1])
        holder.fitness = fitness((value,))
        logbook.record(gen=generation, nevals=1, **statistics.compile([holder]))
    rows = logbook_rows(logbook, statistics)
    assert [row["generation_best"] for row in rows] == [3.0, 4.0]
    assert [row["best_so_far"] for row in rows] == [3.0, 3.0]
