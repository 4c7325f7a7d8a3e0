"""Configurations in MLflow: names, parameters with defaults, convergence over seeds, views."""

import base64
import json
import shutil
import zlib
from pathlib import Path
from statistics import median
from typing import Any

import mlflow_contents as contents
import pytest
import run_folders as folders
import servers

from evosweep.plugins.sources import digest
from evosweep.track.content.convergence import MOST, by_generation, thinned_curve
from evosweep.track.content.history import History
from evosweep.track.passes.follow import Follower
from evosweep.track.passes.tracking import track
from evosweep.track.store.address import resolve


def own(results: Path) -> str:
    return f"sqlite:///{results / 'mlflow.db'}"


def configurations(uri: str, experiment: str = "quick") -> dict[str, Any]:
    found = contents.runs(uri, experiment, "tags.kind = 'configuration'", artifacts=False)
    return {run["name"]: run for run in found.values()}


def test_a_name_has_the_swept_parameters_alone(results: Path) -> None:
    track(results)
    assert set(configurations(own(results))) == {
        "onemax · simple · mutation=0.1",
        "onemax · simple · mutation=0.2",
    }


def test_a_sweep_that_grows_renames_what_is_there(results: Path) -> None:
    track(results)
    folders.write_run(results / "quick" / "runs", folders.spec(1, mutation=0.1, crossover=0.9))
    track(results)
    grown = configurations(own(results))
    assert "onemax · simple · mutation=0.1 · crossover=0.9" in grown
    runs = contents.runs(own(results), condition="tags.kind = 'run'", artifacts=False)
    names = {run["name"] for run in runs.values()}
    assert "s1 · serial x1 · onemax · simple · mutation=0.1 · crossover=0.9" in names
    assert len(names) == len(runs)
    (results / "mlflow.db").unlink()
    track(results)
    assert configurations(own(results)).keys() == grown.keys()


@pytest.mark.parametrize("compare", [[], ["flip"]], ids=["question", "answer"])
def test_a_compared_parameter_makes_no_problem_of_its_own(
    tmp_path: Path, compare: list[str]
) -> None:
    """One chart for all of its values, and a colour for each, as in the report."""
    for flip in (0.01, 0.1, 0.2):
        spec = folders.spec(1)
        spec["problem"] |= {"params": {"bits": 20, "flip": flip}, "compare": compare}
        folders.write_run(tmp_path / "quick" / "runs", spec)
    track(tmp_path)
    found = configurations(own(tmp_path)).values()
    assert len(found) == 3
    colours = {run["tags"]["mlflow.runColor"] for run in found}
    charts = {key for run in found for key in run["last"] if key.startswith("convergence/")}
    assert (len(colours), len(charts)) == ((3, 1) if compare else (1, 3))


def test_parameters_have_the_defaults_of_the_code_that_ran(results: Path) -> None:
    sources = {
        "problem": digest("problem", "onemax", ""),
        "algorithm": digest("algorithm", "ea_simple", ""),
    }
    spec = folders.spec(9)
    folders.write_run(results / "quick" / "runs", spec, sources=sources)
    track(results)
    found = contents.runs(own(results), condition="params.seed = '9'", artifacts=False)
    (run,) = found.values()
    assert run["params"]["algorithm.generations"] == "5"
    assert run["params"]["algorithm.crossover"] == "0.5"
    others = contents.runs(own(results), condition="params.seed = '1'", artifacts=False)
    assert all("algorithm.crossover" not in run["params"] for run in others.values())


def curves_of(results: Path, mutation: str) -> list[list[float]]:
    found = contents.runs(
        own(results),
        condition=f"params.`algorithm.mutation` = '{mutation}' AND params.backend = 'serial'",
        artifacts=False,
    )
    done = [run for run in found.values() if run["status"] == "FINISHED"]
    return [[value for _, _, value in run["history"]["best_so_far"]] for run in done]


def test_a_parent_has_the_quartiles_of_its_seeds_by_generation(results: Path) -> None:
    track(results)
    folders.write_run(results / "quick" / "runs", folders.spec(7, mutation=0.1))
    track(results)
    parent = configurations(own(results))["onemax · simple · mutation=0.1"]
    expected = [median(column) for column in zip(*curves_of(results, "0.1"), strict=True)]
    for name in ("best_so_far_median", "convergence/onemax"):
        history = parent["history"][name]
        assert [step for step, _, _ in history] == list(range(6))
        assert [value for _, _, value in history] == pytest.approx(expected)
    for step in range(6):
        low, high = (parent["history"][f"best_so_far_{name}"][step][2] for name in ("q1", "q3"))
        assert low <= expected[step] <= high


def test_a_server_has_the_convergence_once_and_again_with_more_seeds(
    results: Path, server: servers.MlflowServer
) -> None:
    (results / "quick").rename(results / "grown")
    track(results, server.uri)
    folders.write_run(results / "grown" / "runs", folders.spec(7, mutation=0.1))
    for _ in range(2):
        track(results, server.uri)
    parents = configurations(server.uri, "grown")
    assert set(parents) == {"onemax · simple · mutation=0.1", "onemax · simple · mutation=0.2"}
    for parent in parents.values():
        steps = [step for step, _, _ in parent["history"]["best_so_far_median"]]
        assert steps == list(range(6))
    assert parents["onemax · simple · mutation=0.1"]["last"]["seeds"] == 3


