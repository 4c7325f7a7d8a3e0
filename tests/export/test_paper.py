"""The checklist of a paper and the bundle: filled from receipts, safe, the same each time."""

import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, small_study, write_run

from evosweep.cli import main

HOSTILE = r"\input{x} $a$ % & _ ^ ~ # <b>*x*</b> [y](z)"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_study(tmp_path_factory.mktemp("results"), problems=2, algorithms=2, seeds=3)


def test_the_checklist_is_filled_from_the_receipts(study: Path) -> None:
    assert main(["export", "paper", str(study)]) == 0
    text = (study / "export/paper/paper.md").read_text()
    record = json.loads(next(study.glob("runs/*/record.json")).read_text())
    for fact in ("python", "cpu"):
        assert record["environment"][fact] in text
    assert "3 independent runs of each configuration; random seeds 1 to 3." in text
    assert "12 of 12 runs made on several backends are equal to the bit." in text
    assert "sphere(function=1) 210; sphere(function=2) 210." in text
    assert "population = 10," in text.replace("(default)", "") or "population = 10" in text
    assert "Every run finished." in text
    reproduced = re.search(r"evosweep reproduce ([0-9a-f]{12})", text)
    assert reproduced
    assert (study / "runs" / reproduced[1] / "record.json").exists()
    left = [line for line in text.splitlines() if line.startswith("- [ ]")]
    assert all("TO DO" in line for line in left)
    assert len(left) == text.count("TO DO") == 2


def test_both_formats_say_the_same(study: Path) -> None:
    assert main(["export", str(study), "--format", "paper"]) == 0
    markdown = (study / "export/paper/paper.md").read_text()
    latex = (study / "export/paper/paper.tex").read_text()
    questions = re.findall(r"\*\*(.+?)\*\*", markdown)
    assert len(questions) == latex.count(r"\item")
    assert all(rf"\emph{{{question}}}" in latex for question in questions)
    assert latex.count(r"\begin{itemize}") == latex.count(r"\end{itemize}")


def test_names_of_a_user_are_no_markup(tmp_path: Path) -> None:
    problem = {"name": HOSTILE, "use": "mine:p", "params": {}}
    algorithm = {"name": HOSTILE, "use": "mine:a", "params": {HOSTILE: HOSTILE}}
    write_run(tmp_path / "study", Made(problem, algorithm, SERIAL, 1, np.ones((2, 3, 1))))
    assert main(["export", "paper", str(tmp_path)]) == 0
    latex = (tmp_path / "study/export/paper/paper.tex").read_text()
    assert r"\input" not in latex.replace(r"\textbackslash{}input", "")
    assert not re.search(r"(?<!\\)[%$&_#]", latex.partition("\n")[2])
    markdown = (tmp_path / "study/export/paper/paper.md").read_text()
    assert "<b>" not in markdown.replace(r"\<b", "")
    assert "[y](z)" not in markdown


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (["export", "{}"], "--format: give one of"),
        (["export", "{}", "more", "--format", "csv"], "export takes one folder of results"),
        (["export", "paper", "{}/nowhere"], "no such folder"),
        (["bundle", "{}/nowhere"], "no such folder"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(
    study: Path, capsys: pytest.CaptureFixture[str], call: list[str], message: str
) -> None:
    assert main([word.replace("{}", str(study)) for word in call]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.thorough
def test_a_bundle_opens_anywhere_and_no_link_of_it_is_dead(study: Path, tmp_path: Path,
                                                           capsys: pytest.CaptureFixture[str]
                                                           ) -> None:  # fmt: skip
    path = tmp_path / "all.zip"
    assert main(["bundle", str(study), "--out", str(path)]) == 2
    assert "evosweep compare" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert main(["compare", str(study)]) == 0
    (study / "comparison" / "secret").symlink_to("/etc/hostname")
    assert main(["bundle", str(study), "--out", str(path)]) == 0
    first = path.read_bytes()
    assert main(["bundle", str(study), "--out", str(path)]) == 0
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "there")
    there = tmp_path / "there"
    assert not list(there.rglob("secret"))
    pages = list(there.rglob("*.html"))
    assert len([page for page in pages if page.parent.name == "run"]) == 24
    for page in pages:
        if page.parent.name == "tables":
            continue
        for link in re.findall(r'href="([^"#][^"]*)"', page.read_text()):
            if not link.startswith("data:"):
                assert (page.parent / link.partition("#")[0]).exists(), (page, link)
    (study / "comparison" / "secret").unlink()
