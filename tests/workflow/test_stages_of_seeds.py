"""As many seeds as it takes, by the real workflow: through its stages, and through a kill."""

import json
import os
import signal
from collections import Counter
from collections.abc import Callable
from typing import Any

from workspace import Workspace

Waits = Callable[[Callable[[], Any]], Any]

LOOKS = [4, 8, 12]
STAGED: dict[str, Any] = {
    "problems": {"ones": {"use": "my_problem:build", "params": {"bits": 60}}},
    "algorithms": {
        "evolves": {"use": "ea_simple", "params": {"population": 10, "generations": 30}},
        "guesses": {"use": "random_search", "params": {"population": 100, "generations": 3}},
    },
    "seeds": {"first": 1, "at_least": 4, "at_most": 12, "looks": LOOKS, "until": "decided"},
}
SOLVED = {"use": "my_problem:build", "params": {"bits": 2}}
"""Every run of every algorithm finds its optimum, so that nothing is ever decided."""


def seeds(workspace: Workspace) -> dict[tuple[str, str], list[int]]:
    """The seeds that there are, by problem and algorithm."""
    found: dict[tuple[str, str], list[int]] = {}
    for record in workspace.records().values():
        spec = record["spec"]
        key = spec["problem"]["name"], spec["algorithm"]["name"]
        found.setdefault(key, []).append(spec["seed"])
    return {key: sorted(each) for key, each in found.items()}


def looks(workspace: Workspace) -> list[dict[str, Any]]:
    """The looks that have been asked for, with their answers."""
    folder = workspace.folder / "results" / "study" / "looks"
    return [json.loads(path.read_text()) for path in folder.glob("*.json")]


def test_a_call_goes_through_the_stages_of_each_problem_and_no_further(
    workspace: Workspace,
) -> None:
    """Four runs a side cannot decide (p is 2/70 at least), eight that are far apart can."""
    workspace.configure(**STAGED | {"problems": STAGED["problems"] | {"solved": SOLVED}})
    output = workspace.snakemake("compare")
    assert seeds(workspace) == {
        ("ones", "evolves"): [*range(1, 9)],
        ("ones", "guesses"): [*range(1, 9)],
        ("solved", "evolves"): [*range(1, 13)],
        ("solved", "guesses"): [*range(1, 13)],
    }
    assert "40 runs are done" in output
    answers = Counter((look["problem"], look["is_final"]) for look in looks(workspace))
    assert answers == {("ones", False): 1, ("ones", True): 1, ("solved", False): 2}
    log = (workspace.folder / "results" / "study" / "logs" / "compare.log").read_text()
    assert "Decided after 8 of at most 12 seeds." in log
    assert "1 of 2 problems took fewer than 12. That saved 8 of 48 runs" in log
    assert "missing" not in log

    status = workspace.start_python("-m", "evosweep", "status", "--json")
    progress = json.loads(status.communicate(timeout=120)[0])["study"]
    assert (progress["runs"], progress["waiting"]) == (40, 0)
    stages = {each["problem"]: (each["seeds"], each["enough"]) for each in progress["stages"]}
    assert stages == {"ones": (8, True), "solved": (12, False)}
    words = ["compare", "results/study", "--config", "config/experiment.yaml"]
    compared = workspace.start_python("-m", "evosweep", *words)
    assert "missing" not in compared.communicate(timeout=120)[0]
    assert "Nothing to be done" in workspace.snakemake("compare")

    first = (path for path, record in workspace.records().items() if record["spec"]["seed"] == 1)
    next(first).unlink()
    again = workspace.snakemake("compare")
    assert again.count("Finished jobid") >= 3  # the run, a look or more, the comparison
    assert "40 runs are done" in again
    assert len(workspace.records()) == 40


def test_a_kill_between_the_stages_costs_no_run_and_changes_no_decision(
    workspace: Workspace, waits: Waits
) -> None:
    slow = {"use": "my_problem:build", "params": {"bits": 60, "seconds": 0.002}}
    workspace.configure(**STAGED | {"problems": {"ones": slow}, "runs_per_job": 1})
    killed = workspace.start("compare")
    answered = lambda: any(look["is_final"] is False for look in looks(workspace))  # noqa: E731
    waits(lambda: answered() or killed.poll() is not None)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert killed.returncode == -signal.SIGKILL
    before = {path: path.stat().st_mtime_ns for path in workspace.records()}
    assert len(before) >= 8
    output = workspace.snakemake("compare")
    assert "16 runs are done" in output
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert set(map(len, seeds(workspace).values())) == {8}
    assert [look["is_final"] for look in sorted(looks(workspace), key=lambda x: x["number"])] == [
        False,
        True,
    ]


def test_a_share_of_stages_is_refused_by_name(workspace: Workspace) -> None:
    workspace.configure(**STAGED)
    output = workspace.snakemake("--config", "share=1/2", code=2)
    assert "evosweep: error: --config share=1/2: seeds in stages need all results of a" in output
    assert not (workspace.folder / "results").exists()
