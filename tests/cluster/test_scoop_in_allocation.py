"""SCOOP's workers on the nodes of a SLURM allocation, started by srun."""

import json
import shlex
import sys
import time
from pathlib import Path

import pytest
import slurm
from lacking import lacking
from over_hosts import ROOT, spec

from evosweep.cli import main

pytestmark = pytest.mark.slow


def test_srun_starts_the_workers_of_the_other_nodes(tmp_path: Path) -> None:
    if reason := slurm.missing():
        lacking(reason)
    over_nodes = spec({"use": "scoop", "workers": 4, "hosts": "slurm"}, pause=1.0)
    words = [sys.executable, "-m", "evosweep", "run", "--spec", json.dumps(over_nodes)]
    command = shlex.join([*words, "--out", str(tmp_path / "run")])
    script = tmp_path / "job.sh"
    script.write_text(f"#!/bin/bash\ncd {shlex.quote(str(ROOT))}\nexec {command}\n")
    with slurm.cluster(tmp_path / "slurm", 2) as made:
        job = made.call("sbatch", "--parsable", "--nodes=2", "--ntasks-per-node=2",
                        "--mem-per-cpu=300", f"--output={tmp_path}/out", str(script))  # fmt: skip
        steps: set[str] = set()
        while (state := made.state(job)) in ("PENDING", "RUNNING", "COMPLETING", "CONFIGURING"):
            steps |= set(made.call("squeue", "--steps", "--noheader", "--format=%N").split())
            time.sleep(0.2)
        assert (state, "n2" in steps) == ("COMPLETED", True), (tmp_path / "out").read_text()
    serial = spec({"use": "serial"}, seconds=0) | {"import_path": str(ROOT / "tests" / "faults")}
    alone = ["run", "--in-process", "--spec", json.dumps(serial), "--out", str(tmp_path / "serial")]
    assert main(alone) == 0
    records = [json.loads((tmp_path / name / "record.json").read_text())
               for name in ("run", "serial")]  # fmt: skip
    assert records[0]["population_digest"] == records[1]["population_digest"]
