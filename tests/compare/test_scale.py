"""Ten thousand runs of a hundred generations: in a minute, in 2 GB."""

import json
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from folders import POOL, SERIAL, Made, history, write_run

MEASURE = """
import json, resource, sys, time
from evosweep.cli import main
began = time.monotonic()
code = main(["compare", sys.argv[1]])
kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
usage = [resource.getrusage(kind) for kind in kinds]
print(json.dumps({"code": code, "wall": time.monotonic() - began,
    "cpu": sum(u.ru_utime + u.ru_stime for u in usage),
    "memory": sum(u.ru_maxrss for u in usage) / 1024}))
"""


def fill(results: Path, seeds: int, function: int) -> None:
    problem = {"name": "bbob", "use": "bbob", "params": {"function": function, "dimension": 5}}
    for place in range(10):
        algorithm = {"name": "ga", "use": "ea_simple", "params": {"population": 10 * (place + 1)}}
        for seed in range(seeds):
            rng = np.random.default_rng([function, place, seed])
            fitness = history(rng, 100, 20, 0.05 + 0.01 * place)
            genomes = rng.uniform(-5, 5, (20, 5)).tolist()
            for backend in (SERIAL, POOL):
                made = Made(problem, algorithm, backend, seed, fitness, genomes=genomes)
                write_run(results / "study", made)


def measured(results: Path) -> dict[str, float]:
    call = [sys.executable, "-c", MEASURE, str(results)]
    done = subprocess.run(call, capture_output=True, text=True, check=True, env=dict(os.environ))
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_twelve_hundred_runs_are_read_in_parallel_processes(tmp_path: Path) -> None:
    for function in (1, 2, 3):
        fill(tmp_path, 20, function)
    found = measured(tmp_path)
    assert found["code"] == 0
    assert found["memory"] < 2048
    assert len((tmp_path / "study/comparison/runs.csv").read_text().splitlines()) == 1201


@pytest.mark.slow
def test_ten_thousand_runs(tmp_path: Path) -> None:
    with ProcessPoolExecutor(mp_context=get_context("forkserver")) as pool:
        list(pool.map(partial(fill, tmp_path, 50), range(1, 11)))
    found = measured(tmp_path)
    print(
        f"\n10,000 runs: {found['wall']:.0f} s, {found['cpu']:.0f} s CPU, {found['memory']:.0f} MB"
    )
    assert found["code"] == 0
    assert found["memory"] < 2048
    assert found["cpu"] < 60 * (os.cpu_count() or 1)
