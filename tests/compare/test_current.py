"""Runs of several versions of the code: what is compared, what is set aside, what is refused."""

from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, history, write_run
from recomputed import rows

from evosweep.cli import main

SPHERE = {"name": "sphere", "use": "mine:sphere"}
GA = {"name": "ga", "use": "ea_simple"}


def fill(results: Path, code: str, day: int, *, seeds: int = 6, rate: float = 0.1) -> list[str]:
    """The runs of one version of the problem's code, all made on one day; returns their names."""
    names = []
    for seed in range(seeds):
        fitness = history(np.random.default_rng([seed, ord(code)]), 10, 8, rate)
        sources = {"problem": code * 64, "algorithm": "0" * 64}
        finished = f"2026-01-{day:02d}T00:00:{seed:02d}Z"
        made = Made(SPHERE, GA, SERIAL, seed, fitness, sources=sources, finished=finished)
        names.append(write_run(results / "study", made).name)
    return names


def test_the_newest_code_is_compared_and_the_rest_is_set_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = fill(tmp_path, "a", 1), fill(tmp_path, "b", 2, seeds=3)
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "earlier versions (6 runs)" in said.out
    assert "!" not in said.out
    comparison = tmp_path / "study/comparison"
    assert {row["run_id"] for row in rows(comparison / "runs.csv")} == set(new)
    assert {row["run_id"] for row in rows(comparison / "earlier.csv")} == set(old)
    (row,) = rows(comparison / "summary.csv")
    assert row["algorithm"] == "ga"
    assert "Earlier versions (6 runs)" in (comparison / "report.html").read_text("utf-8")


def test_versions_that_ran_at_the_same_time_are_all_compared_and_a_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, "a", 1)
    fill(tmp_path, "b", 1)
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    assert "problem mine:sphere has 2 versions whose runs overlap" in capsys.readouterr().out
    problems = {row["problem"] for row in rows(tmp_path / "study/comparison/summary.csv")}
    assert problems == {"sphere(code=aaaaaa)", "sphere(code=bbbbbb)"}


def test_all_versions_side_by_side(tmp_path: Path) -> None:
    fill(tmp_path, "a", 1)
    fill(tmp_path, "b", 2)
    assert main(["compare", str(tmp_path), "--all-versions"]) == 0
    assert len(rows(tmp_path / "study/comparison/summary.csv")) == 2


def test_run_ids_in_a_file_say_what_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = fill(tmp_path, "a", 1), fill(tmp_path, "b", 2)
    (tmp_path / "study/runs" / new[-1] / "record.json").unlink()
    (tmp_path / "asked").write_text("\n".join([*old, "f" * 12]))
    assert main(["compare", str(tmp_path), "--runs", str(tmp_path / "asked")]) == 0
    said = capsys.readouterr().out
    assert "1 run missing" in said
    assert "unfinished" not in said  # of a run that nothing asks for
    found = {row["run_id"] for row in rows(tmp_path / "study/comparison/runs.csv")}
    assert found == set(old)
    assert main(["compare", str(tmp_path), "--runs", str(tmp_path / "nowhere")]) == 2


def test_after_an_edit_old_is_compared_with_new_and_not_with_old(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "before", "a", 1)
    fill(tmp_path / "results", "a", 1)
    fill(tmp_path / "results", "b", 2)
    assert (
        main(["compare", "--no-pictures", str(tmp_path / "before"), str(tmp_path / "results")]) == 0
    )
    said = capsys.readouterr().out
    assert "0 of 6 pairs of runs end with the same population" in said
    assert "After: the newest code" in said
    assert "earlier versions (6 runs)" in said
    assert len(rows(tmp_path / "results/study/changes/earlier_after.csv")) == 6


def test_what_is_ambiguous_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path / "before", "a", 1)
    fill(tmp_path / "results", "a", 1)
    fill(tmp_path / "results", "b", 1)
    assert main(["compare", str(tmp_path / "before"), str(tmp_path / "results")]) == 2
    error = capsys.readouterr().err
    assert "2 versions whose runs overlap (aaaaaa, bbbbbb); say with --config" in error
    assert error.count("\n") == 1


def test_the_same_run_with_another_population_elsewhere_is_loud(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, differs_from in (("before", None), ("results", 3)):
        fitness = history(np.random.default_rng(1), 10, 8, 0.1)
        made = Made(SPHERE, GA, SERIAL, 1, fitness, differs_from=differs_from)
        write_run(tmp_path / place / "study", made)
    assert (
        main(["compare", "--no-pictures", str(tmp_path / "before"), str(tmp_path / "results")]) == 0
    )
    error = capsys.readouterr().err
    assert "DISAGREEMENT: sphere, ga, serial ×1, seed 1: run" in error
    assert "is in both folders, with unequal populations" in error
