"""Runs under way: shown generation by generation, and ended honestly when they die."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow_contents as contents
import pytest

from evosweep.track.passes.follow import PAUSE, Follower, follow
from evosweep.track.passes.tracking import track
from evosweep.track.store.address import resolve

PROBLEM = """
import random
import time
from pathlib import Path

from deap import base, creator, tools

creator.create("WaitingMax", base.Fitness, weights=(1.0,))
creator.create("Waiting", list, fitness=creator.WaitingMax)


def build(gate=""):
    calls = []

    def evaluate(individual):
        calls.append(1)
        while len(calls) > 60 and not Path(gate).exists():
            time.sleep(0.01)
        return (sum(individual),)

    toolbox = base.Toolbox()
    toolbox.register("gene", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Waiting, toolbox.gene, 30)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox
"""
PROGRAM = "import sys; from evosweep.cli import main; sys.exit(main())"
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def waiting(tmp_path: Path, results: Path) -> Iterator[tuple[Path, Path, list[str]]]:
    """Results, a gate, and a command whose run waits before the gate after some generations."""
    (tmp_path / "waiting.py").write_text(PROBLEM)
    gate = tmp_path / "gate"
    spec = {
        "problem": {"use": "waiting:build", "params": {"gate": str(gate)}},
        "algorithm": {
            "use": "ea_simple",
            "params": {"population": 10, "generations": 15, "crossover": 0.5, "mutation": 0.3},
        },
        "backend": {"use": "serial"},
        "seed": 1,
        "import_path": str(tmp_path),
    }
    out = str(results / "live" / "runs")
    job = ["run", "--spec", json.dumps(spec), "--seeds", "1-1", "--out", out]
    return results, gate, [sys.executable, "-c", PROGRAM, *job]


@contextmanager
def started(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The command in a process group of its own, which ends with the block."""
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def shown(results: Path) -> Any:
    """The only run of the experiment; None while there is none."""
    uri = f"sqlite:///{results / 'mlflow.db'}"
    if contents.client(uri).get_experiment_by_name("live") is None:
        return None
    found = contents.runs(uri, "live", "tags.kind = 'run'", artifacts=False)
    assert len(found) < 2
    return next(iter(found.values()), None)


def follow_until(follower: Follower, results: Path, status: str, generation: int = 0) -> Any:
    """The run once it is shown like that, by as many passes as it takes."""
    end = time.monotonic() + 600
    while time.monotonic() < end:
        assert follower.once() == 0
        run = shown(results)
        if (
            run
            and run["status"] == status
            and len(run["history"].get("best_so_far", [])) > generation
        ):
            return run
        time.sleep(0.1)
    raise AssertionError(f"never shown as {status} in generation {generation}: {run}")


def test_a_run_is_shown_as_it_goes_dies_and_is_continued(
    waiting: tuple[Path, Path, list[str]],
) -> None:
    results, gate, command = waiting
    follower = Follower(results, resolve(results))
    with started(command):
        run = follow_until(follower, results, "RUNNING", 3)
        best = [value for _, _, value in run["history"]["best_so_far"]]
        assert best == sorted(best)
        assert "Under way" in run["tags"]["mlflow.note.content"]
    run = follow_until(follower, results, "KILLED")
    assert run["times"][1] is not None
    assert "Stopped before its end" in run["tags"]["mlflow.note.content"]
    gate.touch()
    with started(command) as process:
        assert process.wait() == 0
    run = follow_until(follower, results, "FINISHED", 15)
    (results / "mlflow.db").unlink()
    track(results)
    rebuilt = shown(results)
    for name in ("name", "params", "last", "times", "data"):
        assert run[name] == rebuilt[name]
    assert [(step, value) for step, _, value in run["history"]["best_so_far"]] == [
        (step, value) for step, _, value in rebuilt["history"]["best_so_far"]
    ]


def test_a_later_track_ends_what_a_killed_follower_left_running(
    waiting: tuple[Path, Path, list[str]],
) -> None:
    results, _, command = waiting
    with started(command):
        follow_until(Follower(results, resolve(results)), results, "RUNNING", 1)
    track(results)
    assert shown(results)["status"] == "KILLED"


def pass_until(follower: Follower, *named: str) -> list[str]:
    """The problems of the first pass that names them all."""
    end = time.monotonic() + 600
    while time.monotonic() < end:
        follower.once()
        problems = sorted(follower.problems)
        if len(problems) == len(named) and all(map(str.__contains__, problems, named)):
            return problems
        time.sleep(0.1)
    raise AssertionError(f"named are {problems}, not {named}")


def test_a_run_under_way_in_two_folders_is_shown_once(
    waiting: tuple[Path, Path, list[str]],
) -> None:
    """Whatever they are called; once its own folder is there, that one counts."""
    results, _, command = waiting
    follower = Follower(results, resolve(results))
    spec = command[command.index("--spec") : command.index("--seeds")]
    runs = results / "live" / "runs"
    first, second = [
        [*command[:3], "run", *spec, "--out", str(runs / name)] for name in ("1" * 12, "2" * 12)
    ]
    with started(first):
        assert follow_until(follower, results, "RUNNING", 1)["tags"]["folder"] == "1" * 12
        with started(second):
            pass_until(follower, "222222222222: run_id: ")
            assert shown(results)["tags"]["folder"] == "1" * 12
            with started(command):
                pass_until(follower, "111111111111: run_id: ", "222222222222: run_id: ")
                while not (run := shown(results)) or run["tags"]["folder"] == "1" * 12:
                    follower.once()
                assert run["tags"]["folder"] == run["tags"]["run_id"]
                assert run["status"] == "RUNNING"


def test_a_generation_is_shown_within_five_seconds() -> None:
    """A pass every two seconds; how long one takes is for the benchmark to say."""
    assert PAUSE <= 2.5


def test_a_follower_of_finished_runs_shows_no_other(
    waiting: tuple[Path, Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It works beside a call until that has ended, and once more then."""
    results, gate, command = waiting
    monkeypatch.setattr("evosweep.track.passes.follow.LONG_PAUSE", 0.1)
    with started(command) as run:
        while not list(results.glob("live/runs/*/running.json")):
            time.sleep(0.05)
        follower = Follower(results, resolve(results), shows=False)
        assert follower.once() == 0
        assert shown(results) is None
        gate.touch()
        assert follow(results, resolve(results), run.pid, done=True) == 0
    assert shown(results)["status"] == "FINISHED"
