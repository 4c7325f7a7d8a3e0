"""`evosweep sweep` and the logger plugin: runs and not jobs, from any folder, and honest ends."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from working import working_in
from workspace import Workspace

from evosweep import cli

Wait = Callable[[Callable[[], Any]], Any]
NOISE = ("Error in rule", "Finished jobid", "rule run", "evosweep run --spec", "jobid", "Traceback")


def test_a_sweep_from_another_folder_shows_runs_and_the_verdict(workspace: Workspace) -> None:
    elsewhere = workspace.folder / "elsewhere"
    elsewhere.mkdir()
    algorithm = {"use": "ea_simple", "params": {"population": 10, "generations": 3}}
    workspace.configure(
        algorithms={"simple": algorithm, "none": {**algorithm, "params": {"generations": 0}}},
        seeds=[1, 2, 3, 4, 5],
        runs_per_job=5,
    )
    process = workspace.sweep(folder=elsewhere)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    assert "study: 0 of 10 runs are done" in output
    assert "10 runs are done:  results/study/runs  (10 of them now, in " in output
    assert "\n- ones: " in output
    assert "their comparison:  results/study/comparison/report.html" in output
    assert "in MLflow:         evosweep ui" in output
    assert not [word for word in NOISE if word in output]
    assert (elsewhere / "results" / "study" / "comparison" / "report.html").exists()
    process = workspace.sweep("--config", "seeds=[1]", folder=elsewhere)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    assert "2 runs are done" in output


def test_a_failure_is_told_once_by_what_the_runs_are(workspace: Workspace) -> None:
    fragile = {"use": "my_problem:build", "params": {"fragile": True}}
    workspace.configure(
        problems={"good": {"use": "my_problem:build"}, "bad": fragile}, seeds=[1, 2, 3]
    )
    (workspace.folder / "broken").touch()
    process = workspace.sweep()
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 1, output
    assert "3 of 6 runs are done, 3 failed, in " in output
    [line] = [line for line in output.splitlines() if line.startswith("failed: ")]
    assert line.startswith("failed: bad simple seeds 1-3: ")
    assert "RuntimeError: broken on purpose (results/study/runs/" in line
    assert "compared: 3 of 6 runs (3 missing)" in output
    assert "in MLflow: 3 of 6 runs (3 missing)" in output
    assert not [word for word in NOISE if word in output]
    assert len(output.splitlines()) < 25


@pytest.mark.parametrize(
    ("number", "code", "again"),
    [(signal.SIGINT, 130, []), (signal.SIGTERM, 143, ["--until", "run", "batch"])],
)
def test_a_stop_says_how_far_it_came_and_leaves_nothing(
    workspace: Workspace, waits: Wait, number: signal.Signals, code: int, again: list[str]
) -> None:
    gated = {"use": "my_problem:build", "params": {"gate": "gate"}}
    workspace.configure(problems={"ones": {"use": "my_problem:build"}, "gated": gated}, seeds=[1])
    process = workspace.sweep()
    waits(workspace.records)
    waits(lambda: len(list(workspace.folder.glob("results/study/runs/*/journal.bin"))) == 2)
    os.kill(process.pid, number)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == code, output
    assert "stopped: 1 of 2 runs are done; the same command goes on" in output
    assert not [word for word in NOISE if word in output]
    waits(lambda: not working_in(workspace.folder))
    (workspace.folder / "gate").touch()
    process = workspace.sweep(*again)
    output, _ = process.communicate(timeout=600)
    assert "2 runs are done:  results/study/runs  (1 of them now" in output


def test_status_shows_from_outside_what_runs_and_what_failed(
    workspace: Workspace,
    waits: Wait,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problems = {
        "ones": {"use": "my_problem:build"},
        "bad": {"use": "my_problem:build", "params": {"fragile": True}},
        "gated": {"use": "my_problem:build", "params": {"gate": "gate", "after": 12}},
    }
    workspace.configure(problems=problems, seeds=[1, 2], runs_per_job=1)
    (workspace.folder / "broken").touch()
    monkeypatch.chdir(workspace.folder)
    process = workspace.sweep("--cores", "3")  # the gated ones keep two for themselves

    def seen() -> dict[str, Any]:
        capsys.readouterr()
        assert cli.main(["status", "--json"]) == 0
        status: dict[str, Any] = json.loads(capsys.readouterr().out)["study"]
        return status

    waits((workspace.folder / "results" / "study" / "asked.jsonl").exists)
    waits(lambda: seen()["failed"] == seen()["done"] == seen()["running"] == 2)
    waits(lambda: seen()["running_runs"][0]["generation"] >= 0)
    status = seen()
    assert status["runs"] == 6
    [bad] = [group for group in status["groups"] if group["problem"] == "bad"]
    assert (bad["runs"], bad["failed"], bad["best"]) == (2, 2, None)
    assert status["failed_runs"][0]["error"].endswith("RuntimeError: broken on purpose")
    under_way = status["running_runs"][0]
    assert under_way["problem"] == "gated"
    assert under_way["evaluations"] > 0
    assert cli.main(["status"]) == 0
    text = capsys.readouterr().out
    assert "study: 2 of 6 runs are done, 2 failed, 2 running" in text
    assert "gated simple serial seed 1: generation " in text
    assert "failed: bad simple seeds 1-2: " in text
    (workspace.folder / "gate").touch()
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 1, output
    assert seen()["running"] == 0


def test_a_killed_run_waits_and_does_not_run(
    workspace: Workspace, waits: Wait, capsys: pytest.CaptureFixture[str]
) -> None:
    gated = {"use": "my_problem:build", "params": {"gate": "gate"}}
    workspace.configure(problems={"gated": gated}, seeds=[1])
    process = workspace.sweep()
    waits(lambda: list(workspace.folder.glob("results/study/runs/*/running.json")))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    waits(lambda: not working_in(workspace.folder))
    time.sleep(0.1)
    assert cli.main(["status", str(workspace.folder / "results")]) == 0
    assert "study: 0 of 1 runs are done\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sweep", "none.yaml"], "none.yaml: there is no such config file"),
        (["status", "none"], "none: there is no such folder of results"),
        (["status", "."], ".: no runs in it; evosweep sweep CONFIG makes some"),
        (["status", "--every", "5"], "--every SECONDS: needs --watch"),
        (["list", "onmax"], "'onmax': there is no such built-in; evosweep list names all; did you"),
    ],
)
def test_bad_input_is_a_line_and_2(
    words: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(words) == 2
    assert f"evosweep: error: {message}" in capsys.readouterr().err
