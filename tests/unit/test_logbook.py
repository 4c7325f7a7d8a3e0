"""The logbook as a table: one row for each generation, chapters as columns."""

from deap import tools

from evosweep.run.statistics import GenerationStatistics, logbook_rows


def test_chapters_of_several_statistics_are_columns() -> None:
    logbook = tools.Logbook()
    for generation in range(2):
        logbook.record(
            gen=generation,
            nevals=10,
            fitness={"avg": 1.5 + generation, "max": 3},
            size={"avg": 7.0, "min": 2},
        )
    rows = logbook_rows(logbook, GenerationStatistics(lambda: 0.0))
    assert rows[1] == {
        "generation": 1, "evaluations": 10, "fitness_avg": 2.5, "fitness_max": 3, "size_avg": 7.0,
        "size_min": 2,
    }  # fmt: skip
    assert len(rows) == 2


def test_chapters_in_chapters_are_columns_too() -> None:
    logbook = tools.Logbook()
    logbook.record(gen=0, nevals=3, deme={"best": 1.0, "size": {"avg": 2.0}})
    (row,) = logbook_rows(logbook, GenerationStatistics(lambda: 0.0))
    assert row == {"generation": 0, "evaluations": 3, "deme_best": 1.0, "deme_size_avg": 2.0}
