"""A config is accepted whole or refused with every mistake at once."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from evosweep import cli
from evosweep.backends.table import BACKENDS
from evosweep.config import grid, load
from evosweep.config.experiment import schema
from evosweep.errors import InputError

ROOT = Path(__file__).parents[2]
CONFIG: dict[str, Any] = {
    "experiment": "small",
    "problems": {"onemax": {"use": "onemax", "params": {"bits": 10}}},
    "algorithms": {"simple": {"use": "ea_simple", "grid": {"population": [5, 6]}}},
    "backends": {"serial": {"use": "serial"}, "pool": {"use": "pool", "workers": 2}},
    "seeds": {"first": 1, "count": 3},
}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(changes: dict[str, Any]) -> Path:
    path = Path("config.yaml")
    path.write_text(yaml.safe_dump(CONFIG | changes))
    return path


def refusal(changes: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        load.load(write(changes))
    return str(caught.value)


def test_a_config_is_loaded_with_its_folder_importable() -> None:
    Path("mine").mkdir()
    path = write({}).rename("mine/config.yaml")
    experiment = load.load(path)
    assert experiment.import_path == "mine"
    assert experiment.folder == Path("results/small")
    assert experiment.runs_per_job == "auto"
    assert experiment.container.engine == "none"
    assert experiment.tracking.uri is None


def test_overrides_are_laid_over_key_by_key() -> None:
    overrides = {"runs_per_job": 2, "backends": {"pool": {"workers": 3}}, "seeds": [7]}
    experiment = load.load(write({}), overrides)
    assert experiment.runs_per_job == 2
    assert experiment.backends["pool"].workers == 3
    assert list(experiment.seeds) == [7]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"experiment": "a/b"}, "experiment: 'a/b' is not a name"),
        ({"experiment": ".."}, "experiment: '..' is not a name"),
        ({"experiment": "x" * 65}, "is not a name (A-Z a-z 0-9 . _ -, at most 64)"),
        ({"experiment": "runs"}, "experiment: 'runs' is a name that results or MLflow use"),
        ({"experiment": "mlflow.db"}, "'mlflow.db' is a name that results or MLflow use"),
        ({"experiment": "Default"}, "'Default' is a name that results or MLflow use"),
        ({"experiment": ".track"}, "'.track' is a name that results or MLflow use"),
        ({"container": {"image": "--help"}}, "container.image: '--help' is no image"),
        ({"tracking": {"live": "yes"}}, "live: should be true or false (YAML 1.2), not 'yes'"),
        (
            {"problems": {"p": {"use": "os:system"}}},
            "problems.p.use: 'os:system': os is a module of",
        ),
        (
            {"algorithms": {"s": {"use": "ea_simple", "callback": "shutil:rmtree"}}},
            "algorithms.s.callback: 'shutil:rmtree': shutil is a module of Python's standard",
        ),
        (
            {
                "problems": {"p": {"use": "onemax", "grid": {"bits": list(range(1, 1001))}}},
                "algorithms": {
                    "s": {"use": "ea_simple", "grid": {"population": list(range(1, 1001))}}
                },
            },
            "the grid has 2,000,000 combinations; at most 1,000,000 are looked at",
        ),
        (
            {"problems": {"p": {"use": "onemax", "params": {"bits": {1: 2}}}}},
            "keys must be text, not 1",
        ),
        ({"tracing": {}}, "tracing: unknown key; allowed: experiment, problems"),
        ({"tracing": {}}, "did you mean 'tracking'?"),
        ({"problems": {}}, "problems: is empty; give at least 1"),
        ({"problems": {"p": {"use": "onmax"}}}, "problems.p.use: unknown problem 'onmax'"),
        ({"problems": {"p": {"use": "nowhere:f"}}}, "problems.p.use: no module 'nowhere'"),
        ({"problems": {"p": {"use": "onemax", "params": {"bit": 1}}}}, "problems.p.params.bit: "),
        ({"problems": {"p": {"use": "onemax", "grid": {"bit": [1]}}}}, "problems.p.grid.bit: "),
        ({"problems": {"p": {"use": "onemax", "grid": {"bits": []}}}}, "grid.bits: is empty"),
        ({"problems": {"p": {"use": "onemax", "grid": {"bits": 3}}}}, "should be a valid list"),
        (
            {"problems": {"p": {"use": "onemax", "params": {"bits": 1}, "grid": {"bits": [1]}}}},
            "problems.p: 'bits' is in params and in grid; keep one",
        ),
        ({"backends": {"b": {"use": "pol"}}}, "backends.b.use: unknown backend 'pol'"),
        ({"backends": {"b": {"use": "pool", "workers": 0}}}, "backends.b.workers: should be"),
        ({"seeds": []}, "seeds: should be a list of whole numbers or {first, count}, not []"),
        ({"seeds": [1, 1]}, "seeds: 1 is there 2 times"),
        ({"seeds": [1, -1]}, "seeds: a seed is a whole number from 0 to 4294967295, not -1"),
        ({"seeds": {"first": 2**32 - 1, "count": 2}}, "not 4294967296"),
        ({"seeds": {"frist": 1, "count": 2}}, "frist: unknown key; allowed: first, count"),
        ({"seeds": 3}, "seeds: should be a list of whole numbers"),
        ({"runs_per_job": 0}, "runs_per_job: should be greater than or equal to 1, not 0"),
        ({"container": {"engine": "dockr"}}, "container.engine: should be 'none', 'docker'"),
        ({"tracking": {"live": 1}}, "tracking.live: should be a valid boolean, not 1"),
        ({"exclude": [{"problem": "onemax"}]}, "the grid is empty"),
        ({"exclude": [{"problem": "onemx"}]}, "exclude[0].problem: no combination has 'onemx'"),
        ({"only": [{"populaton": 5}]}, "only[0].populaton: nothing in the grid has it"),
        ({"only": [{"population": 7}]}, "no combination has 7; allowed: 5, 6"),
        ({"only": [{"seed": 9}]}, "only[0].seed: 9 is none of the seeds; allowed: "),
        ({"exclude": [{"seed": "1"}]}, "exclude[0].seed: '1' is none of the seeds"),
        (
            {"problems": {"p": {"use": "onemax", "grid": {"bits": [9]}, "compare": ["flip"]}}},
            "problems.p: 'flip' is in compare, but is not swept; swept are: bits",
        ),
        (
            {"backends": {"a": {"use": "serial"}, "b": {"use": "serial"}}},
            "'onemax simple(population=5) a' and 'onemax simple(population=5) b' are the same run",
        ),
        (
            {"algorithms": {"s": {"use": "ea_simple", "grid": {"population": [5, 5]}}}},
            "are the same run; remove one",
        ),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(
    changes: dict[str, Any], message: str
) -> None:
    assert message in refusal(changes)


DEEP = "[" * 60 + "]" * 60
HOSTILE = {
    "long name": f"experiment: {'x' * 300}",
    "long key": f"{'x' * 300}: 1",
    "long value": f"experiment: x\nproblems: {'x' * 100000}",
    "escape in a value": 'experiment: "\\e[31mred\\e[0m"',
    "escape in a key": '"\\e]0;title\\a": 1',
    "escape in a parameter": 'problems: {p: {use: onemax, params: {"\\e[2J": 1}}}',
    "escape in a use": 'problems: {p: {use: "\\e[2J:f"}}',
    "line break in a name": 'problems: {"a\\nb": {use: onemax}}',
    "right to left": 'problems: {p: {use: "\\u202e:f"}}',
    "surrogate": 'problems: {p: {use: onemax, params: {bits: "\\ud800"}}}',
    "surrogate in a use": 'problems: {p: {use: "\\ud800:f"}}',
    "deep": f"problems: {{p: {{use: onemax, params: {{bits: {DEEP}}}}}}}",
    "deeper": "problems: " + "[" * 20000,
    "huge number": f"problems: {{p: {{use: onemax, params: {{bits: 0x{'f' * 9000}}}}}}}",
    "huger number": f"seeds: [{'9' * 5000}]",
    "infinite": "problems: {p: {use: onemax, params: {bits: .inf}}}",
    "not a number": "problems: {p: {use: onemax, params: {bits: .nan}}}",
    "list for a mapping": "problems: [1, 2]",
    "null for everything": "experiment:\nproblems:\nalgorithms:\nbackends:\nseeds:",
    "number as a key": "problems: {1: {use: onemax}}",
    "list as a key": "{[1]: 2}",
    "alias to itself": "problems: &a {p: *a}",
    "thousands of mistakes": "experiment: x\n" + "".join(f"k{n}: 1\n" for n in range(5000)),
    "binary": "experiment: !!binary aGk=",
    "timestamp": "experiment: !!timestamp 2026-01-01",
    "two documents": "experiment: x\n---\nexperiment: y",
    "directive": "%YAML 3.0\n---\nexperiment: x",
    "tab": "experiment: x\n\tproblems: 1",
    "null character": "experiment: x\0",
    "seeds of text": "seeds: ['1']",
    "seeds of truth": "seeds: [true]",
    "endless seeds": "seeds: {first: 0, count: 99999999999999999999}",
    "path as a use": "problems: {p: {use: ../../etc/passwd:f}}",
    "empty use": "problems: {p: {use: ''}}",
    "colons": "problems: {p: {use: '::::'}}",
    "dotted": "problems: {p: {use: '..a:f'}}",
    "number as a use": "problems: {p: {use: 3}}",
    "dunder": "problems: {p: {use: 'builtins:__import__'}}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_config_gets_lines_that_a_terminal_only_prints(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("hostile.yaml").write_bytes(HOSTILE[name].encode())
    assert cli.main(["check", "hostile.yaml"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("evosweep: error: hostile.yaml")
    assert len(error.splitlines()) <= 110
    for line in error.splitlines():
        assert line.isprintable()
        assert len(line) < 1200


def test_a_link_to_a_disk_that_is_not_mounted_is_named() -> None:
    Path("results").symlink_to("/nowhere/at/all")
    with pytest.raises(InputError, match="is a link to /nowhere/at/all, which is not there: mount"):
        load.check_results(Path("results/small"))


def test_values_that_look_alike_stay_apart() -> None:
    """In names of runs, in labels, and where `only` and `exclude` compare."""
    alike = [0, "0", 0.0, False, None, "null", "", 1e22, 10**22]
    Path("alike.py").write_text("def build(value): ...\n")
    problems = {"p": {"use": "alike:build", "grid": {"value": alike}}}
    one = {"algorithms": {"s": {"use": "ea_simple"}}, "backends": {"b": {"use": "serial"}}}
    experiment = load.load(write({"problems": problems, "seeds": [1]} | one))
    runs = list(grid.expand(experiment))
    assert len({run.run_id for run in runs}) == len(alike)
    assert len({combination.label for combination in grid.combinations(experiment)}) == len(alike)
    for value in alike:
        only = {"problems": problems, "seeds": [1], "only": [{"value": [value]}]} | one
        [run] = grid.expand(load.load(write(only)))
        assert repr(run.problem.params["value"]) == repr(value)


def test_every_mistake_is_told_at_once() -> None:
    lines = refusal({"seeds": 0, "tracing": 1, "problems": {"p": {"use": "onmax"}}}).splitlines()
    assert lines[0] == "config.yaml: 3 mistakes"
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "seeds",
        "tracing",
        "problems.p.use",
    ]


def test_a_backend_whose_package_is_missing_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing = replace(BACKENDS["pool"], module="no_such_package", extra="pooling")
    monkeypatch.setitem(BACKENDS, "pool", missing)
    assert "pip install 'evosweep[pooling]'" in refusal({})
    load.load(write({"container": {"engine": "docker", "image": "evosweep-run"}}))


@pytest.mark.parametrize(
    ("backend", "container", "told"),
    [
        ({"use": "dask", "workers": 2}, "docker", "dask is not in the images of runs"),
        ({"use": "mpi", "workers": 2}, "apptainer", "mpi is not in the images of runs"),
        ({"use": "futures", "executor": "no_module:f"}, "none", "backends.b.executor: no module"),
        ({"use": "futures"}, "none", "backends.b: futures needs executor"),
        ({"use": "pool", "scheduler": "x"}, "none", "backends.b: pool takes no scheduler"),
    ],
)
def test_a_backend_that_cannot_be_is_told(
    monkeypatch: pytest.MonkeyPatch, backend: dict[str, Any], container: str, told: str
) -> None:
    for use in ("dask", "mpi"):
        monkeypatch.setitem(BACKENDS, use, replace(BACKENDS[use], module=""))
    assert told in refusal({"backends": {"b": backend}, "container": {"engine": container}})


def test_two_executors_are_two_backends_and_a_place_is_none() -> None:
    Path("engines_of_mine.py").write_text("def one(n): ...\ndef two(n): ...\n")
    names = [f"engines_of_mine:{name}" for name in ("one", "two")]
    both = {name[-3:]: {"use": "futures", "executor": name} for name in names}
    runs = list(grid.expand(load.load(write({"backends": both, "seeds": [1]}))))
    assert len({run.run_id for run in runs}) == len(runs)
    schedulers = {"here": {"use": "dask"}, "there": {"use": "dask", "scheduler": "tls://h:1"}}
    assert "are the same run" in refusal({"backends": schedulers})


def test_check_tells_the_size_of_the_grid(capsys: pytest.CaptureFixture[str]) -> None:
    path = write({"runs_per_job": 2})
    assert cli.main(["check", str(path)]) == 0
    out = capsys.readouterr().out
    assert "12 runs (4 configurations on their backends, 3 seeds each) in 8 jobs" in out


def test_check_ends_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(write({"seeds": 0}))]) == 2
    assert capsys.readouterr().err.startswith("evosweep: error: config.yaml: seeds: ")


def test_results_that_cannot_be_written_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("results").touch()
    with pytest.raises(InputError, match="results is not a folder"):
        load.check_results(Path("results/small"))
    Path("results").unlink()
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(InputError, match="cannot be written to"):
        load.check_results(Path("results/small"))


def test_the_committed_schema_is_the_models() -> None:
    committed = ROOT / "workflow" / "schemas" / "experiment.schema.json"
    assert committed.read_text() == schema(), "stale: run `make schema`"


def test_every_key_of_the_schema_is_described() -> None:
    whole = json.loads(schema())
    for model in (whole, *whole["$defs"].values()):
        for key, value in model["properties"].items():
            assert "description" in value or "$ref" in value, f"{model['title']}.{key}"


@pytest.mark.parametrize("path", sorted((ROOT / "config").glob("*.yaml")), ids=lambda p: p.name)
def test_every_example_is_a_valid_config(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    load.load(path.relative_to(ROOT))
