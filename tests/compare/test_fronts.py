"""Several objectives: indicators against moocore and by hand, surfaces, and the report."""

from pathlib import Path

import moocore
import numpy as np
import pytest
from folders import SERIAL, Made, write_run

from evosweep.cli import main
from evosweep.compare.build import true_front
from evosweep.compare.numbers.finals import fronts_of, read_finals
from evosweep.compare.numbers.fronts import (
    attainment,
    attainment_difference,
    hypervolume_trace,
    indicators,
    joint_share,
    read_fronts,
)
from evosweep.compare.numbers.quality import measure_all, non_dominated
from evosweep.compare.read.folders import open_studies
from evosweep.compare.read.run import read_run
from evosweep.compare.read.study import Study
from evosweep.records.folder import RunFolder

ZDT = {"name": "zdt", "use": "my:zdt"}


def two_objectives(
    results: Path, seeds: int = 5, weights: tuple[float, float] = (-1.0, -1.0)
) -> Path:
    for place in range(2):
        algorithm = {"name": f"nsga{place}", "use": f"my:nsga{place}"}
        for seed in range(seeds):
            rng = np.random.default_rng([place, seed])
            x = rng.uniform(size=(13, 20))
            gap = (2 - place) * np.exp(-0.3 * np.arange(13))[:, None] * rng.uniform(size=(13, 20))
            fitness = np.stack([x, 1 - np.sqrt(x) + gap], axis=2) * -np.array(weights)
            write_run(results / "study", Made(ZDT, algorithm, SERIAL, seed, fitness, weights))
    return results / "study"


def known(folder: Path) -> tuple[Study, dict[str, np.ndarray]]:
    study, finals = read_finals(open_studies(folder)[0])
    return study, fronts_of(finals)


def test_hypervolume_is_moocores_on_the_declared_side(tmp_path: Path) -> None:
    for name, weights in (("min", (-1.0, -1.0)), ("max", (1.0, 1.0))):
        study, fronts = known(two_objectives(tmp_path / name, weights=weights))
        quality = measure_all(study, fronts)["zdt"]
        assert quality.measure == "hypervolume"
        run = study.runs[0]
        points = np.column_stack([_column(run.folder, i) for i in range(2)]) * -np.array(weights)
        reference = np.array(quality.reference) * -np.array(weights)
        expected = moocore.hypervolume(points, ref=reference)
        assert quality.values[run.run_id] == pytest.approx(expected, abs=1e-9)
        assert quality.larger


def _column(folder: RunFolder, index: int) -> np.ndarray:
    import pyarrow.parquet as pq

    return pq.read_table(folder.population).column(f"fitness_{index}").to_numpy()


