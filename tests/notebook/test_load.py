"""`evosweep.load`: results as data frames, lazily, in bounded memory, damage named."""

import importlib
import json
import shutil
import subprocess
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from folders import POOL, SERIAL, Made, history, small_study, write_run
from many_runs import fill

import evosweep
from evosweep.errors import InputError
from evosweep.notebook.results import LeftOut

NAMES = ["experiment", "run_id", "problem", "algorithm", "backend", "seed"]
KINDS = ("runs", "generations", "populations", "evaluations", "fronts")


@pytest.fixture(scope="module")
def pandas() -> Any:
    """The module, which takes half a second in each process that imports it."""
    return importlib.import_module("pandas")


@pytest.fixture(scope="module")
def polars() -> Any:
    """The module, likewise."""
    return importlib.import_module("polars")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2 problems, 2 algorithms, 3 seeds, 2 backends; 21 generations of 10."""
    return small_study(tmp_path_factory.mktemp("load"), seeds=3)


def two_objectives(results: Path) -> np.ndarray:
    """One run with two objectives in `results`; its last population."""
    fitness = np.random.default_rng(1).uniform(0, 1, (4, 10, 2))
    problem = {"name": "zdt", "use": "zdt", "params": {"function": 1}}
    algorithm = {"name": "nsga2", "use": "nsga2", "params": {"population": 10}}
    write_run(results / "study", Made(problem, algorithm, SERIAL, 1, fitness, weights=(-1, -1)))
    return fitness[-1]


def test_runs_have_parameters_and_categories(study: Path) -> None:
    runs = evosweep.load(study).runs()
    assert len(runs) == 24
    assert list(runs.columns[:6]) == NAMES
    assert {str(runs[name].dtype) for name in NAMES[:-1]} == {"category"}
    assert set(runs["problem"]) == {"sphere(function=1)", "sphere(function=2)"}
    assert set(runs["algorithm.population"]) == {10, 20}
    record = json.loads((study / "runs" / runs["run_id"][0] / "record.json").read_text())
    row = runs.iloc[0]
    assert (row["best"], row["evaluations"]) == (record["best"], record["evaluations"])
    assert row["population_digest"] == record["population_digest"]
    assert row["total_seconds"] == record["timings"]["total"]


def test_generations_are_the_logbook_with_the_best_so_far(study: Path, pandas: Any) -> None:
    frame = evosweep.load(study).select(seed=1, backend="serial ×1").generations()
    assert len(frame) == 4 * 21
    for run_id, rows in frame.groupby("run_id", observed=True):
        logbook = pandas.read_parquet(study / "runs" / str(run_id) / "logbook.parquet")
        assert list(rows["generation_best"]) == list(logbook["best"])
        assert list(rows["best_so_far"]) == list(logbook["best"].cummin())
        assert list(rows["digest"]) == list(logbook["digest"])


def test_populations_and_evaluations_are_those_of_the_files(study: Path, pandas: Any) -> None:
    results = evosweep.load(study)
    populations, evaluations = results.populations(), results.evaluations()
    assert len(populations) == 24 * 10
    assert len(evaluations) == 24 * 21 * 10
    run_id = str(populations["run_id"][0])
    own = populations[populations["run_id"] == run_id]
    written = pandas.read_parquet(study / "runs" / run_id / "population.parquet")
    assert list(own["fitness_0"]) == list(written["fitness_0"])
    assert [list(genome) for genome in own["genome"]] == [list(g) for g in written["genome"]]
    one = evaluations[evaluations["run_id"] == run_id]
    assert list(one["evaluation"]) == list(range(1, 211))
    assert list(one["best_so_far"]) == list(one["fitness_0"].cummin())
    assert one["best_so_far"].iloc[-1] == results.runs().set_index("run_id").loc[run_id, "best"]


def test_fronts_are_of_runs_with_several_objectives(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study, tmp_path / "study")
    points = two_objectives(tmp_path)
    results = evosweep.load(tmp_path)
    frame = results.fronts()
    assert set(frame["problem"]) == {"zdt"}
    dominated = [any((q <= p).all() and (q < p).any() for q in points) for p in points]
    assert len(frame) == dominated.count(False)
    assert evosweep.load(study).fronts().empty
    runs = results.runs()
    assert runs["best"].isna().sum() == 1
    assert runs["best_0"].notna().sum() == 1
    assert {"fitness_0", "fitness_1"} < set(results.evaluations().columns)


@pytest.mark.parametrize("kind", KINDS)
def test_polars_has_the_same_rows(study: Path, polars: Any, kind: str) -> None:
    ours = getattr(evosweep.load(study, frames="polars"), kind)()
    assert isinstance(ours, polars.DataFrame)
    theirs = getattr(evosweep.load(study), kind)()
    assert (ours.height, ours.columns) == (len(theirs), list(theirs.columns))
    assert ours["run_id"].cast(polars.String).to_list() == list(theirs["run_id"])


@pytest.mark.parametrize("kind", KINDS)
def test_parts_are_the_whole(study: Path, pandas: Any, kind: str) -> None:
    results = evosweep.load(study)
    whole = getattr(results, kind)()
    parts = list(results.batches(kind, rows=100))
    assert len(parts) > 1 or kind in ("runs", "fronts")
    joined = pandas.concat(parts, ignore_index=True)
    pandas.testing.assert_frame_equal(joined, whole)


def test_columns_are_chosen_and_a_wrong_one_is_named(study: Path) -> None:
    results = evosweep.load(study)
    assert list(results.populations(["rank"]).columns) == [*NAMES, "rank"]
    assert list(results.generations(["best_so_far"]).columns) == [*NAMES, "best_so_far"]
    with pytest.raises(InputError, match=r"no column 'best_sofar'.*did you mean 'best_so_far'"):
        results.generations(["best_sofar"])
    with pytest.raises(InputError, match=r"select: no 'seeds'.*did you mean 'seed'"):
        results.select(seeds=1)


def test_genomes_of_several_kinds_stand_in_one_column(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for place, genomes in enumerate(([[1, 2]] * 10, [[0.5]] * 10, ["add(x, y)"] * 10)):
        problem = {"name": "ones", "use": "onemax", "params": {"bits": place}}
        algorithm = {"name": "ga", "use": "ea_simple"}
        made = Made(problem, algorithm, POOL, 1, history(rng, 3, 10, 0.1), genomes=genomes)
        write_run(tmp_path / "study", made)
    genomes = evosweep.load(tmp_path).populations()["genome"]
    assert set(genomes) == {"[1, 2]", "[0.5]", "add(x, y)"}


def test_a_damaged_run_is_named_and_the_others_are_there(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study, tmp_path / "study")
    first, second, third, *_ = sorted((tmp_path / "study" / "runs").iterdir())
    (first / "logbook.parquet").write_bytes(b"PAR1 and nothing behind")
    (second / "record.json").write_text('{"format": 1')
    (third / "journal.bin").write_bytes(b"\x80\x04cos\nsystem\n")  # a pickle, say
    results = evosweep.load(tmp_path)
    with pytest.warns(LeftOut, match=first.name):
        assert results.generations()["run_id"].nunique() == 22
    with pytest.warns(LeftOut, match=third.name):
        assert results.evaluations()["run_id"].nunique() == 22
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(results.runs()) == 23
    lines = results.left_out
    assert [line[:12] for line in lines] == [second.name, first.name, third.name]
    assert all("\n" not in line for line in lines)


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "study" / "runs").mkdir(parents=True)
    results = evosweep.load(tmp_path)
    assert repr(results) == f"<evosweep results in {tmp_path}>"
    with pytest.raises(InputError, match="no runs in it"):
        results.runs()
    with pytest.raises(InputError, match="no such folder"):
        evosweep.load(tmp_path / "nowhere")
    with pytest.raises(InputError, match="frames: 'arrow'; allowed: pandas, polars"):
        evosweep.load(tmp_path, frames="arrow")  # type: ignore[arg-type]


def test_an_import_of_evosweep_is_cheap() -> None:
    code = (
        "import sys, evosweep\n"
        "print(*sorted(m for m in sys.modules if m.partition('.')[0] in "
        "('deap', 'numpy', 'pandas', 'pyarrow', 'pydantic', 'yaml') or m.startswith('evosweep.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", evosweep.__all__)
def test_every_name_that_is_offered_is_there(name: str) -> None:
    assert getattr(evosweep, name) is not None
    assert name in dir(evosweep)


MEASURE = """
import resource, sys, evosweep
results = evosweep.load(sys.argv[1])
rows = [len(results.runs())]
rows.append(len(results.generations(["best_so_far", "evaluations"])))
rows.append(sum(map(len, results.batches("evaluations", ["best_so_far"]))))
rows.append(sum(map(len, results.batches("populations"))))
print(*rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def measured(results: Path) -> list[int]:
    """Rows of runs, generations, evaluations and populations, and the peak in megabytes."""
    call = [sys.executable, "-c", MEASURE, str(results)]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    return [int(word) for word in done.stdout.split()]


@pytest.mark.slow
def test_ten_thousand_runs_take_bounded_memory(tmp_path: Path) -> None:
    with ProcessPoolExecutor(mp_context=get_context("forkserver")) as pool:
        list(pool.map(partial(fill, tmp_path, 50), range(1, 11)))
    *rows, megabytes = measured(tmp_path)
    assert rows == [10_000, 1_010_000, 20_200_000, 200_000]
    assert megabytes < 1024


def test_reader_of_several_objectives_in_one_frame(tmp_path: Path) -> None:
    two_objectives(tmp_path)
    frame: Any = evosweep.load(tmp_path).generations()
    assert {"generation_best_0", "best_so_far_1"} < set(frame.columns)
