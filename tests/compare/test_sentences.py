"""Every sentence that a report says about results, worked out again from its own tables.

The experiment is that of `grid.py`: 480 runs with unequal budgets, ties, failures, older code. A
sentence that no pattern here knows fails the test, so a new one needs its check.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grid
import pytest
from problem_sentences import SEVERAL, block
from recomputed import ALPHA, Report, Texts, a12, holm, median, p_value, ranks, rows, word
from sentence_checks import check

from evosweep.cli import main

OPTIMA = {"bbob(function=1)": 79.48, "bbob(function=3)": -462.09, "bits": 100.0}
LARGER = {"bits", "gain", "plain-a"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = grid.write(tmp_path_factory.mktemp("results"))
    assert main(["compare", str(study)]) == 0
    return study / "comparison"


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return Report(folder, LARGER, OPTIMA)


@pytest.fixture(scope="module")
def texts(folder: Path) -> Texts:
    return Texts(folder)


def test_every_sentence_of_the_summary_follows_from_the_tables(
    texts: Texts, report: Report
) -> None:
    assert len(texts.items) > 10
    for text in texts.items:
        check(text, report)
    assert sum(text.split(": ")[0] in report.groups for text in texts.items) == 8


def test_every_paragraph_of_the_sections_follows_from_the_tables(
    texts: Texts, report: Report
) -> None:
    still = (
        "They are in no number. Compared: the newest code",
        "Hypervolume",
        "Left out: ",
    )
    for section, text in texts.paragraphs:
        if section == "methods" or text.startswith(still):
            continue
        if found := re.fullmatch(r"Not ranked, one objective: algorithm (.+), outside .*", text):
            ranked = set(block(report, several=False)[0])
            every = {a for p, g in report.groups.items() if p not in SEVERAL for a in g}
            assert every - ranked == {found[1]}
            continue
        check(text, report)


def test_every_alert_is_true_and_none_is_missing(texts: Texts, report: Report) -> None:
    failures = Counter(row["kind"] for row in report.table("failures"))
    expected = {f"{count} runs {kind}: named under Failures." for kind, count in failures.items()}
    unequal = [problem for problem in report.groups if report.unequal(problem)]
    for text in texts.alerts:
        if found := re.match(r"UNEQUAL BUDGETS on (\d+) of (\d+) problems \((.+?)\): more", text):
            assert (int(found[1]), int(found[2])) == (len(unequal), len(report.groups))
            assert set(unequal) == set(re.split(r", | and ", found[3]))
        elif text.startswith("DISAGREEMENT"):
            assert "bbob(function=3), ga(population=100), seed 3: " in text
            assert "populations differ from generation 4 on" in text
        else:
            expected.remove(text)
    assert not expected
    assert failures == {"damaged": 3, "unfinished": 3}


@pytest.mark.parametrize("name", ["tests", "tests_common_budget"])
def test_every_pair_is_tested_again(report: Report, name: str) -> None:
    common = name == "tests_common_budget"
    table = report.table(name)
    assert {row["problem"] for row in table} == {
        problem for problem in report.groups if not common or report.unequal(problem)
    }
    for problem in {row["problem"] for row in table}:
        own = [row for row in table if row["problem"] == problem]
        losses = report.losses(problem, final=not common)
        tested = [row for row in own if row["test"] != "none"]
        for row in own:
            one, other = losses[row["a"]], losses[row["b"]]
            size = a12(one, other)
            assert float(row["a12"]) == pytest.approx(size)
            assert row["effect"] == (word(size) if row["test"] != "none" else "")
        p = [p_value(row["test"], losses[row["a"]], losses[row["b"]]) for row in tested]
        for row, raw, corrected in zip(tested, p, holm(p), strict=True):
            assert float(row["p"]) == pytest.approx(raw, rel=1e-9)
            assert float(row["p_holm"]) == pytest.approx(corrected, rel=1e-9)
            better = row["outcome"].removesuffix(" is better")
            assert (better in (row["a"], row["b"])) == (corrected < ALPHA)
            if corrected < ALPHA and row["test"].startswith("Mann"):
                assert better == row["a" if float(row["a12"]) > 0.5 else "b"]


def test_results_and_ranks_are_counted_again(report: Report) -> None:
    targets = {
        "bbob(function=1)": 79.48 + 1e-6,
        "bbob(function=3)": -462.09 + 1e-8,
        "bits": 100 - 1e-8,
    }
    for row in report.table("results"):
        problem = row["problem"]
        sample = report.values(problem, final=True)[row["algorithm"]]
        assert int(row["runs"]) == len(sample)
        assert float(row["median"]) == pytest.approx(median(sample))
        best = max(sample) if problem in LARGER else min(sample)
        assert float(row["best"]) == best
        assert float(row["evaluations"]) == report.budget(problem)[1][row["algorithm"]]
        if report.unequal(problem):
            common = report.values(problem)[row["algorithm"]]
            assert float(row["median_common"]) == pytest.approx(median(common))
            assert int(row["common_budget"]) == report.budget(problem)[0]
        else:
            assert row["median_common"] == ""
        if problem in targets:
            sign = 1 if problem in LARGER else -1
            won = sum(sign * value >= sign * targets[problem] for value in sample)
            assert int(row["successes"]) == won
            assert float(row["success_rate"]) == pytest.approx(won / len(sample))
    for kind, several in (("one", False), ("several", True)):
        names, problems, matrix = block(report, several)
        told = [row for row in report.table("ranks") if row["objectives"] == kind]
        assert {r["algorithm"]: float(r["mean_rank"]) for r in told} == pytest.approx(
            dict(zip(names, ranks(matrix), strict=True))
        )
        assert {int(row["problems"]) for row in told} == {len(problems)}


def test_bold_cells_of_the_pivot_are_the_leaders(texts: Texts, report: Report) -> None:
    bold = [cell for table, cell in texts.strong if table.startswith("table-pivot")]
    leaders = [
        name
        for problem, groups in report.groups.items()
        for name in report.leaders(problem)
        if len(report.leaders(problem)) < len(groups)
    ]
    assert len(bold) == len(leaders) > 8


def test_a_picture_beside_the_verdict_is_in_the_summary(texts: Texts) -> None:
    assert next(iter(texts.pictures)) == "critical-difference"


def test_what_pictures_say_in_words_is_in_their_data(texts: Texts, folder: Path) -> None:
    checked = Counter(kind for kind in map(_check_picture, _pictures(texts, folder)) if kind)
    assert min(checked[kind] for kind in ("Medians", "ends at", "reaches")) >= 8


def _pictures(texts: Texts, folder: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    for name, text in texts.pictures.items():
        yield text, rows(folder / "plots" / f"{name}.csv")


def _check_picture(picture: tuple[str, list[dict[str, str]]]) -> str:
    text, data = picture
    if " Medians: " in text:
        for part in text.split(" Medians: ")[1].rstrip(".").split("; "):
            label, value = part.rsplit(" ", 1)
            own = [float(row["value"]) for row in data if row["algorithm"] == label]
            assert float(value) == pytest.approx(median(own), rel=1e-3)
        return "Medians"
    for words, key in ((" ends at ", "median"), (" reaches ", "share")):
        if words in text:
            labels = {
                row["algorithm"]: float(row[key]) for row in data if row[key]
            }  # the last row of each
            told = {label for label in labels if f" {label}{words}" in f" {text}"}
            assert told == set(labels)
            for label, value in labels.items():
                shown = f"{value:.4g}" if key == "median" else f"{value:.0%}"
                assert f"{label}{words}{shown}" in text
            return words.strip()
    return ""
