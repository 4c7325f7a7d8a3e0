"""Designs: cases, grids, samples and conditions combine as config/README.md says."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from evosweep import cli
from evosweep.config import grid, load
from evosweep.config.design import Swept
from evosweep.config.experiment import Experiment
from evosweep.errors import InputError

CASES = [{"crossover": 0.9, "mutation": 0.1}, {"crossover": 0.5, "mutation": 0.5}]
SAMPLED: dict[str, Any] = {
    "use": "ea_simple",
    "params": {"generations": 3},
    "ranges": {
        "mutation": {"low": 0.01, "high": 0.5, "scale": "log"},
        "population": {"low": 10, "high": 500, "integer": True},
    },
    "sample": {"method": "sobol", "n": 8},
}


def config(algorithm: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "experiment": "designs",
        "problems": {"ones": {"use": "onemax", "params": {"bits": 10}}},
        "algorithms": {"a": {"use": "ea_simple"} | algorithm},
        "backends": {"serial": {"use": "serial"}},
        "seeds": [1],
    } | changes


def variants(**keys: Any) -> list[dict[str, object]]:
    return list(Swept.model_validate({"use": "ea_simple"} | keys).variants())


def run_ids(algorithm: dict[str, Any], **changes: Any) -> list[str]:
    return [run.run_id for run in grid.expand(Experiment.parse(config(algorithm, **changes)))]


def refusal(path: Path, algorithm: dict[str, Any], **changes: Any) -> list[str]:
    path.write_text(yaml.safe_dump(config(algorithm, **changes)))
    with pytest.raises(InputError) as caught:
        load.load(path)
    return str(caught.value).splitlines()


def test_each_case_meets_each_combination_of_the_grid_and_each_point() -> None:
    found = variants(
        params={"p": 1},
        cases=CASES,
        grid={"x": [1, 2], "y": [3]},
        ranges={"z": {"low": 0, "high": 1}},
        sample={"method": "random", "n": 2},
    )
    points = list(dict.fromkeys(one["z"] for one in found))
    assert len(points) == 2
    assert found == [
        {"p": 1} | case | {"x": x, "y": 3, "z": z} for case, x, z in product(CASES, [1, 2], points)
    ]


def test_a_parameter_exists_only_where_its_condition_holds() -> None:
    found = variants(
        grid={"selection": ["best", "tournament"], "size": [2, 3], "copies": [1, 5]},
        when={"size": {"selection": "tournament"}, "copies": {"size": 3}},
    )
    assert found == [
        {"selection": "best"},
        {"selection": "tournament", "size": 2},
        {"selection": "tournament", "size": 3, "copies": 1},
        {"selection": "tournament", "size": 3, "copies": 5},
    ]


def test_a_condition_holds_for_fixed_parameters_sampled_ones_and_lists() -> None:
    found = variants(
        params={"f": 7},
        ranges={"kind": ["a", "b", "c"], "g": {"low": 0, "high": 1}},
        sample={"method": "lhs", "n": 6},
        when={"f": {"kind": ["a", "b"]}, "g": {"kind": "c"}},
    )
    shapes = {(one["kind"], *sorted(one.keys() - {"kind"})) for one in found}
    assert shapes == {("a", "f"), ("b", "f"), ("c", "g")}


def test_combinations_that_are_the_same_are_one() -> None:
    assert variants(cases=[{"x": 1}, {"x": 1}, {"x": 1.0}, {"x": True}, {}]) == [
        {"x": 1}, {"x": 1.0}, {"x": True}, {},
    ]  # fmt: skip
    few = variants(ranges={"x": [1, 2]}, sample={"method": "random", "n": 50})
    assert sorted(one["x"] for one in few) == [1, 2]


values = st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True)


@settings(max_examples=50)
@given(
    over=st.dictionaries(st.sampled_from("abc"), values, max_size=3),
    cases=st.lists(st.dictionaries(st.sampled_from("xy"), st.integers(0, 2)), min_size=1),
    n=st.integers(1, 20),
)
def test_no_combination_is_there_twice_and_none_is_missing(
    over: dict[str, list[int]], cases: list[dict[str, int]], n: int
) -> None:
    found = variants(
        grid=over, cases=cases, ranges={"r": [0, 1]}, sample={"method": "sobol", "n": n}
    )
    texts = [json.dumps(one, sort_keys=True) for one in found]
    assert len(set(texts)) == len(texts)
    points = {one["r"] for one in found}
    expected = {
        json.dumps(case | dict(zip(over, chosen, strict=True)) | {"r": r}, sort_keys=True)
        for case, chosen, r in product(cases, product(*over.values()), points)
    }
    assert set(texts) == expected
    assert len(points) == min(n, 2)  # two points of a Sobol' sequence lie in both halves


@settings(max_examples=20)
@given(n=st.integers(1, 12), seed=st.integers(0, 9), method=st.sampled_from(["sobol", "random"]))
def test_a_larger_design_keeps_the_names_of_its_runs(n: int, seed: int, method: str) -> None:
    few, many = (
        run_ids(SAMPLED | {"sample": {"method": method, "n": count, "seed": seed}})
        for count in (n, 2 * n)
    )
    assert many[:n] == few
    assert len(set(many)) == 2 * n


def test_names_of_configs_without_a_design_are_what_they_were() -> None:
    plain = {"params": {"crossover": 0.9}, "grid": {"mutation": [0.1, 0.2]}}
    by_cases = {"cases": [{"crossover": 0.9, "mutation": each} for each in (0.1, 0.2)]}
    assert run_ids(plain) == run_ids(by_cases)


def test_only_and_exclude_choose_among_sampled_values_and_cases() -> None:
    point = variants(**{key: SAMPLED[key] for key in ("ranges", "sample")})[3]
    assert len(run_ids(SAMPLED, only=[{"population": point["population"]}])) == 1
    assert len(run_ids({"cases": CASES}, exclude=[{"mutation": 0.5}])) == 1


def test_a_swept_problem_may_be_compared_by_its_cases() -> None:
    problem = {"use": "onemax", "cases": [{"bits": 5, "flip": 0.1}, {"bits": 5, "flip": 0.2}]}
    experiment = Experiment.parse(config({}, problems={"p": problem | {"compare": ["flip"]}}))
    labels = [each.labels for each in grid.combinations(experiment)]
    assert labels == [("p(bits=5)", "a(flip=0.1)"), ("p(bits=5)", "a(flip=0.2)")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cases": []}, "cases: is empty; give at least 1"),
        ({"cases": [3]}, "cases[0]: should be a mapping, not 3"),
        ({"cases": [{}, {"mutatio": 1}]}, "algorithms.a.cases[1].mutatio: ea_simple takes no par"),
        ({"params": {"mutation": 0.1}, "cases": CASES}, "'mutation' is in params and in cases"),
        ({"ranges": {"mutation": [0.1]}}, "a.ranges: need sample beside them"),
        ({"sample": {"method": "lhs", "n": 3}}, "a.sample: needs ranges beside it"),
        (SAMPLED | {"sample": {"n": 3}}, "sample.method: missing, and required"),
        (SAMPLED | {"sample": {"method": "halton", "n": 3}}, "should be 'sobol', 'lhs' or 'rando"),
        (SAMPLED | {"sample": {"method": "lhs", "n": 0}}, "sample.n: should be greater than or"),
        (SAMPLED | {"sample": {"method": "lhs", "n": 10**9}}, "sample.n: should be less than or"),
        (SAMPLED | {"sample": {"method": "lhs", "n": 1, "sed": 1}}, "did you mean 'seed'?"),
        ({"ranges": {"mutation": 0.1}}, "ranges.mutation: should be {low, high}, with scale: log"),
        ({"ranges": {"mutation": []}}, "ranges.mutation: is empty"),
        ({"ranges": {"mutation": {"low": 1}}}, "ranges.mutation.high: missing, and required"),
        ({"ranges": {"mutation": {"low": 1, "high": 1}}}, "low should be less than high, not 1"),
        ({"ranges": {"mutation": {"low": 0, "high": "1"}}}, "high: should be a number from -1e300"),
        ({"ranges": {"mutation": {"low": True, "high": 2}}}, "low: should be a number from -1e300"),
        (
            {"ranges": {"mutation": {"low": 0, "high": 1, "scale": "log"}}},
            "ranges.mutation.low: should be above 0 for scale: log, not 0",
        ),
        (
            {"ranges": {"population": {"low": 1, "high": 2.5, "integer": True}}},
            "ranges.population.high: should be a whole number of at most 2**53, not 2.5",
        ),
        (
            {"ranges": {f"x{n}": [1] for n in range(21)}, "sample": {"method": "sobol", "n": 2}},
            "sample.method: sobol has at most 20 parameters, not 21",
        ),
        ({"when": {"mutation": {"crossover": 1}}}, "when.mutation: no parameter has this name"),
        ({"cases": CASES, "when": {"mutation": {}}}, "when.mutation: is empty"),
        ({"cases": CASES, "when": {"mutation": {"crosover": 1}}}, "did you mean 'crossover'?"),
        (
            {"cases": CASES, "when": {"mutation": {"crossover": 0.7}}},
            "when.mutation.crossover: is never 0.7; values: 0.9, 0.5",
        ),
        (
            {"cases": CASES, "when": {"mutation": {"mutation": 0.1}}},
            "when.mutation.mutation: 'mutation' would depend on itself",
        ),
        (
            SAMPLED | {"when": {"population": {"mutation": 0.1}}},
            "when.population.mutation: has a range; a condition is for listed values",
        ),
        (
            {"use": "my_search:search", "cases": [{"size": 3}, {}]},
            "params.size: missing: my_search:search has no default for it, and not every",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    (tmp_path / "my_search.py").write_text("def search(toolbox, *, size, **rest): ...\n")
    assert message in "\n".join(refusal(tmp_path / "c.yaml", changes))


def test_every_mistake_has_a_line_and_nothing_is_begun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bad = {
        "params": {"mutation": 1},
        "grid": {"mutation": [1]},
        "ranges": {"crossover": [1]},
        "when": {"foo": {"mutation": 2}},
    }
    worse = {"use": "ea_simple", "ranges": {"x": {"low": 2, "high": 1.5, "integer": True}}}
    algorithms = {"a": {"use": "ea_simple"} | bad, "b": worse}
    Path("c.yaml").write_text(yaml.safe_dump(config({}, algorithms=algorithms)))
    assert cli.main(["check", "c.yaml"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "evosweep: error: c.yaml: 6 mistakes",
        "  algorithms.a: 'mutation' is in params and in grid; keep one",
        "  algorithms.a.ranges: need sample beside them, such as {method: sobol, n: 64}",
        "  algorithms.a.when.foo: no parameter has this name; there are: mutation, crossover",
        "  algorithms.a.when.foo.mutation: is never 2; values: 1",
        "  algorithms.b.ranges.x: low should be less than high, not 2 and 1.5",
        "  algorithms.b.ranges.x.high: should be a whole number of at most 2**53, not 1.5",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["c.yaml"]


def test_a_design_that_is_too_large_is_refused_before_it_is_made(tmp_path: Path) -> None:
    huge = SAMPLED | {"grid": {"crossover": [0.1, 0.2] * 10}}
    huge["sample"] = {"method": "random", "n": 100_000}
    [line] = refusal(tmp_path / "c.yaml", huge)
    assert line.endswith("the grid has 2,000,000 combinations; at most 1,000,000 are looked at")


def test_check_says_what_a_planner_of_designs_should_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    uneven = SAMPLED | {"sample": {"method": "sobol", "n": 6}}
    cube = SAMPLED | {"sample": {"method": "lhs", "n": 6}}
    Path("c.yaml").write_text(yaml.safe_dump(config({}, algorithms={"a": uneven, "b": cube})))
    assert cli.main(["check", "c.yaml", "--no-build", "--estimate", "--cores", "2"]) == 0
    out, notes = capsys.readouterr()
    assert "12 runs (12 configurations on their backends, 1 seeds each)" in out
    assert "algorithms.a.sample: n is 6: Sobol' points cover their ranges evenly where" in notes
    assert "algorithms.b.sample: a Latin hypercube of another n has other points" in notes
