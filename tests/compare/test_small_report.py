"""A small report in the fast tier: what `test_sentences.py` does with 480 runs, with 72 of them."""

from pathlib import Path

import grid
import pytest
from folders import write_run
from recomputed import Report, Texts, a12
from sentence_checks import check

from evosweep.cli import main

PROBLEMS = [grid.SINGLE[1], grid.SINGLE[2], grid.MULTI[1]]
ALGORITHMS = [*grid.ALGORITHMS[:3], *grid.FRONT_ALGORITHMS[:3]]
SEEDS = range(1, 6)
UNCHECKED = ("They are in no number.", "Hypervolume", "Left out: ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = tmp_path_factory.mktemp("results") / "study"
    for problem, algorithm, seed, backend in grid.rows():
        if problem in PROBLEMS and algorithm in ALGORITHMS and seed in SEEDS:
            write_run(study, grid.make(problem, algorithm, seed, backend))
    assert main(["compare", str(study)]) == 0
    return study / "comparison"


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return Report(folder, {"bits", "gain"}, {"bbob": -462.09, "bits": 100.0})


@pytest.fixture(scope="module")
def texts(folder: Path) -> Texts:
    return Texts(folder)


def test_every_sentence_follows_from_the_tables(texts: Texts, report: Report) -> None:
    paragraphs = [text for section, text in texts.paragraphs if section != "methods"]
    checked = [text for text in paragraphs if not text.startswith(UNCHECKED)]
    for text in [*texts.items, *checked]:
        check(text, report)
    assert sum(text.split(": ")[0] in report.groups for text in texts.items) == len(PROBLEMS)


def test_every_effect_is_that_of_the_runs(report: Report) -> None:
    table = report.table("tests")
    assert {row["problem"] for row in table} == set(report.groups)
    for row in table:
        losses = report.losses(row["problem"], final=True)
        assert float(row["a12"]) == pytest.approx(a12(losses[row["a"]], losses[row["b"]]))


def test_every_picture_is_described(folder: Path, texts: Texts) -> None:
    assert len(list((folder / "plots").glob("*.svg"))) >= len(texts.pictures) > len(PROBLEMS)
    assert all(texts.pictures.values())
