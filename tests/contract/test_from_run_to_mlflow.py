"""The promises in one small study, by the commands alone: runs, a kill, MLflow.

It is in the fast tier for them all; the thorough tests take each of them apart.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import warm
from hits import hit, kills
from windows import AT_WORK

from evosweep.config.spec import RunSpec

PROBLEM = """
import itertools
import time
from pathlib import Path
from evosweep.problems.onemax import onemax

numbers = itertools.count()


def build():
    toolbox = onemax(bits=30)
    evaluate = toolbox.evaluate

    def stopping(individual):
        if next(numbers) == 25 and Path("stop").exists():
            Path("stopped").touch()
            time.sleep(3600)
        return evaluate(individual)

    toolbox.register("evaluate", stopping)
    return toolbox
"""


def spec_of(seed: int, backend: str = "serial") -> dict[str, Any]:
    params = {"population": 10, "generations": 6}
    return {
        "problem": {"name": "ones", "use": "promised:build"},
        "algorithm": {"name": "ea", "use": "ea_simple", "params": params},
        "backend": {"name": backend, "use": backend, "workers": 1 if backend == "serial" else 2},
        "seed": seed,
        "import_path": ".",
    }


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    command = warm.evosweep(*words)
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, start_new_session=True)


def evosweep(folder: Path, *words: str) -> None:
    process = start(folder, *words)
    _, error = process.communicate()
    assert process.returncode == 0, error


def run(spec: dict[str, Any]) -> list[str]:
    return ["run", "--spec", json.dumps(spec), "--out", str(place(spec))]


def place(spec: dict[str, Any]) -> Path:
    return Path("results", "study", "runs", RunSpec.parse(spec).run_id)


def record(folder: Path, spec: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads((folder / place(spec) / "record.json").read_text()))


def kill_in_the_middle(folder: Path, spec: dict[str, Any]) -> None:
    """SIGKILL while the 26th individual is evaluated."""
    (folder / "stop").touch()
    process = start(folder, *run(spec))
    while process.poll() is None and not (folder / "stopped").exists():
        time.sleep(0.01)
    assert process.poll() is None, process.communicate()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (folder / place(spec) / "record.json").exists()
    hit(AT_WORK)
    (folder / "stop").unlink()


TWICE = """
from evosweep.cli import main
assert main(["track", "results"]) == main(["track", "results"]) == 0
"""


def shown(folder: Path) -> Counter[str]:
    """How often MLflow has each run_id of ours."""
    with sqlite3.connect(folder / "results" / "mlflow.db") as database:
        rows = database.execute("SELECT value FROM tags WHERE key = 'run_id'")
        return Counter(value for (value,) in rows)


@kills(AT_WORK)
def test_a_study_keeps_its_promises(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("promised.py").write_text(PROBLEM)
    specs = [spec_of(1, backend) for backend in ("serial", "pool", "scoop")]
    killed = specs[0]
    kill_in_the_middle(tmp_path, killed)
    for spec in specs:
        evosweep(tmp_path, *run(spec))
    assert record(tmp_path, killed)["resumed"] == 1
    assert len({record(tmp_path, spec)["population_digest"] for spec in specs}) == 1

    subprocess.run([sys.executable, "-c", TWICE], check=True)
    assert shown(tmp_path) == Counter(place(spec).name for spec in specs)
