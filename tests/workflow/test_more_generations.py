"""A call of Snakemake with more generations: each run goes on from the shorter one."""

from typing import Any

from workspace import CONFIG, Workspace

from evosweep.records import journal


def generations(count: int, population: int = 10) -> dict[str, Any]:
    params = {"population": population, "generations": count}
    return {"simple": {"use": "ea_simple", "params": params}}


def evaluated(workspace: Workspace, run_id: str) -> int:
    """How many evaluations are in a run's journal."""
    path = workspace.folder / "results" / "study" / "runs" / run_id / "journal.bin"
    return sum(len(entry.indices) for entry in journal.read(path))


def test_a_call_with_more_generations_extends_each_run(workspace: Workspace) -> None:
    workspace.configure(algorithms=generations(3))
    workspace.runs()
    short = {record["seed"]: record for record in map(_facts, workspace.records().values())}
    assert sorted(short) == CONFIG["seeds"]

    workspace.configure(algorithms=generations(7))
    output = workspace.runs()
    assert output.count(", grown from ") in (0, 2)  # the view may leave single lines out
    facts = list(map(_facts, workspace.records().values()))
    long = {record["seed"]: record for record in facts if record["generations"] == 7}
    for seed, record in long.items():
        assert record["grown_from"] == short[seed]["run_id"]
        assert evaluated(workspace, record["run_id"]) == record["evaluations"]

    workspace.configure("config/again.yaml", experiment="again", algorithms=generations(7))
    workspace.runs("--config", "config=config/again.yaml")
    alone = {r["seed"]: r for r in map(_facts, workspace.records("again").values())}
    assert {seed: r["digest"] for seed, r in alone.items()} == {
        seed: r["digest"] for seed, r in long.items()
    }
    assert {record["grown_from"] for record in alone.values()} == {None}


def _facts(record: dict[str, Any]) -> dict[str, Any]:
    kept = ("run_id", "generations", "evaluations")
    return {name: record[name] for name in kept} | {
        "seed": record["spec"]["seed"],
        "digest": record["population_digest"],
        "grown_from": record.get("grown_from"),
    }
