"""The (1 + 1) EA against its exact law: a wrong generator or a lost evaluation would show."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laws import distribution, leading_ones_chain, mean, onemax_chain

CHAINS = {"onemax": onemax_chain, "leading_ones": leading_ones_chain}
PUBLISHED = {
    ("onemax", 16): 96.11, ("onemax", 64): 609.82, ("onemax", 100): 1070.54,
    ("leading_ones", 16): 218.0, ("leading_ones", 64): 3508.5, ("leading_ones", 100): 8574.4,
}  # fmt: skip


@pytest.mark.parametrize(("problem", "bits"), PUBLISHED)
def test_the_chain_has_the_published_mean(problem: str, bits: int) -> None:
    assert mean(*CHAINS[problem](bits)) == pytest.approx(PUBLISHED[problem, bits], abs=0.1)


# The seeds are the same on every backend, and with them the times.
@pytest.mark.parametrize(("backend", "seeds"), [("serial", 120), ("pool", 60), ("scoop", 60)])
@pytest.mark.parametrize("problem", CHAINS)
def test_running_times_follow_the_law(
    problem: str, backend: str, seeds: int, tmp_path: Path
) -> None:
    times = running_times(problem, 16, backend, seeds, tmp_path)
    start, transitions = CHAINS[problem](16)
    law = distribution(start, transitions, times.max())
    assert times.mean() == pytest.approx(mean(start, transitions), rel=0.15)
    assert kolmogorov_smirnov(times, law) < 1.63 / len(times) ** 0.5  # p = 0.01, conservative


def kolmogorov_smirnov(times: np.ndarray, law: np.ndarray) -> float:
    """The largest distance between the law and the empirical distribution of `times`."""
    empirical = np.searchsorted(np.sort(times), np.arange(len(law)), side="right") / len(times)
    return float(np.abs(empirical - law).max())


def running_times(
    problem: str, bits: int, backend: str, seeds: int, folder: Path
) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """Evaluations until the optimum, one number for each seed."""
    spec = {
        "problem": {"use": problem, "params": {"bits": bits, "flip": 1 / bits}},
        "algorithm": {
            "use": "one_plus_one",
            "params": {"generations": 100_000},
            "stop": {"target": "declared"},
        },
        "backend": {"use": backend, "workers": 1 if backend == "serial" else 2},
        "seed": 1,
        "import_path": ".",
    }
    command = [sys.executable, "-m", "evosweep", "run", "--spec", json.dumps(spec)]
    command += ["--seeds", f"1-{seeds}", "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    records = [json.loads(path.read_text()) for path in folder.glob("*/record.json")]
    assert len(records) == seeds
    assert all(record["best"] == bits for record in records)
    return np.array([record["evaluations"] for record in records])
