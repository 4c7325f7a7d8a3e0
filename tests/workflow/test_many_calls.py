"""Several calls on one grid: shares on one folder or on copies of it, at once or one by one."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import warm
from workspace import Workspace

from evosweep.processes.lock import Lock
from evosweep.records.journal import Session, read_behind

Wait = Callable[[Callable[[], Any]], Any]
SLOW = {"use": "my_problem:build", "params": {"seconds": 0.01}}


def sessions(record: Path) -> int:
    """How often a process worked on the run of a receipt."""
    entries = read_behind(record.parent / "journal.bin", 0)
    return sum(isinstance(entry, Session) for _, entry in entries)


RM = """#!/bin/sh
/bin/rm "$@"
here=$(dirname "$0")
case "$*" in
    *.log) [ -e "$here/was here" ] || { touch "$here/was here"; echo of another call > "$2"; } ;;
esac
"""


def digests(records: dict[Path, dict[str, Any]]) -> dict[str, str]:
    """The digest of each run."""
    return {record["run_id"]: record["population_digest"] for record in records.values()}


def test_shares_do_each_run_once_and_the_last_call_compares(workspace: Workspace) -> None:
    workspace.configure(seeds=[1, 2, 3, 4, 5])
    results = workspace.folder / "results"
    counts = []
    for number in (1, 2, 3):
        output = workspace.snakemake("--config", f"share={number}/3")
        counts.append(len(workspace.records()))
        assert "runs are done:  results/study/runs" in output
    assert counts == [2, 4, 5]
    assert not (results / "study" / "comparison").exists()
    assert not (results / "mlflow.db").exists()
    assert "Nothing to be done" in workspace.snakemake("--config", "share=2/3")
    first = {path: path.stat().st_mtime_ns for path in workspace.records()}

    output = workspace.snakemake()
    assert "5 runs are done" in output
    assert (results / "study" / "comparison" / "report.html").exists()
    assert (results / "mlflow.db").exists()
    assert {path: path.stat().st_mtime_ns for path in workspace.records()} == first
    assert not (results / "study" / ".calls").exists()


def test_calls_at_once_do_no_run_twice(workspace: Workspace) -> None:
    workspace.configure(problems={"ones": SLOW}, seeds=[1, 2, 3, 4, 5, 6, 7, 8])
    asked = ["share=1/3", "share=2/3", "share=3/3", "share=2/3"]
    calls = [workspace.start("--config", share, "steal=true") for share in asked]
    calls.append(workspace.start("--until", "run", "batch"))
    outputs = [call.communicate(timeout=600)[0] for call in calls]
    codes = [call.returncode for call in calls]
    assert codes[:4] == [0] * 4, outputs
    assert codes[4] in (0, 75), outputs[4]
    assert not any("Traceback" in output or "Error in rule" in output for output in outputs)
    records = workspace.records()
    assert len(records) == 8
    assert [sessions(path) for path in records] == [1] * 8

    workspace.configure(experiment="alone", problems={"ones": SLOW}, seeds=[1, 2, 3, 4, 5, 6, 7, 8])
    workspace.runs()
    assert digests(workspace.records("alone")) == digests(records)


def test_a_log_that_an_equal_call_makes_meanwhile_is_made_anew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its `rm` is one after which the log is there again: another call was as quick."""
    programs = workspace.folder / "programs"
    programs.mkdir()
    (programs / "rm").write_text(RM)
    (programs / "rm").chmod(0o755)
    monkeypatch.setattr("workspace.PATH", f"{programs}:/usr/bin:/bin")
    workspace.configure(seeds=[1])
    assert "1 runs are done" in workspace.snakemake("--until", "run").replace(
        "1 run is", "1 runs are"
    )
    [log] = (workspace.folder / "results" / "study" / "logs").glob("*.log")
    assert (programs / "was here").exists()
    assert "of another call" not in log.read_text()


def test_a_call_takes_what_others_left_if_told_to(workspace: Workspace) -> None:
    workspace.configure(seeds=[1, 2, 3, 4])
    workspace.snakemake("--config", "share=1/2")
    assert len(workspace.records()) == 2
    workspace.snakemake("--config", "share=1/2", "steal=true")
    assert len(workspace.records()) == 4


def test_a_failing_run_of_a_share_stops_nothing_and_is_not_stolen(workspace: Workspace) -> None:
    problems = {
        "good": {"use": "my_problem:build"},
        "bad": {"use": "my_problem:build", "params": {"fragile": True}},
    }
    workspace.configure(problems=problems, seeds=[1, 2])
    (workspace.folder / "broken").touch()
    output = workspace.snakemake("--config", "share=1/2", "steal=true", code=1)
    assert "\nfailed: " in output
    assert [r["spec"]["problem"]["name"] for r in workspace.records().values()] == ["good"] * 2
    (workspace.folder / "broken").unlink()
    workspace.snakemake("--config", "share=2/2", "steal=true")
    workspace.snakemake("--config", "share=1/2")
    assert len(workspace.records()) == 4


