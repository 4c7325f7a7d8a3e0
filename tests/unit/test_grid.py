"""The grid: its combinations, jobs and rows."""

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from evosweep import cli
from evosweep.config import grid
from evosweep.config.experiment import Experiment

CONFIG: dict[str, Any] = {
    "experiment": "small",
    "problems": {
        "onemax": {"use": "onemax", "grid": {"bits": [10, 20]}},
        "bbob": {"use": "bbob", "params": {"function": 1, "instance": 1, "dimension": 2}},
    },
    "algorithms": {"simple": {"use": "ea_simple", "grid": {"population": [5, 6]}}},
    "backends": {"serial": {"use": "serial"}, "pool": {"use": "pool", "workers": 2}},
    "seeds": [1, 2, 3, 7],
}


def make(**changes: Any) -> Experiment:
    return Experiment.parse(CONFIG | changes, "config")


def labels(**changes: Any) -> list[str]:
    return [combination.label for combination in grid.combinations(make(**changes))]


def test_every_problem_meets_every_algorithm_and_backend() -> None:
    assert len(labels()) == len(set(labels())) == 3 * 2 * 2
    assert labels()[0] == "onemax(bits=10) simple(population=5) serial"
    runs = list(grid.expand(make()))
    assert len({run.run_id for run in runs}) == 12 * 4
    assert runs[0].problem.params == {"bits": 10}


def test_a_run_of_the_grid_is_the_run_its_spec_describes() -> None:
    for run in islice(grid.expand(make()), 0, None, 7):
        assert run.parse(json.dumps(run.to_dict())) == run
        assert run.parse(run.to_dict()).run_id == run.run_id


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"only": [{"problem": "onemax"}]}, 8),
        ({"only": [{"problem": "bbob"}, {"bits": 10}]}, 8),
        ({"only": [{"problem": "onemax", "bits": [10, 20], "population": 5}]}, 4),
        ({"exclude": [{"backend": "serial", "algorithm.population": 5}]}, 9),
        ({"exclude": [{"problem.bits": 20}], "only": [{"backend": ["pool"]}]}, 4),
    ],
)
def test_only_and_exclude_cut_combinations(changes: dict[str, Any], count: int) -> None:
    assert len(labels(**changes)) == count
    assert not list(grid.mistakes(make(**changes)))


@pytest.mark.parametrize(
    ("changes", "seeds"),
    [
        ({"only": [{"backend": "serial"}, {"backend": "pool", "seed": [7, 1]}]}, [1, 7]),
        ({"exclude": [{"backend": "pool", "seed": [2, 3, 7]}]}, [1]),
        ({"only": [{"seed": [1, 2]}], "exclude": [{"seed": 1}]}, [2]),
        ({"exclude": [{"backend": "pool", "seed": [1, 2, 3, 7]}]}, []),
        ({"exclude": [{"backend": "pool"}, {"seed": 1}]}, []),
    ],
)
def test_only_and_exclude_choose_the_seeds_of_a_backend(
    changes: dict[str, Any], seeds: list[int]
) -> None:
    config = make(**changes)
    assert not list(grid.mistakes(config))
    found = [c.seeds for c in grid.combinations(config) if c.backend.name == "pool"]
    assert {tuple(each) for each in found} == ({tuple(seeds)} if seeds else set())
    runs = [run.seed for run in grid.expand(config) if run.backend.name == "pool"]
    assert sorted(set(runs)) == seeds


def test_a_compared_parameter_is_shown_with_the_algorithm_and_changes_no_name() -> None:
    problem = {"use": "onemax", "grid": {"bits": [10], "flip": [0.1, 0.2]}}
    plain = make(problems={"ones": problem}, seeds=[1])
    compared = make(problems={"ones": problem | {"compare": ["flip"]}}, seeds=[1])
    before, after = list(grid.expand(plain)), list(grid.expand(compared))
    assert [run.run_id for run in before] == [run.run_id for run in after]
    assert [run.spec_id for run in before] == [run.spec_id for run in after]
    assert after[0].to_dict()["problem"]["compare"] == ["flip"]
    assert next(grid.combinations(compared)).labels == (
        "ones(bits=10)",
        "simple(population=5,flip=0.1)",
    )


def test_the_grid_is_lazy() -> None:
    endless = make(seeds={"first": 0, "count": 2**32})
    assert next(grid.expand(endless)).seed == 0


@pytest.mark.thorough
def test_a_hundred_thousand_runs_have_a_hundred_thousand_names() -> None:
    many = make(seeds={"first": 1, "count": 8400})
    assert len({run.run_id for run in grid.expand(many)}) == 12 * 8400


def test_grid_prints_a_row_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(CONFIG))
    assert cli.main(["grid", str(path)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert cli.main(["grid", str(path), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(table) == len(rows) + 1 == 49
    assert table[1].split()[0] == rows[0]["run_id"]
    assert rows[0]["folder"] == f"results/small/runs/{rows[0]['run_id']}"


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(CONFIG | {"seeds": {"count": 5000}}))
    code = f"import sys; from evosweep.cli import main; sys.exit(main(['grid', {str(path)!r}]))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_snakemake_can_import_config_and_grid_without_deap_or_mlflow() -> None:
    code = (
        "import sys, evosweep.config.load;"
        "print({'deap', 'numpy', 'scoop', 'mlflow', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
