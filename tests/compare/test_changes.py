"""`evosweep compare A B`: two results folders, before and after a change."""

import csv
from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, history, write_run
from scipy import stats

from evosweep.cli import main

SPHERE = {"name": "sphere", "use": "bbob"}
GA = {"name": "ga", "use": "ea_simple"}


def fill(
    folder: Path, seeds: range, rate: float, code: str, differs_from: int | None = None
) -> None:
    for seed in seeds:
        fitness = history(np.random.default_rng(seed), 20, 10, rate)
        sources = {"problem": "0" * 64, "algorithm": code * 64}
        write_run(
            folder / "study",
            Made(SPHERE, GA, SERIAL, seed, fitness, sources=sources, differs_from=differs_from),
        )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_change_for_the_better(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path / "a", range(9), 0.1, "1")
    fill(tmp_path / "b", range(1, 9), 0.2, "2", differs_from=4)
    assert main(["compare", "--no-pictures", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    said = capsys.readouterr().out
    assert "0 of 8 pairs of runs end with the same population" in said
    assert "Significantly better after: 1 of 1 configuration" in said
    assert "Without a counterpart: 1 run before, 0 after" in said
    row = rows(tmp_path / "b/study/changes/changes.csv")[0]
    runs = rows(tmp_path / "b/study/changes/changed_runs.csv")
    difference = [float(run["before"]) - float(run["after"]) for run in runs]
    known = stats.wilcoxon(difference, method="exact").pvalue
    assert float(row["p"]) == pytest.approx(known, abs=1e-9)
    assert row["outcome"] == "after is better"
    assert (tmp_path / "b/study/changes/report.html").exists()


def test_nothing_has_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path / "a", range(6), 0.1, "1")
    fill(tmp_path / "b", range(6), 0.1, "1")
    assert main(["compare", "--no-pictures", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    assert "6 of 6 pairs" in capsys.readouterr().out
    assert rows(tmp_path / "b/study/changes/changes.csv")[0]["outcome"] == "identical"


def test_folders_without_a_common_run_or_experiment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "a", range(3), 0.1, "1")
    fill(tmp_path / "b", range(5, 7), 0.1, "1")
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    assert "No run of the one folder corresponds" in capsys.readouterr().out
    fill(tmp_path / "c" / "x", range(2), 0.1, "1")
    for name in ("one", "two"):
        (tmp_path / "c" / "x" / "study").rename(tmp_path / "c" / name)
        fill(tmp_path / "c" / "x", range(2), 0.1, "1")
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "c")]) == 2
    assert "no experiment in common" in capsys.readouterr().err
