"""A run as a process: it imports nothing that only the grid, the tracking or the report needs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SPEC = {
    "problem": {"use": "onemax", "params": {"bits": 8}},
    "algorithm": {"use": "ea_simple", "params": {"population": 6, "generations": 2}},
    "seed": 1,
}


@pytest.mark.parametrize("use", ["serial", "pool"])
@pytest.mark.thorough
def test_a_run_imports_little(tmp_path: Path, use: str) -> None:
    spec = SPEC | {"backend": {"use": use, "workers": 1}}
    done = subprocess.run(
        [sys.executable, "-m", "evosweep", "run", "--spec", json.dumps(spec), "--out", "run"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPROFILEIMPORTTIME": "1"},
    )  # fmt: skip
    imported = set(re.findall(r"^import time:.*\| +([\w.]+)$", done.stderr, re.MULTILINE))
    assert {"deap.base", "evosweep.evaluation.worker"} <= imported
    roots = {name.partition(".")[0] for name in imported}
    assert not roots & {"mlflow", "pandas", "snakemake", "scipy", "sklearn", "matplotlib", "yaml"}
