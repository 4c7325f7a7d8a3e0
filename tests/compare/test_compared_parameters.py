"""A swept parameter of a problem that belongs to what is compared is part of the algorithm."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from folders import SERIAL, Made, write_run

from evosweep import cli


def write(results: Path, *, compare: list[str]) -> None:
    for place, shuffle in enumerate((0.02, 0.2)):
        for seed in range(1, 9):
            rng = np.random.default_rng(seed)
            problem = {"name": "queens", "use": "n_queens", "params": {"shuffle": shuffle}}
            fitness = rng.integers(0, 5, (4, 6, 1)) + 10.0 * (1 - place)
            marked = problem | ({"compare": compare} if compare else {})
            algorithm = {"name": "simple", "use": "ea_simple", "params": {"population": 6}}
            write_run(results, Made(marked, algorithm, SERIAL, seed, fitness=fitness))


@pytest.mark.parametrize(("compare", "problems"), [(["shuffle"], 1), ([], 2)])
def test_the_values_are_compared_on_one_problem(
    tmp_path: Path, compare: list[str], problems: int, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "queens"
    write(results, compare=compare)
    assert cli.main(["compare", "--no-pictures", str(results)]) == 0
    with (results / "comparison" / "summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len({row["problem"] for row in rows}) == problems
    if compare:
        assert {row["algorithm"] for row in rows} == {"simple(shuffle=0.02)", "simple(shuffle=0.2)"}
        assert {row["algorithm.shuffle"] for row in rows} == {"0.02", "0.2"}
        assert "queens: simple(shuffle=0.2) has the best median" in capsys.readouterr().out


def test_a_config_says_it_of_runs_that_were_made_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    algorithm = {"use": "ea_simple", "params": {"population": 20, "generations": 2}}
    problem = {"use": "n_queens", "params": {"queens": 6}, "grid": {"shuffle": [0.02, 0.9]}}
    config = {
        "experiment": "later",
        "problems": {"queens": problem},
        "algorithms": {"simple": algorithm},
        "backends": {"serial": {"use": "serial"}},
        "seeds": [1, 2],
    }
    Path("c.yaml").write_text(json.dumps(config))
    cli.main(["grid", "c.yaml", "--json"])
    for row in json.loads(capsys.readouterr().out):
        assert cli.main(["run", "--spec", json.dumps(row["spec"]), "--out", row["folder"]]) == 0
    config["problems"] = {"queens": problem | {"compare": ["shuffle"]}}
    Path("c.yaml").write_text(json.dumps(config))
    capsys.readouterr()
    assert cli.main(["compare", "--no-pictures", "results/later", "--config", "c.yaml"]) == 0
    assert "4 runs, 1 problem, 2 algorithms" in capsys.readouterr().out
