"""A run's spec: what it accepts, what it refuses and how it is named."""

import importlib
import json
import math
from pathlib import Path
from typing import Any

import pytest

from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.plugins import search, sources

PROBLEM = "def build(bits, noise=0.0):\n    pass\n"
ALGORITHM = (
    "def evolve(toolbox, *, statistics, hall_of_fame, population, generations=3):\n    pass\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "mine" / "my_problem.py", PROBLEM)
    write(tmp_path / "mine" / "my_algorithm.py", ALGORITHM)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    forget_sources()


def forget_sources() -> None:
    importlib.invalidate_caches()
    for cached in (sources._digest, sources.file_digest, sources.tree, search._find):
        cached.cache_clear()


def make(**changes: Any) -> dict[str, Any]:
    return {
        "problem": {"use": "my_problem:build", "params": {"bits": 10}},
        "algorithm": {"use": "my_algorithm:evolve", "params": {"population": 5}},
        "backend": {"use": "pool", "workers": 2},
        "seed": 64,
        "import_path": "mine",
    } | changes


def test_parse_reads_json_and_to_dict_gives_it_back() -> None:
    assert RunSpec.parse(json.dumps(make())).to_dict() == make()


def test_to_dict_keeps_options_that_differ_from_their_default() -> None:
    problem = {"name": "p", "use": "my_problem:build", "params": {}, "failure": {"retry": 2}}
    assert RunSpec.parse(make(problem=problem | {"stochastic": False})).to_dict() == make(
        problem=problem
    )


def test_run_id_is_twelve_hexadecimal_digits_and_stable() -> None:
    first, again = RunSpec.parse(make()), RunSpec.parse(make())
    assert first.run_id == again.run_id
    assert len(first.run_id) == len(first.spec_id) == 12
    int(first.run_id, 16)


def test_names_spelled_defaults_and_key_order_do_not_count() -> None:
    problem = {"params": {"bits": 10}, "use": "my_problem:build", "name": "p", "failure": "fail"}
    assert RunSpec.parse(make(problem=problem)).run_id == RunSpec.parse(make()).run_id


def test_import_path_does_not_count_but_the_source_does(folder: Path) -> None:
    before = RunSpec.parse(make()).run_id
    (folder / "mine").rename(folder / "moved")
    forget_sources()
    assert RunSpec.parse(make(import_path="moved")).run_id == before
    write(folder / "moved" / "my_problem.py", PROBLEM + "BITS = 3\n")
    assert RunSpec.parse(make(import_path="moved")).run_id != before


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 65},
        {"problem": {"use": "my_problem:build", "params": {"bits": 11}}},
        {"problem": {"use": "my_problem:build", "params": {"bits": 10.0}}},
        {"problem": {"use": "my_problem:build", "params": {"bits": 10}, "stochastic": True}},
    ],
)
def test_everything_else_counts_in_both_ids(change: dict[str, Any]) -> None:
    one, other = RunSpec.parse(make()), RunSpec.parse(make(**change))
    assert one.run_id != other.run_id
    assert one.spec_id != other.spec_id


def test_the_backend_counts_in_run_id_alone() -> None:
    one, other = RunSpec.parse(make()), RunSpec.parse(make(backend={"use": "serial"}))
    assert one.run_id != other.run_id
    assert one.spec_id == other.spec_id


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": -1}, "seed: should be greater than or equal to 0, not -1"),
        ({"seed": 2**32}, "seed: should be less than or equal to 4294967295"),
        ({"seed": True}, "seed: should be a valid integer, not True"),
        ({"seeds": 1}, "seeds: unknown key; allowed: problem, algorithm, backend, seed"),
        ({"backend": {"use": "pol"}}, "backend.use: unknown backend 'pol'; allowed: serial, pool"),
        ({"backend": {"use": "pol"}}, "did you mean 'pool'?"),
        ({"backend": {"use": "pool", "workers": 0}}, "backend.workers: should be greater than"),
        ({"backend": {"use": "pool", "worker": 2}}, "backend.worker: unknown key; allowed: use"),
        ({"backend": {"use": "serial", "workers": 2}}, "backend: serial has 1 worker, not 2"),
        ({"problem": {"use": "my_problem:build", "failure": "ignore"}}, "problem.failure: should"),
        ({"problem": {"use": "a:b", "failure": {"retry": 0}}}, "retry: how often, 1 or more"),
        ({"problem": {"use": "a:b", "failure": {"penalty": []}}}, "not {'penalty': []}"),
        ({"problem": {"use": "a:b", "failure": {"penalty": [math.inf]}}}, "a finite number an"),
        ({"problem": {"use": "a:b", "failure": {"penalty": [10**400]}}}, "a finite number an"),
        ({"problem": {"use": "a:b", "timeout": math.inf}}, "problem.timeout: should be a finite"),
        ({"problem": {"use": "a:b", "timeout": 0}}, "problem.timeout: should be greater than 0"),
        ({"problem": {"use": "a:b", "name": "x y"}}, "problem.name"),
        ({"problem": {"use": "a:b", "params": {"x": float("inf")}}}, "problem.params.x: inf is"),
        ({"problem": {"use": "a:b", "params": {"x": {1: 2}}}}, "keys must be text, not 1"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        RunSpec.parse(make(**change))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"problem": 1}'])
def test_what_is_no_spec_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="spec"):
        RunSpec.parse(text)


def test_check_names_functions_and_parameters_that_do_not_exist() -> None:
    RunSpec.parse(make()).check()
    spec = RunSpec.parse(make(problem={"use": "my_problem:build", "params": {"bit": 1}}))
    with pytest.raises(InputError) as caught:
        spec.check()
    assert "problem.params.bit: my_problem:build takes no parameter 'bit'" in str(caught.value)
    assert "did you mean 'bits'?" in str(caught.value)
    assert "problem.params.bits: missing" in str(caught.value)
