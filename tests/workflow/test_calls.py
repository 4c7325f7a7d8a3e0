"""What a call of Snakemake does, and what it leaves to the next one."""

import csv
import json
import sys

import pytest
from workspace import Workspace

NOTHING = "Nothing to be done"


def finished(output: str) -> int:
    """How many jobs a call did."""
    return output.count("Finished jobid")


def test_a_call_runs_tracks_and_compares_and_the_next_has_nothing_to_do(
    workspace: Workspace,
) -> None:
    workspace.configure(
        backends={"serial": {"use": "serial"}, "scoop": {"use": "scoop", "workers": 2}}, seeds=[1]
    )
    output = workspace.snakemake()
    results = workspace.folder / "results"
    assert "2 runs are done:  results/study/runs" in output
    assert "results/study/comparison/report.html" in output
    assert (results / "study" / "comparison" / "report.html").stat().st_size > 10_000
    assert (results / "mlflow.db").exists()
    first, second = workspace.records().values()
    assert first["spec_id"] == second["spec_id"]
    assert first["population_digest"] == second["population_digest"]
    assert NOTHING in workspace.snakemake()

    next(iter(workspace.records())).unlink()
    counts = workspace.snakemake("--dry-run")
    assert "run            1" in counts
    assert "compare        1" in counts
    assert "track          1" in counts


def test_a_missing_record_is_done_again_and_nothing_else(workspace: Workspace) -> None:
    workspace.runs()
    lost, kept = workspace.records()
    before = kept.stat().st_mtime_ns
    digest = json.loads(lost.read_text())["population_digest"]
    lost.unlink()
    assert finished(workspace.runs()) == 1
    assert json.loads(lost.read_text())["population_digest"] == digest
    assert kept.stat().st_mtime_ns == before
    assert not finished(workspace.runs())


def test_a_job_of_several_seeds_is_done_while_all_its_records_are_there(
    workspace: Workspace,
) -> None:
    workspace.configure(runs_per_job=2, seeds=[1, 2, 3])
    output = workspace.runs()
    assert "ones simple serial seeds 1-2" in output
    assert "ones simple serial seed 3" in output
    assert len(workspace.records()) == 3
    assert not finished(workspace.runs())
    record = next(iter(workspace.records()))
    record.unlink()
    assert finished(workspace.runs()) == 1
    assert record.exists()
    assert not finished(workspace.runs())


def test_a_failing_run_is_told_stops_no_other_and_is_tried_again(workspace: Workspace) -> None:
    workspace.configure(
        problems={
            "good": {"use": "my_problem:build"},
            "bad": {"use": "my_problem:build", "params": {"fragile": True}},
        },
        seeds=[1],
    )
    (workspace.folder / "broken").touch()
    output = workspace.snakemake(code=1)
    assert "RuntimeError: broken on purpose" in output
    assert "failed: bad simple seed 1: " in output
    assert "1 of 2 runs are done, 1 failed, in " in output
    assert "The same command continues" in output
    assert [r["spec"]["problem"]["name"] for r in workspace.records().values()] == ["good"]
    assert "compared: 1 of 2 runs (1 missing):  results/study/comparison/report.html" in output
    assert "in MLflow: 1 of 2 runs (1 missing)" in output
    results = workspace.folder / "results"
    assert "broken on purpose" in (results / "study" / "comparison" / "report.html").read_text()
    assert (results / "mlflow.db").exists()
    (workspace.folder / "broken").unlink()
    assert finished(workspace.snakemake()) == 4  # the run, the comparison, the tracking, all
    assert len(workspace.records()) == 2


def test_a_call_that_stops_at_a_failure_compares_what_is_there(workspace: Workspace) -> None:
    """As Snakemake does by itself, without the profile that lets the others go on."""
    fragile = {"use": "my_problem:build", "params": {"fragile": True}}
    workspace.configure(problems={"good": {"use": "my_problem:build"}}, seeds=[1])
    workspace.runs()
    workspace.configure(problems={"good": {"use": "my_problem:build"}, "bad": fragile}, seeds=[1])
    (workspace.folder / "broken").touch()
    output = workspace.snakemake("--workflow-profile", "none", code=1)
    assert "compared: 1 of 2 runs (1 missing)" in output
    assert "compared" not in workspace.runs(code=1)


def test_a_comparison_has_the_runs_that_the_config_asks_for(workspace: Workspace) -> None:
    workspace.configure(seeds=[1, 2])
    workspace.runs()
    problem = workspace.folder / "config" / "my_problem.py"
    problem.write_text(problem.read_text().replace("indpb=0.05", "indpb=0.06"))
    workspace.configure(seeds=[1])
    workspace.snakemake("--until", "compare")
    assert len(workspace.records()) == 3
    asked = (workspace.folder / "results" / "study" / "asked.txt").read_text().split()
    assert len(asked) == 1
    summary = (workspace.folder / "results" / "study" / "comparison" / "summary.csv").read_text()
    [row] = csv.DictReader(summary.splitlines())
    assert row["runs"] == "1"


