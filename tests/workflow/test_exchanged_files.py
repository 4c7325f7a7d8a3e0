"""Whoever may write to the results exchanges what jobs of a running call have yet to read."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workspace import Workspace

Wait = Callable[[Callable[[], Any]], Any]
ELSEWHERE = Path(__file__).parent / "elsewhere"
EVIL = """
def build(**_):
    open("OWNED", "w").close()
    raise SystemExit(1)
"""
STARTED = "results/study/runs/*/running.json"


@pytest.fixture
def study(workspace: Workspace) -> Workspace:
    """Two jobs, of which the first waits for a gate; and code that must not be imported."""
    (workspace.folder / "config" / "evil.py").write_text(EVIL)
    workspace.configure(problems={"ones": {"use": "my_problem:build", "params": {"gate": "gate"}}})
    return workspace


def exchange(path: Path, *, of: str = "my_problem:build", by: str = "evil:build") -> None:
    """Put another function of the same place into a file, as `mv` does: under the same name."""
    text = path.read_text()
    assert of in text
    changed = path.with_name("changed")
    changed.write_text(text.replace(of, by))
    changed.replace(path)


def refusals(study: Workspace) -> list[str]:
    """The lines of logs that name a changed file."""
    logs = (study.folder / "results" / "study" / "logs").glob("*.log")
    lines = (line for log in logs for line in log.read_text().splitlines())
    return [line for line in lines if "was changed after it was written" in line]


def test_an_exchanged_spec_is_refused_and_logs_follow_no_link(
    study: Workspace, waits: Wait
) -> None:
    params = {"gate": "gate", "text": "x" * 30_000}
    study.configure(problems={"ones": {"use": "my_problem:build", "params": params}})
    call = study.start("--until", "run", "--cores", "1")
    waits(lambda: list(study.folder.glob(STARTED)) or call.poll() is not None)
    specs = list(study.folder.glob("results/study/specs/*.json"))
    assert len(specs) == 2
    for path in specs:
        exchange(path)
    precious = study.folder / "precious"
    precious.write_text("mine")
    for run_id in (study.folder / "results/study/asked.txt").read_text().split():
        log = study.folder / "results" / "study" / "logs" / f"{run_id}.log"
        log.unlink(missing_ok=True)
        log.symlink_to(precious)
    (study.folder / "gate").touch()
    output, _ = call.communicate()
    assert call.returncode == 1, output
    assert not (study.folder / "OWNED").exists()
    assert precious.read_text() == "mine"
    [line] = refusals(study)
    assert line.startswith("evosweep: error: --spec: results/study/specs/")
    assert "was changed after it was written" in output
    assert len(study.records()) == 1


def elsewhere(study: Workspace, *arguments: str) -> Any:
    """Start a call whose jobs are done by Snakemakes of their own."""
    os.environ["PYTHONPATH"] = str(ELSEWHERE)
    options = ["--executor", "elsewhere", "--jobs", "1", "--latency-wait", "1", "--retries", "0"]
    options += ["--max-status-checks-per-second", "5", "--seconds-between-status-checks", "1"]
    try:
        return study.start_python("-m", "snakemake", *options, *arguments)
    finally:
        del os.environ["PYTHONPATH"]


def test_orders_that_were_exchanged_are_refused_by_name(study: Workspace, waits: Wait) -> None:
    study.configure(seeds=[1])
    call = elsewhere(study, "--until", "run")
    found = "results/study/.calls/*/jobs-*.jsonl"
    waits(lambda: list(study.folder.glob(found)) or call.poll() is not None)
    [orders] = study.folder.glob(found)
    exchange(orders)
    (study.folder / "open").touch()
    output, _ = call.communicate()
    assert call.returncode == 1, output
    assert not (study.folder / "OWNED").exists()
    assert f"evosweep: error: {orders.relative_to(study.folder)}: was changed" in output
    assert "Traceback" not in output
    assert not study.records()


@pytest.mark.slow
def test_each_stage_has_orders_of_its_own(study: Workspace) -> None:
    seeds = {"at_least": 2, "at_most": 4, "until": "decided"}
    algorithms = {
        name: {"use": "ea_simple", "params": {"population": 10, "generations": number}}
        for number, name in enumerate(("one", "two"), start=3)
    }
    study.configure(seeds=seeds, algorithms=algorithms)
    (study.folder / "open").touch()
    call = elsewhere(study)
    output, _ = call.communicate()
    assert call.returncode == 0, output
    assert {record["spec"]["seed"] for record in study.records().values()} > {1, 2}