def _held_run(workspace: Workspace) -> Path:
    """The folder of the run with seed 1."""
    listed = subprocess.run(
        [sys.executable, "-m", "evosweep", "grid", "config/experiment.yaml", "--json"],
        cwd=workspace.folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    [row] = [row for row in json.loads(listed.stdout) if row["spec"]["seed"] == 1]
    folder = workspace.folder / row["folder"]
    folder.mkdir(parents=True)
    return folder


def test_a_run_that_another_process_holds_is_left_out_and_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVOSWEEP_PATIENCE", "1")
    workspace.configure(seeds=[1, 2, 3])
    with Lock(_held_run(workspace) / "run.lock", "the run"):
        output = workspace.snakemake("--config", "share=1/1")
        assert len(workspace.records()) == 2
        [line] = [line for line in output.splitlines() if line.startswith("held:")]
        assert f"process {os.getpid()} on {os.uname().nodename}" in line
        assert "the same command takes what is left" in line
        assert "Error in rule" not in output
        whole = workspace.snakemake(code=75)
        assert "held: 1 run" in whole
        assert "2 of 3 runs are done" in whole
        assert len(workspace.records()) == 2
    assert "3 runs are done" in workspace.runs()


def test_a_call_comes_back_for_a_run_that_is_free_later(workspace: Workspace, waits: Wait) -> None:
    workspace.configure(seeds=[1, 2])
    with Lock(_held_run(workspace) / "run.lock", "the run"):
        call = workspace.start("--config", "share=1/1")
        waits(workspace.records)
    output, _ = call.communicate(timeout=600)
    assert call.returncode == 0, output
    assert len(workspace.records()) == 2
    assert "held:" not in output


def test_folders_that_no_host_shares_are_merged_by_copying(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    workspace.configure(seeds=[1, 2, 3])
    other = Workspace(tmp_path_factory.mktemp("other") / "study")
    shutil.copytree(workspace.folder, other.folder)
    workspace.snakemake("--config", "share=1/2")
    other.snakemake("--config", "share=2/2")
    shutil.copytree(other.folder / "results", workspace.folder / "results", dirs_exist_ok=True)
    assert len(workspace.records()) == 3
    before = {path: path.stat().st_mtime_ns for path in workspace.records()}
    assert "3 runs are done" in workspace.snakemake("--until", "compare")
    assert {path: path.stat().st_mtime_ns for path in workspace.records()} == before


def test_compare_tells_of_one_run_with_two_populations(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Before copies are merged: the same name has to stand for the same bits."""
    workspace.configure(seeds=[1, 2])
    workspace.runs()
    other = tmp_path / "other" / "study"
    shutil.copytree(workspace.folder / "results" / "study", other)
    record = next(iter(sorted(other.glob("runs/*/record.json"))))
    data = json.loads(record.read_text())
    record.write_text(json.dumps(data | {"population_digest": "0" * 64}))
    done = subprocess.run(
        warm.evosweep("compare", "results/study", str(other)),
        cwd=workspace.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 of 2 pairs of runs end with the same population to the bit." in done.stdout


def test_sigterm_stops_the_runs_with_the_call_and_the_reason_is_kept(
    workspace: Workspace, waits: Wait
) -> None:
    """As a batch system sends it before a time limit."""
    gated = {"use": "my_problem:build", "params": {"gate": "gate", "after": 15}}
    workspace.configure(problems={"ones": gated}, seeds=[1])
    call = workspace.start("--config", "share=1/1")
    [journal] = waits(lambda: list(workspace.folder.glob("results/study/runs/*/journal.bin")))
    waits(lambda: journal.stat().st_size > 1000)
    os.kill(call.pid, signal.SIGTERM)
    output, _ = call.communicate(timeout=600)
    assert call.returncode == 143, output
    [noted] = journal.parent.glob("interruptions.*.jsonl")
    [line] = noted.read_text().splitlines()
    assert json.loads(line)["why"] == "SIGTERM"
    (workspace.folder / "gate").touch()
    workspace.snakemake("--config", "share=1/1")
    [record] = workspace.records().values()
    assert record["resumed"] == 1
    assert [each["why"] for each in record["interruptions"]] == ["SIGTERM"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["share=4/3"], "share=4/3: write share=K/N with K from 1 to N"),
        (["share=auto/3"], "this is no task of an array"),
        (["steal=true"], "is for a share; write share=K/N, too"),
        (["share=1/2", "steal=often"], "write steal=true or steal=false"),
    ],
)
def test_a_wrong_share_ends_a_call_with_2(
    workspace: Workspace, given: list[str], message: str
) -> None:
    output = workspace.snakemake("--dry-run", "--config", *given, code=2)
    assert message in output
    assert "Traceback" not in output
