"""Speed-up, efficiency and the break-even cost, on times that were worked out by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
from folders import POOL, SERIAL, Made, write_run

from evosweep.compare.numbers.efficiency import measure
from evosweep.compare.numbers.efficiency_tables import advice, duration, efficiency_table
from evosweep.compare.page.material import Material, Options, gather
from evosweep.compare.read.folders import open_studies
from evosweep.compare.sections.sentences import summary

SPHERE = {"name": "sphere", "use": "bbob"}
GA = {"name": "ga", "use": "ea_simple"}
PHASES = ("startup", "evaluation", "dispatch", "variation", "idle", "total")


def study(folder: Path, serial: tuple[float, ...] | None, pool: tuple[float, ...]):
    fitness = np.ones((10, 100, 1))
    for backend, times in ((SERIAL, serial), (POOL, pool)):
        if times is not None:
            timings = dict(zip(PHASES, times, strict=True))
            for seed in (1, 2, 3):
                made = Made(SPHERE, GA, backend, seed, fitness, timings=timings)
                write_run(folder / "study", made)
    return open_studies(folder)[0]


def test_speed_up_efficiency_and_break_even(tmp_path: Path) -> None:
    timings, left_out = measure(
        study(tmp_path, (0.5, 10.0, 0.0, 1.0, 0.0, 11.5), (1.5, 10.0, 0.5, 1.0, 1.0, 6.5))
    )
    pool = next(timing for timing in timings if timing.workers == 2)
    assert left_out == 0
    assert pool.speedup == pytest.approx(12.0 / 8.0)
    assert pool.cost == pytest.approx(10.0 / 1000)
    assert pool.overhead == pytest.approx((6.5 - 1.0 - 10.0 / 2) / 1000)
    assert pool.break_even == pytest.approx((1.0 / 1000 + 0.5 / 1000) / 0.5)
    assert pool.cpu is None
    assert "pool ×2 paid on sphere (speed-up 1.5, 95 % interval 1.5 to 1.5)" in advice(timings)[0]
    assert "breaks even at 3 ms an evaluation; here one takes 10 ms" in advice(timings)[0]


def test_cpu_time_is_of_all_processes_where_every_run_knows_it(tmp_path: Path) -> None:
    times = dict(zip(PHASES, (0.5, 4.0, 0.0, 1.0, 0.0, 5.5), strict=True))
    for seed, (evaluation, parent) in enumerate(((3.0, 1.0), (4.0, 1.5), (5.0, 2.0))):
        cpu = {"evaluation_cpu": evaluation, "parent_cpu": parent}
        made = Made(SPHERE, GA, SERIAL, seed, np.ones((3, 4, 1)), timings=times | cpu)
        write_run(tmp_path / "study", made)
    row = efficiency_table(measure(open_studies(tmp_path)[0])[0]).rows[0]
    assert (row["cpu"], row["evaluation_cpu"]) == (5.5, 4.0)


def test_parallel_evaluation_that_did_not_pay(tmp_path: Path) -> None:
    timings, _ = measure(
        study(tmp_path, (0.5, 0.01, 0.0, 1.5, 0.0, 1.5), (4.5, 0.01, 0.5, 1.5, 1.0, 3.5))
    )
    assert "did not pay on sphere (speed-up 0.25, 95 % interval 0.25 to 0.25)" in advice(timings)[0]


def test_what_ran_too_short_is_told_in_few_words_and_one_problem_has_no_ranking(
    tmp_path: Path,
) -> None:
    quick = study(tmp_path, (0.5, 0.01, 0.0, 0.2, 0.0, 0.3), (0.9, 0.01, 0.1, 0.2, 0.1, 0.4))
    (said,) = advice(measure(quick)[0])
    assert said.startswith("pool ×2 ran too short to tell whether it pays. It breaks even at ")
    material = gather(quick, Options())
    assert isinstance(material, Material)
    assert said in summary(material)
    assert not [line for line in summary(material) if line.startswith("Over problems")]


def test_without_a_serial_run_there_is_no_speed_up(tmp_path: Path) -> None:
    timings, _ = measure(study(tmp_path, None, (0.5, 1.0, 0.1, 0.5, 0.0, 1.5)))
    assert timings[0].speedup is None
    assert timings[0].break_even is None
    assert "no serial run has the same spec" in advice(timings)[0]


def test_runs_that_were_resumed_or_grew_are_told_apart_and_have_no_times(tmp_path: Path) -> None:
    """A grown run was not stopped, and made only a part of its evaluations."""
    study(tmp_path, (0.5, 10.0, 0.0, 1.0, 0.0, 11.5), (1.5, 10.0, 0.5, 1.0, 1.0, 6.5))
    changes = [{"resumed": 1}, {"grown_from": "0" * 12}, {"grown_from": "1" * 12}]
    for file, change in zip(sorted(tmp_path.rglob("record.json")), changes, strict=False):
        file.write_text(json.dumps(json.loads(file.read_text()) | change))
    opened = open_studies(tmp_path)[0]
    assert sorted((run.resumed, run.grown_from is not None) for run in opened.runs) == [
        (0, False), (0, False), (0, False), (0, True), (0, True), (1, False),
    ]  # fmt: skip
    assert measure(opened)[1] == 3
    material = gather(opened, Options())
    assert isinstance(material, Material)
    said = " ".join(summary(material))
    assert "1 run resumed after a stop: not among the times." in said
    assert "2 runs grew from shorter ones: not among the times." in said


def test_durations_have_units() -> None:
    assert [duration(t) for t in (12.3, 0.0042, 3.3e-6)] == ["12.3 s", "4.2 ms", "3.3 µs"]