def test_force_does_a_run_again_from_its_start(workspace: Workspace) -> None:
    """A replay of the journal would leave times that are not those of the evaluations."""
    slow = {"use": "my_problem:build", "params": {"seconds": 0.01}}
    workspace.configure(problems={"ones": slow}, seeds=[1])
    workspace.runs()
    [(path, first)] = workspace.records().items()
    for force in (["--forceall"], ["--forcerun", "run"]):
        workspace.runs(*force)
        [(_, again)] = workspace.records().items()
        assert again["population_digest"] == first["population_digest"]
        assert again["started"] > first["started"]
        assert again["resumed"] == 0
        assert again["timings"]["evaluation"] >= 0.01 * again["evaluations"]
    assert path.exists()


def test_a_quoted_number_of_the_command_line_stays_text(workspace: Workspace) -> None:
    given = """problems={"ones": {"params": {"text": "10", "bits": 12}}}"""
    workspace.configure(seeds=[1])
    workspace.runs("--config", given)
    [record] = workspace.records().values()
    assert record["spec"]["problem"]["params"] == {"text": "10", "bits": 12}


def test_a_spec_longer_than_a_command_line_travels_by_file(workspace: Workspace) -> None:
    for runs_per_job in (1, 2):
        text = f"{runs_per_job}" + "'" * 200_000
        problems = {"ones": {"use": "my_problem:build", "params": {"text": text}}}
        workspace.configure(problems=problems, seeds=[1, 2], runs_per_job=runs_per_job)
        workspace.runs()
    texts = [r["spec"]["problem"]["params"]["text"] for r in workspace.records().values()]
    assert sorted(text[:2] for text in texts) == ["1'", "1'", "2'", "2'"]
    assert {len(text) for text in texts} == {200_001}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--configfile", "config/experiment.yaml", "config/b.yaml"], "evosweep reads one"),
        (["--config", "config="], "write --config config=FILE"),
        (["--config", "config=config"], "config: is a folder, and should be a YAML file"),
        (["--config", "config=config/none.yaml"], "none.yaml: cannot be read: No such file"),
        (["--config", "seeds=[1,"], "--config seeds"),
    ],
)
def test_a_wrong_command_line_is_told_in_a_line(
    workspace: Workspace, arguments: list[str], message: str
) -> None:
    workspace.configure("config/b.yaml")
    output = workspace.snakemake("--dry-run", *arguments, code=2)
    assert message in output
    assert "Traceback" not in output


def test_another_config_and_other_values_can_be_given(workspace: Workspace) -> None:
    workspace.configure("config/other.yaml", experiment="other", seeds=[5])
    other = "config=config/other.yaml"
    assert "results/other/runs" in workspace.runs("--config", other)
    assert not finished(workspace.runs("--config", other))
    assert not finished(workspace.runs("--configfile", "config/other.yaml"))
    counts = workspace.runs("--dry-run", "--config", other, "seeds=[5,6,7]")
    assert "run          2" in counts


def test_a_run_has_one_blas_thread_whatever_its_workers(workspace: Workspace) -> None:
    workspace.configure(backends={"pool": {"use": "pool", "workers": 2}}, seeds=[1])
    workspace.runs()
    [record] = workspace.records().values()
    assert set(record["environment"]["threads"].values()) == {"1"}


@pytest.mark.parametrize("text", ["$(touch pwned)", "'; touch pwned; '", '{output} {0} "\\\n#'])
def test_a_value_never_reaches_the_shell(workspace: Workspace, text: str) -> None:
    workspace.configure(
        problems={"ones": {"use": "my_problem:build", "params": {"text": text}}}, seeds=[1]
    )
    workspace.runs()
    [record] = workspace.records().values()
    assert record["spec"]["problem"]["params"] == {"text": text}
    assert not (workspace.folder / "pwned").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("__use_yte__: true\n?open('pwned', 'w'): 1\nexperiment: x", "__use_yte__ is refused"),
        ("experiment: !!python/name:os.system x", "is refused"),
        ("experiment: x\nseed: 3", "seed: unknown key"),
    ],
)
def test_bad_input_ends_a_call_with_2_and_no_traceback(
    workspace: Workspace, text: str, message: str
) -> None:
    (workspace.folder / "config" / "experiment.yaml").write_text(text)
    output = workspace.snakemake("--dry-run", code=2)
    assert message in output
    assert "evosweep: error: config/experiment.yaml" in output
    assert "Traceback" not in output
    assert not (workspace.folder / "pwned").exists()
    assert not (workspace.folder / "results").exists()


def test_the_workflow_is_free_of_lints(workspace: Workspace) -> None:
    assert "good condition" in workspace.snakemake("--lint")
    assert sys.executable  # the Snakefile puts its folder on PATH: no environment was activated
