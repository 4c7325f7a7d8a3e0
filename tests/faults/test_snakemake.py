"""Snakemake is killed and called again at once, over and over; its orphans do not interfere."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from hits import hit, kills, was_hit
from runs import HERE, TOKEN, spec, with_token
from windows import WORKFLOW

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


def _snakemake(folder: Path) -> psutil.Popen:
    return psutil.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "2", "--until", "run"],
        cwd=folder,
        env=os.environ | {TOKEN: folder.name},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@kills(WORKFLOW)
@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_snakemake_is_killed_and_called_again_at_once(
    tmp_path: Path, injected: Any, times: int
) -> None:
    rounds = killed = 0
    while killed < times or not was_hit(WORKFLOW):
        folder = _workspace(tmp_path / f"round{rounds}")
        rounds, before = rounds + 1, killed
        for place in range(min(3, max(1, times - killed))):
            process = _snakemake(folder)
            if place == 0:
                _wait_for_a_job(process, folder)
            time.sleep((place > 0) + random.random() * 4)
            if process.poll() is None:
                process.suspend()
                if _jobs(folder):
                    hit(WORKFLOW)
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


def _jobs(folder: Path) -> list[psutil.Process]:
    """Working processes of the workflow's runs."""
    found = []
    for process in with_token(folder.name):
        with suppress(psutil.Error):
            words = [Path(word).name for word in process.cmdline()]
            if "evosweep" in words and "run" in words:
                found.append(process)
    return found


def _wait_for_a_job(process: psutil.Popen, folder: Path) -> None:
    while process.poll() is None and not _jobs(folder):
        time.sleep(0.05)


def _left_after(seconds: float, token: str) -> int:
    until = time.monotonic() + seconds
    while (left := len(list(with_token(token)))) and time.monotonic() < until:
        time.sleep(0.1)
    return left
