"""Thousands of runs: read in parallel processes, in little memory; how fast, bench_compare says."""

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from folders import SERIAL
from many_runs import fill

MEASURE = """
import resource, sys
from evosweep.cli import main
code = main(["compare", sys.argv[1]])
kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
print(sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024)
raise SystemExit(code)
"""


def megabytes(results: Path) -> float:
    call = [sys.executable, "-c", MEASURE, str(results)]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def test_hundreds_of_runs_are_read_in_parallel_processes(tmp_path: Path) -> None:
    """420 of them on one backend: several processes work from 400 on."""
    fill(tmp_path, 41, 1, [SERIAL])
    fill(tmp_path, 1, 2)
    assert megabytes(tmp_path) < 2048
    assert len((tmp_path / "study/comparison/runs.csv").read_text().splitlines()) == 431


@pytest.mark.slow
def test_ten_thousand_runs(tmp_path: Path) -> None:
    with ProcessPoolExecutor(mp_context=get_context("forkserver")) as pool:
        list(pool.map(partial(fill, tmp_path, 50), range(1, 11)))
    assert megabytes(tmp_path) < 2048
    assert len((tmp_path / "study/comparison/runs.csv").read_text().splitlines()) == 10001