def test_a_follower_waits_with_a_convergence_that_no_server_takes_back(
    results: Path, server: servers.MlflowServer
) -> None:
    (results / "quick").rename(results / "followed")
    follower = Follower(results, resolve(results, server.uri))

    def curves() -> list[int]:
        condition = "tags.kind = 'configuration'"
        found = contents.runs(server.uri, "followed", condition, artifacts=False)
        return [len(run["history"].get("best_so_far_median", [])) for run in found.values()]

    assert follower.once() == 0
    assert curves() == [0, 0]
    assert follower.once() == 0
    assert curves() == [6, 6]


def view(uri: str, key: str) -> dict[str, Any]:
    tags = contents.client(uri).get_experiment_by_name("quick").tags
    packed = tags[f"mlflow.sharedViewState.{key}"]
    assert len(packed) < 5000
    state: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(packed[8:])))
    return state


def test_the_views_have_a_column_for_each_swept_parameter(results: Path) -> None:
    track(results)
    state = view(own(results), "evosweep")
    assert state["selectedColumns"][0] == "params.`algorithm.mutation`"
    assert "params.`algorithm.population`" not in state["selectedColumns"]
    assert state["searchFilter"] == "tags.kind != 'run'"
    charts = view(own(results), "evosweep-convergence")["compareRunCharts"]
    assert [chart["metricKey"] for chart in charts] == ["convergence/onemax"]
    (parallel,) = view(own(results), "evosweep-parallel")["compareRunCharts"]
    assert "algorithm.mutation" in parallel["selectedParams"]


def test_configurations_are_sorted_by_their_results(results: Path) -> None:
    track(results)
    parents = configurations(own(results)).values()
    by_place = sorted(parents, key=lambda run: str(run["tags"]["place"]))
    medians = [run["last"]["best_median"] for run in by_place]
    assert medians == sorted(medians, reverse=True)
    ranks = [run["last"]["rank"] for run in by_place]
    assert ranks == [1 + medians.index(value) for value in medians]


@pytest.mark.parametrize("where", ["own", "server"])
def test_ranks_follow_runs_that_come_and_go(
    results: Path, server: servers.MlflowServer, where: str
) -> None:
    (results / "quick").rename(results / "ranked")
    uri = own(results) if where == "own" else server.uri

    def ranks() -> dict[str, float]:
        track(results, uri)
        found = configurations(uri, "ranked").items()
        return {name.rpartition("=")[2]: run["last"]["rank"] for name, run in found}

    before = ranks()
    runs = results / "ranked" / "runs"
    winner = folders.write_run(runs, folders.spec(1, mutation=0.3), best=100.0)
    after = {name: rank + 1 for name, rank in before.items()} | {"0.3": 1.0}
    assert ranks() == after
    other = folders.write_run(runs, folders.spec(2, mutation=0.3), best=99.0)
    assert ranks() == after
    shutil.rmtree(other)
    assert ranks() == after
    shutil.rmtree(winner)
    assert ranks() == before


def test_runs_are_sorted_by_backend_and_seed(results: Path) -> None:
    track(results)
    found = contents.runs(own(results), condition="tags.kind = 'run'", artifacts=False)
    by_place = sorted(found.values(), key=lambda run: str(run["tags"]["place"]))
    told = [(run["params"]["backend"], int(run["params"]["seed"])) for run in by_place]
    assert told == sorted(told)


def test_a_long_curve_keeps_few_generations_that_others_keep_too() -> None:
    def curve(last: int) -> list[tuple[int, float]]:
        values: list[float | None] = [float(step) for step in range(last + 1)]
        steps = list(range(last + 1))
        return thinned_curve(History(steps, [0.0] * len(steps), {"best_so_far": values}))

    long, short = curve(100_000), curve(300)
    assert len(long) <= MOST + 2
    assert long[-1] == (100_000, 100_000.0)
    medians = by_generation([long, short])["median"]
    assert len(medians) <= MOST + 2
    assert medians[-1] == (100_000, (100_000 + 300) / 2)


def test_an_algorithm_has_one_colour_and_another_one_has_another(results: Path) -> None:
    for bits in (10, 20):
        for mutation in (0.1, 0.2):
            spec = folders.spec(5, mutation=mutation)
            spec["problem"]["params"]["bits"] = bits
            folders.write_run(results / "quick" / "runs", spec)
    track(results)
    colours: dict[str, set[str]] = {}
    for run in configurations(own(results)).values():
        mutation = run["params"]["algorithm.mutation"]
        colours.setdefault(mutation, set()).add(run["tags"]["mlflow.runColor"])
    assert [len(each) for each in colours.values()] == [1, 1]
    assert len(set.union(*colours.values())) == 2
