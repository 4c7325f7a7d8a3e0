"""A comparison in MLflow: a run of its own, and the verdict where people look first."""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import mlflow_contents as contents
import pytest

from evosweep.cli import main
from evosweep.track.passes.tracking import track

TESTS = """problem,a,b,outcome,p_holm,a12,effect
onemax,plus,simple,simple is better,0.0123,0.25,large
sphere,plus,simple,no significant difference,0.5,0.55,
trap,plus,simple,"not tested: 3 and 3 runs are too few",,0.5,
"""


def own(results: Path) -> str:
    return f"sqlite:///{results / 'mlflow.db'}"


def of_kind(results: Path, kind: str) -> list[Any]:
    return list(contents.runs(own(results), condition=f"tags.kind = '{kind}'").values())


def test_the_comparison_is_a_run_of_its_own(results: Path) -> None:
    folder = results / "quick" / "comparison"
    (folder / "plots").mkdir(parents=True)
    (folder / "report.html").write_text("<h1>first</h1>")
    (folder / "plots" / "a.svg").write_text("<svg/>")
    for text in ("first", "first", "second"):
        (folder / "report.html").write_text(f"<h1>{text}</h1>")
        track(results)
        (run,) = contents.runs(own(results), condition="tags.kind = 'comparison'").values()
        assert set(run["artifacts"]) >= {"report.html"}
    shutil.rmtree(folder)
    track(results)
    assert contents.runs(own(results), condition="tags.kind = 'comparison'") == {}


@pytest.fixture
def compared(results: Path) -> Path:
    folder = results / "quick" / "comparison"
    folder.mkdir()
    (folder / "report.html").write_text("<h1>report</h1>")
    (folder / "verdict.txt").write_text("onemax: simple has the best median.\n")
    (folder / "tests.csv").write_text(TESTS)
    return results


def test_the_verdict_is_the_description_and_the_winners_are_a_table(compared: Path) -> None:
    track(compared)
    (run,) = of_kind(compared, "comparison")
    assert "- onemax: simple has the best median." in run["tags"]["mlflow.note.content"]
    (table,) = compared.glob("mlartifacts/**/winners.json")
    assert json.loads(run["tags"]["mlflow.loggedArtifacts"])[0]["path"] == "winners.json"
    assert json.loads(table.read_text())["data"] == [
        ["onemax", "simple", "plus", 0.0123, 0.75, "large", "simple is better"],
        ["sphere", "none", "plus, simple", 0.5, 0.55, "", "no significant difference"],
        ["trap", "none", "plus, simple", None, 0.5, "", "not tested: 3 and 3 runs are too few"],
    ]


def test_the_printed_command_works_from_any_folder(compared: Path, tmp_path: Path) -> None:
    track(compared)
    (run,) = of_kind(compared, "comparison")
    (line,) = [
        line for line in run["tags"]["mlflow.note.content"].splitlines() if line[:8] == "evosweep"
    ]
    words = shlex.split(line)[1:]
    assert words == ["compare", str(compared / "quick")]
    asked = [sys.executable, "-m", "evosweep", *words, "--help"]
    subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True)


def experiment(results: Path) -> dict[str, str]:
    found = contents.client(own(results)).get_experiment_by_name("quick")
    return dict(found.tags)


def test_the_experiment_says_the_verdict_and_leads_to_views_and_report(compared: Path) -> None:
    track(compared)
    note = experiment(compared)["mlflow.note.content"]
    assert "- onemax: simple has the best median." in note
    assert "/artifacts/report.html" in note
    assert note.count("viewStateShareKey=evosweep") == 5


def test_a_description_that_somebody_wrote_stays(compared: Path) -> None:
    track(compared)
    client = contents.client(own(compared))
    place = client.get_experiment_by_name("quick").experiment_id
    client.set_experiment_tag(place, "mlflow.note.content", "ours")
    shutil.rmtree(compared / "quick" / "comparison")
    track(compared)
    assert experiment(compared)["mlflow.note.content"] == "ours"


def test_without_a_comparison_the_experiment_says_how_to_make_one(results: Path) -> None:
    track(results)
    assert "evosweep compare" in experiment(results)["mlflow.note.content"]


def test_a_report_writes_its_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    params = {"population": 10, "generations": 2}
    for use in ("ea_simple", "ea_mu_plus_lambda"):
        spec = {
            "problem": {"use": "onemax", "params": {"bits": 10}},
            "algorithm": {"use": use, "params": params},
            "backend": {"use": "serial"},
            "seed": 1,
        }
        out = str(tmp_path / "results" / "small" / "runs")
        assert main(["run", "--spec", json.dumps(spec), "--seeds", "1-2", "--out", out]) == 0
    assert main(["compare", str(tmp_path / "results" / "small")]) == 0
    text = (tmp_path / "results" / "small" / "comparison" / "verdict.txt").read_text()
    printed = capsys.readouterr().out
    assert text
    assert all(f"- {line}" in printed for line in text.splitlines())
