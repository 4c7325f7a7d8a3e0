"""What stands first: wins, panels, looks of algorithms, files for a paper, provenance."""

import csv
import json
import re
from pathlib import Path

import pytest
from folders import small_study
from recomputed import Report, median

from evosweep.cli import main
from evosweep.compare.plots.styles import COLOURS, Styles


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = small_study(tmp_path_factory.mktemp("results"), problems=3, algorithms=3, seeds=5)
    assert main(["compare", str(study)]) == 0
    return study / "comparison"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_wins_are_counted_again_from_the_runs(folder: Path) -> None:
    report = Report(folder, set(), {})
    for row in rows(folder / "wins.csv" if (folder / "wins.csv").exists() else
                    folder / "plots/wins.csv"):  # fmt: skip
        won = sum(
            median(report.values(problem)[row["algorithm"]])
            < median(report.values(problem)[row["other"]])
            for problem in report.groups
        )
        assert (int(row["wins"]), int(row["problems"])) == (won, 3)
        assert int(row["ties"]) == 0


def test_the_panels_end_where_the_runs_end(folder: Path) -> None:
    report = Report(folder, set(), {})
    last = {
        (row["problem"], row["algorithm"]): float(row["best_so_far"])
        for row in rows(folder / "plots/panels.csv")
    }
    assert len(last) == 9
    for (problem, algorithm), value in last.items():
        assert value == pytest.approx(median(report.values(problem)[algorithm]))


def test_an_algorithm_looks_the_same_in_every_picture(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    looks: dict[str, set[str]] = {}
    for frame in re.findall(r'data-frame="([^"]+)"', page):
        for label, colour in json.loads(frame.replace("&#34;", '"'))["series"]:
            looks.setdefault(label, set()).add(colour)
    assert len(looks) == 3
    assert all(len(colours) == 1 for colours in looks.values())
    assert len(set.union(*looks.values())) == 3


def test_looks_do_not_depend_on_the_order_and_seventy_differ() -> None:
    names = [f"a{number}" for number in range(70)]
    styles, turned = Styles.of(names), Styles.of(names[::-1])
    assert all(styles[name] == turned[name] for name in names)
    assert len({styles[name] for name in names}) == 70
    assert {styles[name].colour for name in names} == set(COLOURS)


def test_every_plot_has_a_pdf_of_its_own(folder: Path) -> None:
    pictures = {path.stem for path in (folder / "plots").glob("*.svg")}
    assert pictures == {path.stem for path in (folder / "plots").glob("*.pdf")}
    assert all(path.read_bytes().startswith(b"%PDF") for path in (folder / "plots").glob("*.pdf"))


def test_the_pivot_is_ready_for_a_paper(folder: Path) -> None:
    text = (folder / "tables/pivot.tex").read_text()
    assert r"\label{tab:pivot}" in text
    assert r"\caption{One objective. Median" in text
    assert r"\textbf{" in text
    assert text.count(r"\begin{") == text.count(r"\end{") == 2
    assert "LaTeX of this table" in (folder / "report.html").read_text()


def test_provenance_names_versions_commands_and_defaults(folder: Path) -> None:
    facts = {row["fact"]: row["value"] for row in rows(folder / "provenance.csv")}
    assert facts["experiment"] == "study"
    assert facts["runs"] == "90, seeds 1 to 5"
    assert facts["Python"]
    assert facts["compares again"] == "evosweep compare results/study"
    problems = rows(folder / "problems.csv")
    assert {row["direction"] for row in problems} == {"minimise"}
    parameters = rows(folder / "parameters.csv")
    origins = {row["parameter"]: row["origin"] for row in parameters if row["kind"] == "algorithm"}
    assert origins["population"] == "config"
    assert "default" in origins.values()


def test_the_policy_of_the_page_allows_its_own_script_alone(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe-inline&#39;; img-src" in policy
    assert page.count("<script") == 1
    assert not re.search(r"<[^>]+ on[a-z]+=", page)
