"""Runs that are unusual and right are shown; what is left out is named, and keeps no other out."""

import json
import shlex
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import mlflow_contents as contents
import pyarrow
import pytest
import run_folders as folders
import servers
from pyarrow import parquet

from evosweep.cli import main
from evosweep.track.content.mlflow_run import accepted_keys
from evosweep.track.passes import scan
from evosweep.track.passes.tracking import track

ONLY_A_POPULATION = '''
def search(toolbox, population, statistics=None, hall_of_fame=None):
    """Random search as the documentation allows it: no logbook, only a population."""
    individuals = toolbox.population(n=population)
    for individual, fitness in zip(individuals, toolbox.map(toolbox.evaluate, individuals)):
        individual.fitness.values = fitness
    return individuals
'''


def own(results: Path) -> str:
    return f"sqlite:///{results / 'mlflow.db'}"


def test_a_run_whose_algorithm_returns_only_a_population(results: Path, tmp_path: Path) -> None:
    (tmp_path / "searching.py").write_text(ONLY_A_POPULATION)
    spec = {
        "problem": {"use": "onemax", "params": {"bits": 10}},
        "algorithm": {"use": "searching:search", "params": {"population": 6}},
        "backend": {"use": "serial"},
        "seed": 1,
        "import_path": str(tmp_path),
    }
    runs = results / "own" / "runs"
    job = ["run", "--spec", json.dumps(spec), "--seeds", "1-1", "--out", str(runs)]
    assert main(job) == 0
    assert track(results).problems == []
    (run,) = contents.runs(own(results), "own", "tags.kind = 'run'").values()
    assert run["status"] == "FINISHED"
    assert "convergence.svg" in run["artifacts"]


@pytest.mark.parametrize("constant", [0.0, 1e15, 1e16, -1e16, 1e17, 1e299, 5e-324])
def test_a_curve_of_one_constant_is_drawn(results: Path, constant: float) -> None:
    runs = results / "constant" / "runs"
    folder = folders.write_run(runs, folders.spec(1), best=constant, traits={"optimum": constant})
    table = parquet.read_table(folder / "logbook.parquet").to_pydict()
    table |= {name: [constant] * len(table["best"]) for name in ("best", "mean")}
    parquet.write_table(pyarrow.table(table), folder / "logbook.parquet")
    assert track(results).problems == []
    (plot,) = (results / "mlartifacts" / "constant").rglob("convergence.svg")
    drawn = ElementTree.parse(plot)
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}polyline"))) == 2
    assert "nan" not in plot.read_text()


NAMES = ["a$b", "a:b", "a b", "a/b", "a//b", "../../a", ".", "/", "ß", "x" * 200, "a_b", "a.b"]


def test_a_parameter_of_any_name_is_taken_by_a_server(
    results: Path, server: servers.MlflowServer
) -> None:
    odd = {name: number for number, name in enumerate(NAMES)}
    folders.write_run(results / "odd" / "runs", folders.spec(1, **odd))
    assert track(results / "odd", server.uri).problems == []
    (run,) = contents.runs(server.uri, "odd", "tags.kind = 'run'").values()
    values = [value for key, value in run["params"].items() if key.startswith("algorithm.")]
    assert set(map(str, odd.values())) <= set(values)
    track(results / "odd")
    assert contents.runs(own(results), "odd") == contents.runs(server.uri, "odd")


def test_names_that_are_cleaned_stay_apart_and_good_ones_stay() -> None:
    names = [*NAMES, "a\nb", "x" * 300, "x" * 301, ""]
    accepted = accepted_keys(names)
    assert len(set(accepted.values())) == len(names)
    assert max(map(len, accepted.values())) <= 250
    assert all(accepted[name] == name for name in ("a b", "a/b", "ß", "a_b"))