def test_hypervolume_of_a_front_worked_out_by_hand(tmp_path: Path) -> None:
    fitness = np.array([[[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [3.0, 3.0]]])
    made = Made(
        ZDT, {"use": "x"}, SERIAL, 1, fitness, (-1.0, -1.0), {"reference_point": [4.0, 4.0]}
    )
    run = read_run(RunFolder(write_run(tmp_path / "study", made)))
    quality = measure_all(*known(tmp_path))["zdt"]
    assert quality.values[run.run_id] == pytest.approx(3 + 2 + 1)
    trace = hypervolume_trace(run, (4.0, 4.0))
    assert trace.best[-1] == pytest.approx(6)
    assert trace.best[0] == pytest.approx(3)
    assert (np.diff(trace.best) >= 0).all()


def test_indicators_are_moocores(tmp_path: Path) -> None:
    study, finals = known(two_objectives(tmp_path))
    quality = measure_all(study, finals)["zdt"]
    fronts = read_fronts("zdt", study.problems["zdt"], finals, lambda _: None)
    front = fronts.by_algorithm["nsga0"][0]
    igd, epsilon, volume = indicators(front, fronts, quality)
    assert igd == pytest.approx(moocore.igd_plus(front, ref=fronts.joint), abs=1e-9)
    assert epsilon == pytest.approx(moocore.epsilon_additive(front, ref=fronts.joint), abs=1e-9)
    assert volume == pytest.approx(moocore.hypervolume(front, ref=quality.reference), abs=1e-9)
    assert indicators(fronts.joint, fronts, quality)[:2] == (0.0, 0.0)


def test_the_joint_front_has_what_nobody_dominates() -> None:
    points = np.array([[1.0, 3.0], [2.0, 2.0], [2.0, 3.0], [1.0, 3.0]])
    assert non_dominated(points, (-1, -1)).tolist() == [[1, 3], [2, 2]]
    assert non_dominated(points, (1, 1)).tolist() == [[2, 3]]
    assert non_dominated(points, (-1, 1)).tolist() == [[1, 3]]
    assert joint_share(points[:1], non_dominated(points, (-1, -1))) == 0.5


def test_the_median_surface_is_attained_by_half_of_the_runs() -> None:
    fronts = [np.array([[float(i), 3.0 - i]]) for i in range(4)]
    surface = attainment(fronts, (-1, -1), 50.0)
    for x, y in surface:
        assert sum((front[0] <= [x, y]).all() for front in fronts) >= 2
    mirrored = attainment([-front for front in fronts], (1, 1), 50.0)
    np.testing.assert_allclose(np.sort(-mirrored, axis=0), np.sort(surface, axis=0))


def test_differences_in_attainment_favour_the_better_group() -> None:
    good = [np.array([[1.0, 1.0]]), np.array([[1.0, 1.0]])]
    bad = [np.array([[2.0, 2.0]]), np.array([[2.0, 2.0]])]
    found = attainment_difference(good, bad, (-1, -1))
    assert (found[:, 4] >= 0).all()
    assert found[:, 4].max() == 1.0
    assert (attainment_difference(bad, good, (-1, -1))[:, 4] <= 0).all()


@pytest.mark.thorough
@pytest.mark.parametrize("weights", [(-1.0, -1.0), (1.0, -1.0)])
def test_a_report_of_two_objectives(
    tmp_path: Path, weights: tuple[float, float], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = two_objectives(tmp_path, weights=weights) / "comparison"
    assert main(["compare", str(tmp_path)]) == 0
    assert "hypervolume" in capsys.readouterr().out
    plots = {path.stem for path in (folder / "plots").glob("*.svg")}
    assert {"attainment-zdt", "difference-zdt", "convergence-zdt"} <= plots
    assert (folder / "fronts.csv").exists()
    assert (folder / "joint_front.csv").read_text().count("\n") > 1


def test_the_true_front_of_a_built_in_problem_is_the_reference(tmp_path: Path) -> None:
    fitness = np.random.default_rng(1).uniform(size=(3, 10, 2)) + 1
    problem = {"name": "zdt", "use": "zdt", "params": {"function": 1}}
    made = Made(problem, {"use": "nsga2"}, SERIAL, 1, fitness, (-1.0, -1.0))
    run = read_run(RunFolder(write_run(tmp_path / "study", made)))
    front = true_front(run)
    np.testing.assert_allclose(front[:, 1], 1 - np.sqrt(front[:, 0]), atol=1e-9)
    mine = Made(ZDT, {"use": "nsga2"}, SERIAL, 1, fitness, (-1.0, -1.0))
    assert true_front(read_run(RunFolder(write_run(tmp_path / "mine", mine)))) is None


@pytest.mark.thorough
def test_three_objectives_show_their_joint_front_in_parallel_coordinates(tmp_path: Path) -> None:
    for place in range(2):
        for seed in range(3):
            fitness = np.random.default_rng([place, seed]).uniform(size=(3, 30, 3))
            algorithm = {"name": f"a{place}", "use": f"my:a{place}"}
            made = Made(ZDT, algorithm, SERIAL, seed, fitness, (-1.0,) * 3)
            write_run(tmp_path / "study", made)
    assert main(["compare", str(tmp_path)]) == 0
    folder = tmp_path / "study" / "comparison"
    drawn = (folder / "plots" / "front-zdt.csv").read_text().splitlines()
    joint = (folder / "joint_front.csv").read_text().splitlines()
    assert len(drawn) == len(joint)
    assert drawn[0] == "algorithm,objective_0,objective_1,objective_2"
    assert "objective 2," in (folder / "plots" / "front-zdt.svg").read_text()
