"""Several runs in one process: a failing neighbour, a module that remembers, a deadly evaluation"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hits import hit, kills
from windows import EVALUATING

PROBLEM = '''
"""Ones; the module remembers how many problems were built, and lets that decide the fitness."""
import os
import random
import signal
from pathlib import Path

from deap import base, creator, tools

creator.create("OnesMax", base.Fitness, weights=(1.0,))
creator.create("Ones", list, fitness=creator.OnesMax)
built = []


def build(bits=20, broken=False, deadly=False):
    built.append(bits)
    number = len(built)

    def evaluate(individual):
        if broken:
            raise RuntimeError("broken on purpose")
        if deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return (sum(individual) * number,)

    toolbox = base.Toolbox()
    toolbox.register("gene", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Ones, toolbox.gene, bits)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox
'''


def spec(backend: str = "serial", workers: int = 1, use: str = "mine:build", **params: Any) -> Any:
    """A small run."""
    return {
        "problem": {"use": use, "params": params},
        "algorithm": {"use": "ea_simple", "params": {"population": 8, "generations": 2}},
        "backend": {"use": backend, "workers": workers},
        "seed": 3,
        "import_path": ".",
    }


def run(folder: Path, specs: Any, *options: str, out: str = "runs") -> tuple[int, str]:
    """The exit code of `evosweep run`, and what it prints."""
    (folder / "mine.py").write_text(PROBLEM)
    words = ["run", "--spec", json.dumps(specs), "--out", out, *options]
    done = subprocess.run(
        [sys.executable, "-m", "evosweep", *words],
        cwd=folder, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def digests(folder: Path, out: str = "runs") -> dict[str, str]:
    """The digest of each run."""
    records = (json.loads(path.read_text()) for path in folder.glob(f"{out}/*/record.json"))
    return {record["run_id"]: record["population_digest"] for record in records}


def test_runs_of_several_configurations_share_a_process(tmp_path: Path) -> None:
    specs = [spec(use="onemax", bits=bits) for bits in (10, 20, 30)]
    code, told = run(tmp_path, specs, "--receipt", "receipt.json")
    assert code == 0, told
    receipt = json.loads((tmp_path / "receipt.json").read_text())["runs"]
    assert set(receipt) == set(digests(tmp_path))
    assert len(receipt) == 3
    code, told = run(tmp_path, specs[1:2], out="alone")
    assert digests(tmp_path, "alone").items() < digests(tmp_path).items(), told


@pytest.mark.parametrize(("backend", "workers"), [("serial", 1), ("pool", 2)])
@pytest.mark.thorough
def test_apart_a_module_keeps_nothing_from_run_to_run(
    tmp_path: Path, backend: str, workers: int
) -> None:
    specs = [spec(backend, workers, bits=bits) for bits in (10, 20)]
    assert run(tmp_path, specs, "--apart")[0] == 0
    for each in specs:
        assert run(tmp_path, [each], out="alone")[0] == 0
    assert digests(tmp_path) == digests(tmp_path, "alone")


@pytest.mark.thorough
@pytest.mark.parametrize("options", [(), ("--apart",)])
def test_a_failing_run_stops_none_of_its_neighbours(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    specs = [spec(bits=10), spec(bits=10, broken=True), spec(bits=12, nonsense=1), spec(bits=20)]
    code, told = run(tmp_path, specs, *options)
    assert code == 2, told
    assert "broken on purpose" in told
    assert "takes no parameter 'nonsense'" in told
    assert len(digests(tmp_path)) == 2
    code, told = run(tmp_path, specs[:2], *options)
    assert code == 1, told


@pytest.mark.thorough
@kills(EVALUATING)
def test_an_evaluation_that_kills_its_process_is_named_and_its_neighbours_are_done(
    tmp_path: Path,
) -> None:
    specs = [spec(bits=10, deadly=True), spec(bits=20)]
    code, told = run(tmp_path, specs, "--apart")
    assert code == 1, told
    [failure] = tmp_path.glob("runs/*/failure.json")
    assert "SIGKILL" in json.loads(failure.read_text())["error"]
    hit(EVALUATING)
    assert len(digests(tmp_path)) == 1


@pytest.mark.parametrize(
    ("specs", "options", "message"),
    [
        ([], (), "the list of specs is empty"),
        ([spec(), spec("pool", 2)], (), "share a backend and its workers"),
        ([spec(bits=1), spec(bits=2)], ("--seeds", "1-2"), "give each of several specs its seed"),
    ],
)
def test_a_list_that_is_no_job_is_refused_in_a_line(
    tmp_path: Path, specs: Any, options: tuple[str, ...], message: str
) -> None:
    code, told = run(tmp_path, specs, *options)
    assert code == 2
    assert message in told
    assert "Traceback" not in told
