"""Snakemake is killed and called again at once, over and over; its orphans do not interfere."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from runs import HERE, TOKEN, spec, with_token

ROOT = HERE.parents[1]
BACKENDS = [("serial", 1), ("pool", 2), ("scoop", 2)]


def _workspace(folder: Path) -> Path:
    run = spec()
    (folder / "config").mkdir(parents=True)
    shutil.copy(HERE / "troubled.py", folder / "config")
    shutil.copy(ROOT / "Snakefile", folder)
    (folder / "workflow").symlink_to(ROOT / "workflow")
    (folder / "profiles").symlink_to(ROOT / "profiles")
    config = {
        "experiment": "killed",
        "problems": {"troubled": {k: run["problem"][k] for k in ("use", "params")}},
        "algorithms": {"simple": run["algorithm"]},
        "backends": {use: {"use": use, "workers": workers} for use, workers in BACKENDS},
        "seeds": [run["seed"]],
    }
    (folder / "config" / "experiment.yaml").write_text(json.dumps(config))
    return folder


def _snakemake(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "2", "--until", "run"],
        cwd=folder,
        env=os.environ | {TOKEN: folder.name},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_snakemake_is_killed_and_called_again_at_once(
    tmp_path: Path, injected: Any, times: int
) -> None:
    rounds = killed = 0
    while killed < times:
        folder = _workspace(tmp_path / f"round{rounds}")
        rounds, before = rounds + 1, killed
        for _ in range(min(3, times - killed)):
            process = _snakemake(folder)
            time.sleep(1 + random.random() * 4)
            if process.poll() is None:
                process.kill()
                killed += 1
            process.communicate()
        faults = ["SIGKILL of snakemake, and a restart at once"] * (killed - before)
        with injected(*faults) as one:
            started = time.monotonic()
            last = _snakemake(folder)
            output, _ = last.communicate(timeout=600)
            assert last.returncode == 0, output
            one.recovery = time.monotonic() - started
            one.left = _left_after(60, folder.name)
            records = list(folder.glob("results/killed/runs/*/record.json"))
            assert len(records) == len(BACKENDS)
            digests = {json.loads(path.read_text())["population_digest"] for path in records}
            one.digest = " ".join(sorted(digests))  # one, where all are equal


def _left_after(seconds: float, token: str) -> int:
    until = time.monotonic() + seconds
    while (left := len(list(with_token(token)))) and time.monotonic() < until:
        time.sleep(0.1)
    return left
