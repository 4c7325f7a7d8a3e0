"""Numbers at the edge of what a float holds, equal fronts, and budgets that differ."""

from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, history, write_run
from recomputed import rows

from evosweep.cli import main
from evosweep.compare.numbers.blocks import largest_block
from evosweep.compare.numbers.location import deviation, mean, quartiles

LARGEST = float(np.finfo(float).max)


def study(results: Path, name: str, fitness: list[np.ndarray], **changes: object) -> None:
    algorithm = {"name": name, "use": f"mine:{name}"}
    for seed, values in enumerate(fitness):
        made = Made({"name": "p", "use": "mine:p"}, algorithm, SERIAL, seed, values, **changes)
        write_run(results / "x", made)


def test_statistics_of_the_largest_floats_are_finite() -> None:
    values = np.array([LARGEST, LARGEST, 0.5 * LARGEST, 0.25 * LARGEST])
    assert mean(values) == pytest.approx(0.6875 * LARGEST)
    assert deviation(values) == pytest.approx(np.std(values / LARGEST, ddof=1) * LARGEST)
    assert quartiles(values)[1] == pytest.approx(0.75 * LARGEST)
    assert quartiles(np.array([1.0, np.inf]))[1] == np.inf


@pytest.mark.parametrize("scale", [1e16, 1e154, 1e300, LARGEST])
@pytest.mark.parametrize("constant", [True, False])
def test_fitnesses_of_any_size_are_compared(tmp_path: Path, scale: float, constant: bool) -> None:
    rng = np.random.default_rng(1)
    for name in ("a", "b"):
        gaps = [np.ones((4, 6, 1)) if constant else rng.uniform(-1, 1, (4, 6, 1)) for _ in range(6)]
        study(tmp_path, name, [gap * scale for gap in gaps])
    assert main(["compare", str(tmp_path)]) == 0
    for row in rows(tmp_path / "x/comparison/results.csv"):
        for key in ("best", "median", "q1", "q3", "mean", "mean_low", "mean_high"):
            assert np.isfinite(float(row[key])), key


@pytest.mark.parametrize("scale", [1e154, LARGEST])
def test_fronts_of_any_size_are_compared(tmp_path: Path, scale: float) -> None:
    rng = np.random.default_rng(1)
    for name in ("a", "b"):
        gaps = [rng.uniform(-1, 1, (4, 6, 2)) for _ in range(6)]
        study(tmp_path, name, [gap * scale for gap in gaps], weights=(-1.0, -1.0))
    assert main(["compare", str(tmp_path)]) == 0


def test_equal_fronts_have_no_difference(tmp_path: Path) -> None:
    for name in ("a", "b"):
        study(tmp_path, name, [np.ones((3, 4, 2))] * 3, weights=(-1.0, -1.0))
    assert main(["compare", str(tmp_path)]) == 0
    assert (tmp_path / "x/comparison/plots/difference-p.svg").exists()


def test_an_algorithm_with_more_evaluations_is_not_crowned_for_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, generations, rate in (("quick", 10, 0.5), ("long", 60, 0.2)):
        histories = [
            history(np.random.default_rng(seed), generations, 8, rate) for seed in range(8)
        ]
        study(tmp_path, name, histories)
    assert main(["compare", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "UNEQUAL BUDGETS on 1 of 1 problem" in said
    assert "p: at 88 evaluations, the largest common budget, quick has the best median" in said
    assert "With all their evaluations, 88 to 488, long has the best median" in said
    results = {row["algorithm"]: row for row in rows(tmp_path / "x/comparison/results.csv")}
    assert float(results["long"]["median"]) < float(results["quick"]["median"])
    assert float(results["long"]["median_common"]) > float(results["quick"]["median_common"])
    (pair,) = rows(tmp_path / "x/comparison/tests_common_budget.csv")
    assert pair["outcome"] == "quick is better"


def test_equal_medians_are_a_tie(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, worst in (("a", 5.0), ("b", 6.0), ("c", 9.0)):
        ends = [1.0, 2.0, 3.0, 4.0, worst] if name != "c" else [7.0, 7.5, 8.0, 8.5, 9.0]
        study(tmp_path, name, [np.full((2, 4, 1), end) for end in ends])
    assert main(["compare", str(tmp_path)]) == 0
    assert (
        "p: a and b tie for the best median (best fitness 3); c has 8." in capsys.readouterr().out
    )


def test_a_tie_of_many_names_the_first_and_counts_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "abcdefgh":
        ends = [1.0, 2.0, 3.0, 4.0, 5.0] if name < "f" else [7.0, 8.0, 9.0, 9.0, 9.0]
        study(tmp_path, name, [np.full((2, 4, 1), end) for end in ends])
    assert main(["compare", str(tmp_path)]) == 0
    assert (
        "p: a, b, c and 2 more tie for the best median (best fitness 3); f, g and h have 9."
        in capsys.readouterr().out
    )
    results = {row["algorithm"]: row for row in rows(tmp_path / "x/comparison/results.csv")}
    assert [name for name, row in results.items() if row["median"] == "3.0"] == list("abcde")


def test_equal_results_do_not_deviate(tmp_path: Path) -> None:
    for name, end in (("a", 0.9701), ("b", 0.3)):
        study(tmp_path, name, [np.full((2, 4, 1), end)] * 5)
    assert main(["compare", str(tmp_path)]) == 0
    results = rows(tmp_path / "x/comparison/results.csv")
    assert {row["std"] for row in results} == {"0.0"}


def test_few_runs_get_advice_once_and_no_word_for_an_effect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, name in enumerate(("a", "b", "c")):
        study(tmp_path, name, [np.full((2, 4, 1), 10.0 * place + seed) for seed in range(3)])
    assert main(["compare", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.count("5 seeds per algorithm are needed, there are 3") == 1
    assert "`seeds: {count: 5}` means 6 more runs" in said
    assert {row["effect"] for row in rows(tmp_path / "x/comparison/tests.csv")} == {""}


def test_the_largest_complete_block() -> None:
    ran = {"p1": "abc", "p2": "abc", "p3": "ab", "p4": "ab", "p5": "ab", "p6": "d"}
    block = largest_block({name: list(algorithms) for name, algorithms in ran.items()}, 5)
    assert block.algorithms == ("a", "b")
    assert block.problems == ("p1", "p2", "p3", "p4", "p5")
    assert largest_block({"p1": ["a"], "p2": ["b"]}, 5).problems == ()
