"""A Snakemake that is killed, and two at once."""

import contextlib
import os
import signal
import sqlite3
from collections.abc import Callable
from typing import Any

from working import working_in
from workspace import Workspace

Wait = Callable[[Callable[[], Any]], Any]

GATED = {"use": "my_problem:build", "params": {"gate": "gate"}}
"""A run that cannot end before the file `gate` is there."""


def test_after_a_kill_the_same_call_goes_on(workspace: Workspace, waits: Wait) -> None:
    slow = {"use": "my_problem:build", "params": {"seconds": 0.2}}
    workspace.configure(problems={"ones": slow}, seeds=[1])
    results = workspace.folder / "results" / "study"
    process = workspace.start("--until", "run")
    waits(lambda: list(results.glob("runs/*/journal.bin")))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    waits(lambda: not working_in(workspace.folder))
    assert not workspace.records()

    workspace.runs()
    [record] = workspace.records().values()
    undisturbed = workspace.folder / "undisturbed"
    workspace.configure(experiment="undisturbed", problems={"ones": slow}, seeds=[1])
    workspace.runs()
    [other] = workspace.records(undisturbed.name).values()
    assert record["population_digest"] == other["population_digest"]


def test_of_two_at_once_one_works_and_the_other_says_so(workspace: Workspace, waits: Wait) -> None:
    workspace.configure(problems={"ones": GATED}, seeds=[1])
    both = [workspace.start("--until", "run") for _ in range(2)]
    waits(lambda: any(process.poll() is not None for process in both))
    (workspace.folder / "gate").touch()  # the one that works could not end before
    outputs = [process.communicate(timeout=600)[0] for process in both]
    codes = [process.returncode for process in both]
    assert sorted(codes) == [0, 1], outputs
    refused = outputs[codes.index(1)]
    assert "works on it; wait for it or stop it" in refused
    assert "Traceback" not in refused
    assert len(workspace.records()) == 1
    waits(lambda: not working_in(workspace.folder))


def test_looking_at_a_working_experiment_is_allowed(workspace: Workspace, waits: Wait) -> None:
    workspace.configure(problems={"ones": GATED}, seeds=[1])
    process = workspace.start("--until", "run")
    waits(lambda: list((workspace.folder / "results").glob("study/runs/*/journal.bin")))
    assert "run          1" in workspace.runs("--dry-run")
    (workspace.folder / "gate").touch()
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output


def test_live_tracking_shows_a_run_under_way_and_ends_with_its_call(
    workspace: Workspace, waits: Wait
) -> None:
    workspace.configure(
        problems={"ones": {"use": "my_problem:build", "params": {"gate": "gate", "after": 20}}},
        seeds=[1],
        tracking={"live": True},
    )
    process = workspace.start("--until", "run")

    def shown() -> list[tuple[str]]:
        database = workspace.folder / "results" / "mlflow.db"
        if not database.exists():
            return []
        with contextlib.closing(sqlite3.connect(database)) as connection:
            try:
                return connection.execute("select * from runs where status = 'RUNNING'").fetchall()
            except sqlite3.Error:
                return []  # being made

    waits(shown)
    (workspace.folder / "gate").touch()
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    waits(lambda: not working_in(workspace.folder))
    assert not shown()
    databases = list((workspace.folder / "results").rglob("mlflow.db"))
    assert databases == [workspace.folder / "results" / "mlflow.db"]