def test_a_run_without_its_logbook_is_named_and_the_others_are_there(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = next((results / "quick" / "runs").glob("*/record.json"))
    (record.parent / "logbook.parquet").unlink()
    assert main(["track", str(results)]) == 1
    output = capsys.readouterr()
    assert f"damaged: {record.parent}: logbook.parquet: is missing; run it again" in output.err
    assert "8 new" in output.out


DAMAGE: dict[str, Any] = {
    "best": "much",
    "weights": None,
    "started": "yesterday",
    "timings": [1, 2],
    "environment": "here",
    "spec": {},
    "evaluations": {},
    "population": "all",
    "dataset": "data",
    "traits": [0],
}


def test_each_damaged_receipt_is_a_line_and_the_rest_goes_on(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = sorted((results / "quick" / "runs").glob("*/record.json"))
    for (key, value), number in zip(DAMAGE.items(), range(10, 30), strict=False):
        folder = folders.write_run(paths[0].parents[1], folders.spec(number))
        folders.finish(folder, json.loads((folder / "record.json").read_text()) | {key: value})
    assert main(["track", str(results)]) == 1
    output = capsys.readouterr()
    lines = output.err.splitlines()
    assert len(lines) == len(DAMAGE)
    assert all(f"damaged: {results}" in line for line in lines)
    assert "9 new" in output.out


def test_copies_of_a_run_under_other_names_count_once(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first of them stands for the run until its own folder is there."""
    genuine = next((results / "quick" / "runs").glob("*/record.json")).parent
    for name in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
        shutil.copytree(genuine, genuine.with_name(name))
    moved = genuine.rename(results / genuine.name)
    for summary in ("9 new", "9 unchanged"):
        assert main(["track", str(results)]) == 1
        output = capsys.readouterr()
        assert f"run_id: {genuine.name}: aaaaaaaaaaaa holds that run too" in output.err
        assert summary in output.out
    tracked = contents.runs(own(results), "quick", "tags.kind = 'run'", artifacts=False)
    assert [run["tags"]["run_id"] for run in tracked.values()].count(genuine.name) == 1
    moved.rename(genuine)
    assert main(["track", str(results)]) == 1
    assert "1 new, 0 changed, 1 removed" in capsys.readouterr().out


def test_linked_experiments_and_folders_of_runs_are_left_out(results: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    (linked / "own").mkdir(parents=True)
    (linked / "quick").symlink_to(results / "quick")
    (linked / "own" / "runs").symlink_to(results / "quick" / "runs")
    assert scan.experiments(linked) == []
    (tmp_path / "chosen").symlink_to(results)
    assert [name for name, _ in scan.experiments(tmp_path / "chosen")] == ["quick"]


def test_an_experiment_that_mlflow_refuses_keeps_no_other_out(
    results: Path, server: servers.MlflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "x" * 200 + "\N{GRINNING FACE}" + "y" * 30
    bad = results / name
    shutil.copytree(results / "quick", bad)
    shutil.copytree(results / "quick", results / "zest")
    main(["track", str(results), "--uri", server.uri])
    assert len(contents.runs(server.uri, "zest", artifacts=False)) == 11
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("where", ["own", "server"])
def test_an_experiment_may_be_called_as_mlflows_first_one(
    results: Path, server: servers.MlflowServer, where: str
) -> None:
    (results / "quick").rename(results / "Default")
    uri = own(results) if where == "own" else server.uri
    assert track(results, uri).problems == []
    found = contents.runs(uri, "Default")
    assert len(found) == 11
    assert track(results, uri).unchanged == 9
    experiment = contents.client(uri).get_experiment_by_name("Default")
    assert experiment.tags["evosweep"] == "experiment"
    if where == "own":
        assert len(list((results / "mlartifacts" / "Default").glob("*/artifacts"))) == 9


def test_the_comparison_says_a_command_that_works(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = results / "quick" / "comparison"
    folder.mkdir()
    (folder / "report.html").write_text("<h1>first</h1>")
    track(results)
    (run,) = contents.runs(own(results), condition="tags.kind = 'comparison'").values()
    command = shlex.split(run["tags"]["mlflow.note.content"].split("```")[1])
    assert command == ["evosweep", "compare", str(results / "quick")]
    elsewhere = results.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert main(command[1:]) == 0
    assert "there is no such folder" not in capsys.readouterr().err
    assert (folder / "report.html").read_text() != "<h1>first</h1>"
    assert not list(elsewhere.iterdir())
