"""`evosweep track`: what is shown, and that it is the same however often and when it is called."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import mlflow_contents as contents
import pytest
import run_folders as folders

from evosweep.cli import main
from evosweep.errors import InputError
from evosweep.track.content.mlflow_run import MlflowRun
from evosweep.track.passes import sync
from evosweep.track.passes.tracking import track
from evosweep.track.store.database_store import DatabaseStore


def own(results: Path) -> str:
    return f"sqlite:///{results / 'mlflow.db'}"


def test_a_run_is_shown_with_all_that_its_folder_says(results: Path) -> None:
    track(results)
    (run,) = contents.runs(
        own(results),
        condition="params.seed = '1' AND params.workers = '2' AND "
        "params.`algorithm.mutation` = '0.1'",
    ).values()
    assert run["status"] == "FINISHED"
    assert run["name"].startswith("s1 · pool x2 · onemax · simple · mutation=0.1")
    assert run["params"]["backend"] == "pool"
    assert run["params"]["problem.bits"] == "20"
    record = json.loads(
        (results / "quick" / "runs" / run["tags"]["run_id"] / "record.json").read_text()
    )
    assert run["tags"]["population_digest"] == record["population_digest"]
    assert run["tags"]["git_commit"] == record["environment"]["git_commit"]
    assert f"evosweep reproduce {record['run_id']}" in run["tags"]["mlflow.note.content"]
    assert run["times"] == (1767323046000, 1767323048000)
    assert set(run["artifacts"]) == {
        "record.json",
        "population.json",
        "population.parquet",
        "logbook.parquet",
        "convergence.svg",
    }
    assert len(run["history"]["best_so_far"]) == len(run["history"]["generation_best"]) == 6
    assert run["last"]["best"] == record["best"]
    assert run["last"]["evaluations"] == 45
    assert run["last"]["time_evaluation_s"] == 0.2
    ((data, context),) = run["data"]
    assert (data["name"], data["digest"], data["profile"]) == (
        "cells", "d" * 32, '{"num_rows": 10, "num_elements": 200}',
    )  # fmt: skip
    assert context == {"mlflow.data.context": "evaluation"}


def test_a_failed_run_is_shown_with_its_traceback(results: Path) -> None:
    track(results)
    (run,) = [run for run in contents.runs(own(results)).values() if run["status"] == "FAILED"]
    assert set(run["artifacts"]) == {"failure.json", "traceback.txt"}
    assert "ZeroDivisionError: division by zero" in run["tags"]["mlflow.note.content"]
    assert run["parent"]


def test_runs_lie_under_their_configuration_with_its_aggregate(results: Path) -> None:
    track(results)
    found = contents.runs(own(results))
    parents = [run for run in found.values() if run["tags"]["kind"] == "configuration"]
    assert len(parents) == 2
    for parent in parents:
        children = [r for r in found.values() if r["parent"] == parent["tags"]["configuration"]]
        done = [run for run in children if run["status"] == "FINISHED"]
        assert len(done) == 4
        assert parent["last"]["runs"] == 4
        assert parent["last"]["seeds"] == 2
        assert parent["last"]["agreement"] == 1
        bests = {run["params"]["seed"]: run["last"]["best"] for run in done}
        assert parent["last"]["best_median"] == pytest.approx(sum(bests.values()) / 2)


def test_several_objectives_have_the_hypervolume_of_every_generation(results: Path) -> None:
    for seed in (1, 2):
        spec = {
            "problem": {"name": "zdt1", "use": "zdt", "params": {"dimension": 5}},
            "algorithm": {
                "name": "nsga2", "use": "nsga2", "params": {"population": 8, "generations": 3}
            },
            "backend": {"name": "serial", "use": "serial"},
            "seed": seed,
        }  # fmt: skip
        job = ["--seeds", str(seed), "--out", str(results / "fronts" / "runs")]
        assert main(["run", "--spec", json.dumps(spec), *job]) == 0
    track(results)
    found = contents.runs(own(results), experiment="fronts")
    runs = [run for run in found.values() if run["tags"]["kind"] == "run"]
    (parent,) = [run for run in found.values() if run["tags"]["kind"] == "configuration"]
    assert [len(run["history"]["hypervolume"]) for run in runs] == [4, 4]
    last = [run["last"]["hypervolume"] for run in runs]
    assert all(0 < volume < 11 * 11 for volume in last)
    assert parent["last"]["hypervolume_median"] == pytest.approx(sum(last) / 2)


def test_a_second_call_changes_nothing(results: Path) -> None:
    track(results)
    before = contents.runs(own(results))
    outcome = track(results)
    assert (outcome.new, outcome.changed, outcome.removed, outcome.unchanged) == (0, 0, 0, 9)
    assert contents.runs(own(results)) == before


WITHOUT_MLFLOW = """
import sys
from evosweep.cli import main
code = main(["track", sys.argv[1]])
sys.exit(code or [name for name in ("mlflow", "matplotlib", "pandas") if name in sys.modules] or 0)
"""


def test_a_call_imports_no_mlflow_and_leaves_what_another_one_does(
    results: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone"
    shutil.copytree(results, alone)
    (alone / "mlflow.db").unlink()
    command = [sys.executable, "-c", WITHOUT_MLFLOW, str(alone)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    track(results)
    assert contents.runs(own(alone)) == contents.runs(own(results))
    first = contents.client(own(alone)).get_experiment("0")
    assert (first.name, first.lifecycle_stage) == ("Default", "active")


def test_long_runs_take_more_transactions_and_come_to_the_same(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    track(results)
    before, sizes = contents.runs(own(results)), list[int]()
    create = DatabaseStore.create

    def counted(self: DatabaseStore, experiment: str, runs: list[MlflowRun]) -> list[str]:
        sizes.append(len(runs))
        return create(self, experiment, runs)

    monkeypatch.setattr(DatabaseStore, "create", counted)
    monkeypatch.setattr(sync, "_MOST_POINTS", 1)
    (results / "mlflow.db").unlink()
    assert track(results).new == 9
    assert max(sizes) == 1
    assert contents.runs(own(results)) == before


@pytest.mark.parametrize("lost", ["mlflow.db", ".track"])
def test_what_is_deleted_is_rebuilt_to_the_same_content(results: Path, lost: str) -> None:
    runs = results / "quick" / "runs"
    track(results)
    folders.write_run(runs, folders.spec(7, mutation=0.1))  # so that it took two passes
    track(results)
    before = contents.runs(own(results))
    path = results / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    track(results)
    assert contents.runs(own(results)) == before


def test_a_run_that_failed_and_then_succeeded_is_shown_once(results: Path) -> None:
    track(results)
    runs = results / "quick" / "runs"
    folder = folders.write_run(runs, folders.spec(3, mutation=0.1))
    (folder / "failure.json").unlink()
    outcome = track(results)
    assert (outcome.new, outcome.changed) == (0, 1)
    found = contents.runs(own(results), condition=f"tags.run_id = '{folder.name}'")
    assert [run["status"] for run in found.values()] == ["FINISHED"]


def test_changed_and_vanished_runs_leave_no_trace_in_the_aggregate(results: Path) -> None:
    track(results)
    runs = results / "quick" / "runs"
    changed = runs / folders.names(folders.spec(1, mutation=0.1))[0]
    record = json.loads((changed / "record.json").read_text())
    folders.finish(changed, record | {"best": 1.0})
    folders.touch(changed / "record.json", 1)
    shutil.rmtree(runs / folders.names(folders.spec(2, "pool", 2, mutation=0.2))[0])
    outcome = track(results)
    assert (outcome.new, outcome.changed, outcome.removed) == (0, 1, 1)
    changed_contents = contents.runs(own(results))
    (results / "mlflow.db").unlink()
    track(results)
    rebuilt = contents.runs(own(results))
    assert _without_names(changed_contents) == _without_names(rebuilt)


def _without_names(found: dict[str, dict[str, object]]) -> list[str]:
    """The contents without the names of parents that were made anew."""
    for run in found.values():
        tags = run["tags"]
        assert isinstance(tags, dict)
        if tags["kind"] == "configuration":
            run["tags"] = {k: v for k, v in tags.items() if k != "content"}
            run["times"] = None
    return sorted(json.dumps(run, sort_keys=True) for run in found.values())


def test_a_damaged_record_is_named_and_keeps_no_other_from_being_tracked(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = next((results / "quick" / "runs").iterdir())
    for name in ("record.json", "failure.json"):
        if (folder / name).exists():
            (folder / name).write_text('{"format": 1,')
    assert main(["track", str(results)]) == 1
    assert f"damaged: {folder}: " in capsys.readouterr().err
    assert track(results).unchanged == 8


def test_nothing_to_track_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        track(tmp_path / "nowhere")
    with pytest.raises(InputError, match="there are no runs"):
        track(tmp_path)


@pytest.mark.parametrize("uri", ["mlruns", "ftp://host", "sqlite://", "http://", "file:///tmp/x"])
def test_an_address_that_cannot_be_one_is_refused(results: Path, uri: str) -> None:
    with pytest.raises(InputError, match="tracking address"):
        track(results, uri)


def test_moved_results_keep_their_artifacts(results: Path, tmp_path: Path) -> None:
    track(results)
    before = contents.runs(own(results))
    moved = tmp_path / "elsewhere" / "moved results"
    moved.parent.mkdir()
    results.rename(moved)
    assert track(moved).unchanged == 9
    assert contents.runs(own(moved)) == before


def test_another_database_is_rebased_when_asked(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    uri = f"sqlite:///{shared}/all.db"
    track(results, uri)
    before = contents.runs(uri)
    moved = tmp_path / "mounted"
    shared.rename(moved)
    uri = f"sqlite:///{moved}/all.db"
    assert main(["track", str(results), "--uri", uri, "--rebase"]) == 0
    assert "the artifacts of 1 experiments" in capsys.readouterr().out
    assert contents.runs(uri) == before


def test_a_convergence_plot_is_whole_and_shows_its_goal(results: Path) -> None:
    track(results)
    plots = list((results / "mlartifacts").rglob("convergence.svg"))
    assert len(plots) == 8
    drawn = ElementTree.parse(plots[0])
    texts = {element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {"best so far", "mean", "optimum 20", "generation", "fitness (objective value)"} <= texts
