"""Exports, read back by the tools that they are for."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from folders import POOL, SERIAL, Made, history, write_run

from evosweep.cli import main
from evosweep.commands.export import FORMATS
from evosweep.compare.numbers.anytime import expected_running_times
from evosweep.compare.read.folders import open_studies
from evosweep.compare.read.traces import read_trace

OPTIMUM = 79.48  # of BBOB's function 1, instance 1
BBOB = {"name": "sphere", "use": "bbob", "params": {"function": 1, "instance": 1, "dimension": 5}}
ONEMAX = {"name": "onemax", "use": "onemax", "params": {"bits": 10}}

WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    for population in (10, 20):
        algorithm = {"name": "ga", "use": "ea_simple", "params": {"population": population}}
        for seed in range(1, 6):
            fall = history(np.random.default_rng([population, seed]), 40, 10, 0.3)
            for backend in (SERIAL, POOL):
                traits = {"optimum": OPTIMUM, "target": OPTIMUM + 1e-8}
                made = Made(BBOB, algorithm, backend, seed, OPTIMUM + fall, traits=traits)
                write_run(folder / "study", made)
            rise = np.minimum(10, np.floor(10 - 8 * fall))
            write_run(folder / "study", Made(ONEMAX, algorithm, SERIAL, seed, rise, (1.0,)))
    return folder


@pytest.mark.thorough
def test_iohinspector_reads_back_every_improvement(results: Path, tmp_path: Path) -> None:
    iohinspector = pytest.importorskip("iohinspector")
    assert main(["export", str(results), "--format", "ioh", "--out", str(tmp_path / "ioh")]) == 0
    manager = iohinspector.DataManager()
    manager.add_folder(str(tmp_path / "ioh"))
    assert len(manager.overview) == 2 * 2 * 5
    assert set(manager.overview["algorithm_name"]) == {"ga(population=10)", "ga(population=20)"}
    data = manager.load(monotonic=False, include_meta_data=True).to_dicts()
    study = open_studies(results)[0]
    for (problem, algorithm), runs in study.configurations.items():
        found = [
            r for r in data if (r["function_name"], r["algorithm_name"]) == (problem, algorithm)
        ]
        known = {(count, best) for run in runs for count, best in _improvements(read_trace(run))}
        assert {(row["evaluations"], row["raw_y"]) for row in found} == known
        assert {row["dimension"] for row in found} == {5 if problem == "sphere" else 10}


def _improvements(trace) -> list[tuple[int, float]]:
    return [
        *zip(trace.evaluations.astype(int).tolist(), trace.best.tolist(), strict=True),
        (trace.total, float(trace.best[-1])),
    ]


@pytest.mark.filterwarnings("ignore")
def test_cocopp_reads_the_same_running_times(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    cocopp = pytest.importorskip("cocopp")
    assert main(["export", str(results), "--format", "coco", "--out", "coco"]) == 0
    study = open_studies(results)[0]
    targets = 10.0 ** np.arange(1, -7, -1.0)
    for population in (10, 20):
        loaded = cocopp.load(str(tmp_path / "coco" / f"ga-population-{population}"))
        assert [(d.funcId, d.dim, d.nbRuns()) for d in loaded] == [(1, 5, 5)]
        runs = study.configurations["sphere", f"ga(population={population})"]
        traces = [read_trace(run) for run in runs]
        ours = expected_running_times(traces, OPTIMUM + targets, larger=False)
        theirs = np.array(loaded[0].detERT(targets), dtype=float)
        assert np.isfinite(ours).sum() >= 5
        np.testing.assert_allclose(theirs, ours, rtol=1e-9)
        assert sorted(loaded[0].maxevals) == sorted(trace.total for trace in traces)


def test_flat_tables_have_every_run_and_generation(results: Path, tmp_path: Path) -> None:
    assert main(["export", str(results), "--format", "csv", "--out", str(tmp_path / "csv")]) == 0
    for name, count in (("runs", 30), ("generations", 30 * 41)):
        table = pq.read_table(tmp_path / "csv" / f"{name}.parquet")
        with (tmp_path / "csv" / f"{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == table.num_rows == count
        assert list(rows[0]) == table.column_names
    rows = pq.read_table(tmp_path / "csv" / "improvements.parquet").to_pylist()
    study = open_studies(results)[0]
    known = {(r.run_id, *p) for r in study.runs for p in _improvements(read_trace(r))}
    assert {(row["run_id"], row["evaluations"], row["best_so_far"]) for row in rows} == known


def test_a_crate_can_be_read_and_names_runs_results_and_software(
    results: Path, tmp_path: Path
) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    config = tmp_path / "study.yaml"
    config.write_text("experiment: study")
    out = ["--out", str(tmp_path / "c"), "--config", str(config)]
    assert main(["export", str(results), "--format", "rocrate", *out]) == 0
    assert (tmp_path / "c" / "config" / "study.yaml").read_text() == "experiment: study"
    crate = rocrate.ROCrate(str(tmp_path / "c"))
    actions = [
        entity
        for entity in crate.contextual_entities
        if entity.type == "CreateAction" and entity.id != "#execution"
    ]
    assert len(actions) == 30
    for action in actions:
        files = [item.id for item in action["result"]]
        assert len(files) == 3
        assert all((tmp_path / "c" / name).exists() for name in files)
        assert any(item["name"] == "evosweep" for item in action["instrument"])
    described = json.loads((tmp_path / "c" / "ro-crate-metadata.json").read_text())
    assert any(item["@type"] == "SoftwareApplication" for item in described["@graph"])
    assert "No licence is stated" in crate.root_dataset["license"]


def test_a_crate_has_what_version_1_1_asks_for(results: Path, tmp_path: Path) -> None:
    pytest.importorskip("rocrate.rocrate")
    licence = "https://spdx.org/licenses/MIT"
    out = ["--out", str(tmp_path / "c"), "--license", licence]
    assert main(["export", str(results), "--format", "rocrate", *out]) == 0
    described = json.loads((tmp_path / "c" / "ro-crate-metadata.json").read_text())
    assert described["@context"] == "https://w3id.org/ro/crate/1.1/context"
    entities = {item["@id"]: item for item in described["@graph"]}
    assert len(entities) == len(described["@graph"])
    descriptor, root = entities["ro-crate-metadata.json"], entities["./"]
    assert descriptor["about"] == {"@id": "./"}
    profiles = ["https://w3id.org/ro/crate/1.1", WORKFLOW_CRATE]
    assert [profile["@id"] for profile in descriptor["conformsTo"]] == profiles
    assert root["@type"] == "Dataset"
    assert root["name"]
    assert root["description"]
    assert datetime.fromisoformat(root["datePublished"])
    assert root["license"] == {"@id": licence}
    assert entities[licence]["name"]
    parts = {part["@id"] for part in root["hasPart"]}
    files = {place for place, item in entities.items() if "File" in item["@type"]}
    assert parts == files
    assert all((tmp_path / "c" / place).is_file() for place in files)
    addresses = {place for place in _references(described["@graph"]) if "://" in place}
    assert set(_references(described["@graph"])) <= {*entities, *addresses}
    actions = {place for place, item in entities.items() if item["@type"] == "CreateAction"}
    assert {item["@id"] for item in root["mentions"]} == actions


def test_a_crate_is_one_execution_of_the_workflow(results: Path, tmp_path: Path) -> None:
    """As the profile Workflow Run Crate 0.5 asks; `make audit` holds its validator against one."""
    pytest.importorskip("rocrate.rocrate")
    config = tmp_path / "study.yaml"
    config.write_text("experiment: study")
    out = ["--out", str(tmp_path / "c"), "--config", str(config)]
    assert main(["export", str(results), "--format", "rocrate", *out]) == 0
    described = json.loads((tmp_path / "c" / "ro-crate-metadata.json").read_text())
    entities = {item["@id"]: item for item in described["@graph"]}
    root, execution = entities["./"], entities["#execution"]
    assert [profile["@id"] for profile in root["conformsTo"]] == [
        "https://w3id.org/ro/wfrun/process/0.5",
        "https://w3id.org/ro/wfrun/workflow/0.5",
        WORKFLOW_CRATE,
    ]
    assert all(entities[profile["@id"]]["version"] for profile in root["conformsTo"])
    workflow = entities[root["mainEntity"]["@id"]]
    assert workflow["@type"] == ["File", "SoftwareSourceCode", "ComputationalWorkflow"]
    assert entities[workflow["programmingLanguage"]["@id"]]["name"] == "Snakemake"
    assert (tmp_path / "c" / workflow["@id"]).read_text() == Path("Snakefile").read_text()
    assert execution["instrument"] == {"@id": workflow["@id"]}
    assert execution["object"] == [{"@id": "config/study.yaml"}]
    made = {item["@id"] for item in execution["result"]}
    assert sum(name.endswith("record.json") for name in made) == 30
    assert execution["endTime"] == root["datePublished"]


def _references(value) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for item in value.values():
            yield from _references(item)


def onemax_runs(results: Path, count: int = 3, **changes: Any) -> list[Path]:
    """Some runs of OneMax."""
    made = {"problem": ONEMAX, "algorithm": {"use": "x"}, "fitness": np.ones((3, 4, 1))} | changes
    return [
        write_run(results / "study", Made(backend=SERIAL, seed=seed, **made))
        for seed in range(count)
    ]


def test_runs_without_a_receipt_and_damaged_ones_are_named_and_the_others_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = onemax_runs(tmp_path)
    (folders[0] / "record.json").unlink()
    assert main(["export", str(tmp_path), "--format", "csv"]) == 0
    assert f"left out, without a receipt: {folders[0].name} (unfinished)" in capsys.readouterr().err
    for name, table in (("logbook.parquet", "generations"), ("journal.bin", "improvements")):
        whole = (folders[1] / name).read_bytes()
        (folders[1] / name).write_bytes(whole[:20])
        assert main(["export", str(tmp_path), "--format", "csv"]) == 0
        error = capsys.readouterr().err
        assert name in error or folders[1].name in error
        assert error.count("\n") == 2
        rows = pq.read_table(tmp_path / "study/export/csv" / f"{table}.parquet").to_pylist()
        assert {row["run_id"] for row in rows} == {folders[2].name}
        (folders[1] / name).write_bytes(whole)


def test_a_run_without_a_logbook_is_exported(tmp_path: Path) -> None:
    folders = onemax_runs(tmp_path)
    for folder in folders:
        pq.write_table(pa.table({}), folder / "logbook.parquet")
    for kind in ("csv", "ioh"):
        assert main(["export", str(tmp_path), "--format", kind]) == 0
    rows = pq.read_table(tmp_path / "study/export/csv/improvements.parquet").to_pylist()
    assert {row["run_id"] for row in rows} == {folder.name for folder in folders}


def test_an_infinite_fitness_is_strict_json(tmp_path: Path) -> None:
    pytest.importorskip("rocrate.rocrate")
    sphere = {"name": "s", "use": "my:s"}
    onemax_runs(tmp_path, problem=sphere, fitness=np.full((3, 4, 1), np.inf))
    onemax_runs(tmp_path, problem={"name": "t", "use": "my:t"}, fitness=np.full((3, 4, 1), 1.7e307))
    for kind in ("csv", "ioh", "rocrate"):
        assert main(["export", str(tmp_path), "--format", kind]) == 0
    for path in (tmp_path / "study").rglob("*.json"):
        json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(f"bare {name}"))
    rows = pq.read_table(tmp_path / "study/export/csv/runs.parquet").to_pylist()
    assert {row["best_0"] for row in rows} == {np.inf, 1.7e307}


def test_labels_that_differ_by_a_dot_stay_two(tmp_path: Path) -> None:
    for name in ("plus", "plus.", "PLUS", "p" * 300):
        onemax_runs(tmp_path, 1, algorithm={"name": name, "use": f"my:{name}"})
    assert main(["export", str(tmp_path), "--format", "ioh"]) == 0
    folders = list((tmp_path / "study/export/ioh").iterdir())
    assert len({folder.name.casefold() for folder in folders}) == 4
    named = [json.loads(next(folder.glob("*.json")).read_text()) for folder in folders]
    assert {each["algorithm"]["name"] for each in named} == {
        "plus",
        "plus.",
        "PLUS",
        "p" * 119 + "…",
    }


def test_a_formula_is_text(tmp_path: Path) -> None:
    for place, name in enumerate(("=1+1", "@SUM(A1)", "+x", "-y")):
        onemax_runs(tmp_path, 1, algorithm={"name": name, "use": f"my:f{place}"})
    timings = {"=cmd": 1.0, "total": 1.0}
    onemax_runs(tmp_path, 1, algorithm={"name": "z", "use": "z"}, timings=timings)
    assert main(["export", str(tmp_path), "--format", "csv"]) == 0
    with (tmp_path / "study/export/csv/runs.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "'=cmd_seconds" in cells
    assert sum(cell.startswith("'") for cell in cells) == 5
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "+", "-")]


def test_nothing_is_published_or_written_through_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rocrate.rocrate")
    folders = onemax_runs(tmp_path)
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    study = tmp_path / "study"
    (folders[0] / "logbook.parquet").unlink()
    (folders[0] / "logbook.parquet").symlink_to(secret)
    (study / "config.yaml").symlink_to(secret)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "report.html").write_text("secret")
    (study / "comparison").symlink_to(tmp_path / "elsewhere")
    assert main(["export", str(tmp_path), "--format", "rocrate"]) == 0
    for path in (study / "export").rglob("*"):
        assert not path.is_symlink()
        assert path.is_dir() or b"secret" not in path.read_bytes()
    for place in ("export/csv", "export"):
        shutil.rmtree(study / "export", ignore_errors=True)
        (study / place).parent.mkdir(exist_ok=True)
        (study / place).symlink_to(tmp_path / "elsewhere")
        assert main(["export", str(tmp_path), "--format", "csv"]) == 2
        assert "is a link" in capsys.readouterr().err
        assert (tmp_path / "elsewhere" / "report.html").exists()
        (study / place).unlink()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["csv", "--license", "https://x.org"], "--license: is for --format rocrate"),
        (["ioh", "--config", "x.yaml"], "--config: is for --format rocrate"),
        (["rocrate", "--license", "MIT"], "give its address"),
        (["rocrate", "--config", "nowhere.yaml"], "no such config file"),
    ],
)
def test_options_of_the_crate(
    results: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(results), "--format", *options]) == 2
    assert message in capsys.readouterr().err


def test_the_same_runs_give_the_same_export_and_the_default_place_is_replaced(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert main(["export", str(results), "--format", "ioh"]) == 0
        place = results / "study" / "export" / "ioh"
        files = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    assert main(["export", str(results / "study"), "--format", "ioh"]) == 0
    assert files == {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    assert "20 runs" in capsys.readouterr().out
    assert [path.name for path in place.parent.iterdir()] == ["ioh"]


def test_bad_input_is_one_line_and_leaves_nothing(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").write_text("")
    out = ["--out", str(tmp_path / "full")]
    assert main(["export", str(results), "--format", "csv", *out]) == 2
    assert "exists and is not empty" in capsys.readouterr().err
    made = Made(ONEMAX, {"use": "ea_simple"}, SERIAL, 1, np.ones((3, 4, 1)))
    write_run(tmp_path / "other" / "study", made)
    assert main(["export", str(tmp_path / "other"), "--format", "coco"]) == 2
    error = capsys.readouterr().err
    assert "no BBOB problem" in error
    assert error.count("\n") == 1
    assert not list((tmp_path / "other" / "study" / "export").iterdir())
    assert main(["export", str(tmp_path / "nowhere"), "--format", "csv"]) == 2


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_the_same_each_time_and_is_written_whole(
    results: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for out in ("one", "two"):
        assert main(["export", str(results), "--format", name, "--out", str(tmp_path / out)]) == 0
        assert capsys.readouterr().out.strip()
    one, two = (
        {path.relative_to(top): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        for top in (tmp_path / "one", tmp_path / "two")
    )
    assert one
    assert one == two
    (tmp_path / "one" / "kept").write_text("")
    assert main(["export", str(results), "--format", name, "--out", str(tmp_path / "one")]) == 2
    assert (tmp_path / "one" / "kept").exists()


@pytest.mark.parametrize("command", [["compare"], ["export", "--format", "csv"]])
def test_a_folder_that_may_not_be_written_is_one_line(
    results: Path, tmp_path: Path, command: list[str]
) -> None:
    """Root may write anywhere, but for its capabilities."""
    # Without what another test has exported, which would lie in a folder of its own.
    without = shutil.ignore_patterns("export", "compare")
    shutil.copytree(
        results / "study", tmp_path / "study", ignore=without, copy_function=shutil.copyfile
    )
    (tmp_path / "study").chmod(0o500)
    if os.geteuid() == 0:
        os.chown(tmp_path / "study", 65534, 65534)
        (tmp_path / "study").chmod(0o555)
    plain = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    words = [*plain, sys.executable, "-m", "evosweep", *command, str(tmp_path / "study")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"evosweep: error: \S+: Permission denied\n", done.stderr)
