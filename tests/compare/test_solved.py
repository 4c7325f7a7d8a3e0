"""A run has solved its problem by one rule: in the report, and in MLflow."""

from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, write_run
from recomputed import rows

from evosweep.cli import main
from evosweep.records.folder import RunFolder
from evosweep.records.reading import read_record
from evosweep.track.content.metrics import success

CASES = [
    ({"target": 3.0}, -1.0, [2.0, 3.0, 3.0000001], 2 / 3),
    ({"target": 3.0}, 1.0, [2.0, 3.0, 4.0], 2 / 3),
    ({"optimum": 79.48}, -1.0, [79.48, 79.480000005, 79.4801], 2 / 3),
    ({"optimum": 100.0}, 1.0, [100.0, 99.0], 1 / 2),
    ({"optimum": 0.0, "target": 1.0}, -1.0, [0.5, 2.0], 1 / 2),
    ({}, -1.0, [0.5, 2.0], None),
]


@pytest.mark.thorough
@pytest.mark.parametrize("with_journal", [True, False])
@pytest.mark.parametrize(("traits", "weight", "bests", "rate"), CASES)
def test_the_report_and_mlflow_count_the_same_successes(
    tmp_path: Path,
    traits: dict[str, float],
    weight: float,
    bests: list[float],
    rate: float | None,
    with_journal: bool,
) -> None:
    tracked = []
    for seed, best in enumerate(bests):
        fitness = np.full((2, 3, 1), best)
        made = Made({"use": "p"}, {"use": "a"}, SERIAL, seed, fitness, (weight,), traits=traits)
        made.with_journal = with_journal
        folder = write_run(tmp_path / "x", made)
        if not with_journal:
            (folder / "logbook.parquet").unlink()
        tracked.append(success(read_record(RunFolder(folder))))
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    (row,) = rows(tmp_path / "x/comparison/results.csv")
    if rate is None:
        assert tracked == [None] * len(bests)
        assert row["success_rate"] == ""
    else:
        assert sum(map(bool, tracked)) / len(tracked) == pytest.approx(rate)
        assert float(row["success_rate"]) == pytest.approx(rate)
