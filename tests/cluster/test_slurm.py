"""Shares on a real SLURM: tasks that are stopped in the middle resume to the same bits."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import slurm
from lacking import lacking
from slurm import Slurm
from working import working_in

from evosweep.records.journal import read

ROOT = Path(__file__).parents[2]
PROBLEM = '''
"""Ones, with a gate that lets evaluations on after so many."""
import itertools
import random
import time
from pathlib import Path

from deap import base, creator, tools

creator.create("OnesMax", base.Fitness, weights=(1.0,))
creator.create("Ones", list, fitness=creator.OnesMax)


def build(gate="", after=0):
    done = itertools.count()

    def evaluate(individual):
        while gate and next(done) >= after and not Path(gate).exists():
            time.sleep(0.02)
        return (sum(individual),)

    toolbox = base.Toolbox()
    toolbox.register("gene", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Ones, toolbox.gene, 20)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox
'''
CONFIG = {
    "experiment": "study",
    "problems": {"ones": {"use": "my_problem:build", "params": {"gate": "gate", "after": 25}}},
    "algorithms": {"simple": {"use": "ea_simple", "params": {"population": 10, "generations": 4}}},
    "backends": {"serial": {"use": "serial"}},
    "seeds": [1, 2, 3],
    "runs_per_job": 1,
}
SMALL = ("--cpus-per-task=2", "--mem-per-cpu=100")  # a node for each


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    """Three nodes."""
    if reason := slurm.missing():
        lacking(reason)
    with slurm.cluster(tmp_path_factory.mktemp("slurm") / "cluster", 3) as made:
        yield made


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with the workflow, as a user has it on a cluster."""
    shutil.copy(ROOT / "Snakefile", tmp_path)
    for name in ("profiles", "workflow", "deploy"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "my_problem.py").write_text(PROBLEM)
    (tmp_path / "config" / "study.yaml").write_text(json.dumps(CONFIG))
    return tmp_path


def wait_for(condition: Callable[[], Any], seconds: float = 240) -> Any:
    """Poll until something is true."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.2)
    return found


def records(study: Path) -> dict[int, dict[str, Any]]:
    """The receipts by seed."""
    read = (json.loads(path.read_text()) for path in study.glob("results/*/runs/*/record.json"))
    return {record["spec"]["seed"]: record for record in read}


def evaluated(study: Path) -> list[Path]:
    """The journals that have evaluations."""
    journals = study.glob("results/study/runs/*/journal.bin")
    return [journal for journal in journals if any(True for _ in read(journal))]


def undisturbed(study: Path) -> dict[int, str]:
    """The digest of each run by seed, in a folder of its own, one after the other."""
    (study / "alone").mkdir()
    (study / "alone" / "gate").touch()
    spec = {
        "problem": CONFIG["problems"]["ones"],  # type: ignore[index]
        "algorithm": CONFIG["algorithms"]["simple"],  # type: ignore[index]
        "backend": {"use": "serial"},
        "seed": 1,
        "import_path": "../config",
    }
    words = ["run", "--spec", json.dumps(spec), "--seeds", "1-3", "--out", "results/alone/runs"]
    subprocess.run([sys.executable, "-m", "evosweep", *words], cwd=study / "alone", check=True)
    return {seed: each["population_digest"] for seed, each in records(study / "alone").items()}


@pytest.mark.timeout(600)
def test_tasks_stopped_in_the_middle_resume_to_the_same_bits(cluster: Slurm, study: Path) -> None:
    """One is put back into the queue, one loses its node, one is cancelled for good."""
    said = cluster.call("deploy/slurm/submit.sh", "3", "config/study.yaml", *SMALL, cwd=study)
    array, finish = said.split()[1].rstrip(":"), said.split("then ")[1].split()[0]
    tasks = [f"{array}_{number}" for number in (1, 2, 3)]
    wait_for(lambda: len(evaluated(study)) == 3)

    cluster.call("scontrol", "requeue", tasks[0])
    node = cluster.node_of(tasks[1])
    cluster.call("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
    cluster.call("scancel", tasks[2])
    wait_for(lambda: cluster.state(tasks[2]) in ("CANCELLED", "FAILED"))
    assert not records(study)
    (study / "gate").touch()
    wait_for(lambda: cluster.state(finish) in ("COMPLETED", "FAILED"))

    logs = "\n".join(path.read_text() for path in study.glob("slurm-*.out"))
    assert cluster.state(finish) == "COMPLETED", logs
    found = records(study)
    assert sorted(found) == [1, 2, 3]
    assert {seed: each["population_digest"] for seed, each in found.items()} == undisturbed(study)
    assert all(each["resumed"] >= 1 for each in found.values())
    assert all(len(each["interruptions"]) == each["resumed"] for each in found.values())
    assert "SIGTERM" in {each["interruptions"][0]["why"] for each in found.values()}
    assert (study / "results" / "study" / "comparison" / "report.html").exists()
    assert (study / "results" / "mlflow.db").exists()
    wait_for(lambda: not cluster.jobs(), 30)
    wait_for(lambda: not working_in(study), 30)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_task_at_its_time_limit_goes_back_into_the_queue(cluster: Slurm, study: Path) -> None:
    limit = ("--array=1-1", "--time=1", "--signal=B:TERM@10", *SMALL)
    words = ("deploy/slurm/array.sbatch", "1", "config/study.yaml")
    array = cluster.call("sbatch", "--parsable", *limit, *words, cwd=study)
    wait_for(lambda: list(study.glob("results/study/runs/*/interruptions.*.jsonl")))
    (study / "gate").touch()
    wait_for(lambda: cluster.state(f"{array}_1") == "COMPLETED")
    found = records(study)
    assert sorted(found) == [1, 2, 3]
    reasons = {why["why"] for each in found.values() for why in each["interruptions"]}
    assert "SIGTERM: the time limit of its job" in reasons
    assert {seed: each["population_digest"] for seed, each in found.items()} == undisturbed(study)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("cluster")
def test_snakemake_submits_each_job_by_the_profile(study: Path) -> None:
    pytest.importorskip(
        "snakemake_executor_plugin_slurm", reason="needs snakemake-executor-plugin-slurm"
    )
    (study / "gate").touch()
    options = ["--slurm-status-command", "squeue", "--slurm-no-account"]
    options += ["--slurm-init-seconds-before-status-checks", "5", "--latency-wait", "10"]
    options += ["--default-resources", "slurm_partition=main", "mem_mb_per_cpu=100", "runtime=10"]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--profile", "workflow/profiles/slurm", *options,
         "--config", "config=config/study.yaml"],
        cwd=study, capture_output=True, text=True, check=False, timeout=800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = records(study)
    assert {seed: each["population_digest"] for seed, each in found.items()} == undisturbed(study)
    assert (study / "results" / "study" / "comparison" / "report.html").exists()
    assert "slurm" in done.stderr.lower()
