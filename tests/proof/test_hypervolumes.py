"""NSGA-II's fronts are judged as pymoo's are, and COCO's own reader finds our running times."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import verdicts
from by_cocopp import expected_running_times


def test_the_hypervolume_of_the_whole_front_is_the_one_on_the_page() -> None:
    first = np.linspace(0, 1, 20_001)
    front = np.column_stack([first, 1 - np.sqrt(first)])
    assert verdicts.hypervolumes([front])[0] == pytest.approx(0.8767, abs=1e-4)


def test_equal_distributions_hold_a_half_and_others_do_not(tmp_path: Path) -> None:
    for number in range(12):
        write_front(tmp_path / "runs" / f"{number}", 0.001 * number)
    fronts = [[[0.0, 1.0 + shift], [1.0, shift]] for shift in 0.001 * np.arange(12)]
    (tmp_path / "pymoo.json").write_text(json.dumps(fronts))
    ours, peers = verdicts.front_rows(tmp_path)
    assert "| 0.50 (" in ours
    assert ours.endswith("| yes |")
    assert "| 12 |" in peers
    worse = (np.array(fronts) + 0.05).tolist()
    (tmp_path / "pymoo.json").write_text(json.dumps(worse))
    assert next(iter(verdicts.front_rows(tmp_path))).endswith("| no |")


def write_front(folder: Path, shift: float) -> None:
    import pyarrow
    from pyarrow import parquet

    folder.mkdir(parents=True)
    table = {"fitness_0": [0.0, 1.0], "fitness_1": [1.0 + shift, shift]}
    parquet.write_table(pyarrow.table(table), folder / "population.parquet")


def test_cocopp_finds_the_running_times_of_an_export(tmp_path: Path) -> None:
    spec = {
        "problem": {"use": "bbob", "params": {"function": 1, "dimension": 3, "instance": 1}},
        "algorithm": {
            "name": "climber",
            "use": "one_fifth",
            "params": {"generations": 5000, "sigma": 2, "start": 4},
            "stop": {"target": "declared"},
        },
        "backend": {"use": "serial"},
        "seed": 1,
    }
    runs = tmp_path / "results" / "sphere" / "runs"
    command = [sys.executable, "-m", "evosweep", "run", "--spec", json.dumps(spec)]
    command += ["--seeds", "1-3", "--out", str(runs)]
    subprocess.run(command, check=True, capture_output=True)
    records = [json.loads(path.read_text()) for path in runs.glob("*/record.json")]
    ours = sum(record["evaluations"] for record in records) / len(records)
    times = expected_running_times(tmp_path / "results" / "sphere")
    assert times == {"climber 1 3": pytest.approx(ours)}
