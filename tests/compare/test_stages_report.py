"""What a report says where seeds come in stages, worked out again from its own tables.

Three algorithms with looks after 6, 12 and 24 seeds: a problem that is decided at the first look,
one whose runs are paired and that the second look decides, one on which nothing differs, one that
is under way, and one whose first stage is not complete.
"""

import json
import math
import random
import re
from collections.abc import Sequence
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from folders import POOL, SERIAL, Made, write_run
from recomputed import Rows, Texts, a12, holm, p_value, rows
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm

from evosweep.cli import main
from evosweep.compare.decision import decide
from evosweep.compare.read.folders import open_studies
from evosweep.config.stages import Stages
from evosweep.inventory.asked_file import AskedRuns, write_asked
from evosweep.inventory.stages_note import Reached

LOOKS = (6, 12, 24)
ALGORITHMS = {"fast": 0.0, "middle": 40.0, "slow": 90.0}
TAKEN = {"apart": 6, "paired": 12, "alike": 24, "going": 12, "begun": 4}
ENDS = {
    "apart": "Decided after 6 of at most 24 seeds.",
    "paired": "Decided after 12 of at most 24 seeds.",
    "alike": "Not all decided by 24 seeds, the most.",
    "going": "Under way: 12 of at most 24 seeds.",
    "begun": "Under way: the first stage of seeds is not complete.",
}


def result(problem: str, algorithm: str, seed: int) -> float:
    rng = random.Random(f"{problem} {algorithm} {seed}")
    luck = rng.uniform(0, 30)
    return luck + (0.0 if problem in ("alike", "going") else ALGORITHMS[algorithm])


def reached() -> Reached:
    return Reached(first=1, looks=LOOKS, spending="pocock", stage=1, is_decided=False)


def note(folder: Path) -> None:
    labels = {"problem": "apart", "algorithm": "fast", "backend": "serial"}
    write_asked(folder, [AskedRuns(**labels, runs={}, stages=reached())])


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "study"
    for problem, count in TAKEN.items():
        for algorithm in ALGORITHMS:
            for seed in range(1, count + 1):
                fitness = np.full((2, 3, 1), result(problem, algorithm, seed))
                made = Made({"use": problem}, {"use": algorithm}, SERIAL, seed, fitness)
                made.start = "shared" if problem == "paired" else algorithm
                made.timings = {"startup": 0.0, "evaluation": 2.0, "total": 3.0}
                write_run(folder, made)
                if problem == "apart" and algorithm == "fast":
                    made.backend = POOL
                    write_run(folder, made)
    note(folder)
    assert main(["compare", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def texts(study: Path) -> Texts:
    return Texts(study / "comparison")


def table(study: Path, name: str) -> Rows:
    return rows(study / "comparison" / f"{name}.csv")


def _beyond(box: Any, before: tuple[float, ...], target: float, bound: float) -> float:
    """How much more than the target is outside of a box."""
    high = np.array([*before, bound])
    return float(1 - box.cdf(high, lower_limit=-high) - target)


@cache
def level_at(look: int, level: float) -> float:
    """What a look decides at, again: by the multivariate normal distribution, look by look."""
    times = np.array(LOOKS[:look]) / LOOKS[-1]
    shared = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    bounds: list[float] = []
    for count, time in enumerate(times, start=1):
        target = level * math.log(1 + (math.e - 1) * time)
        box = multivariate_normal(np.zeros(count), shared[:count, :count], abseps=1e-6, seed=1)

        bounds.append(brentq(partial(_beyond, box, tuple(bounds), target), 0.1, 9.0, xtol=1e-5))
    return float(2 * norm.sf(bounds[-1]))


def losses(study: Path, problem: str) -> dict[str, list[float]]:
    """What the last complete look tests, by algorithm."""
    found: dict[str, dict[int, float]] = {}
    for run in table(study, "runs"):
        if run["problem"] == problem:
            found.setdefault(run["algorithm"], {})[int(run["seed"])] = float(run["result"])
    least = min(map(len, found.values()))
    count = max(seeds for seeds in LOOKS if seeds <= least)
    return {name: [own[seed] for seed in range(1, count + 1)] for name, own in found.items()}


@pytest.mark.parametrize("problem", ["apart", "paired", "alike", "going"])
def test_every_pair_is_tested_at_the_level_of_its_look(study: Path, problem: str) -> None:
    pairs = [row for row in table(study, "tests") if row["problem"] == problem]
    samples = losses(study, problem)
    count = len(samples["fast"])
    look = LOOKS.index(count)
    assert len(pairs) == 3
    for row in pairs:
        assert (int(row["n_a"]), int(row["n_b"]), int(row["look"])) == (count, count, look + 1)
        assert row["test"].startswith("Wilcoxon" if problem == "paired" else "Mann-Whitney")
        one, other = samples[row["a"]], samples[row["b"]]
        assert float(row["p"]) == pytest.approx(p_value(row["test"], one, other))
        assert float(row["a12"]) == pytest.approx(a12(one, other))
        over_looks = float(row["p_looks"])
        if over_looks < 0.2:
            assert level_at(look + 1, over_looks) == pytest.approx(float(row["p"]), rel=5e-3)
    corrected = holm([float(row["p_looks"]) for row in pairs])
    assert [float(row["p_holm"]) for row in pairs] == pytest.approx(corrected)
    for row in pairs:
        better = row["outcome"].endswith(" is better")
        assert better == (float(row["p_holm"]) < 0.05) == (problem in ("apart", "paired"))


def test_the_table_of_stages_follows_from_the_runs(study: Path) -> None:
    found = {row["problem"]: row for row in table(study, "stages")}
    assert {name: row["outcome"] for name, row in found.items()} == {
        "apart": "enough",
        "paired": "enough",
        "alike": "the most",
        "going": "under way",
        "begun": "under way",
    }
    runs = [run["problem"] for run in table(study, "runs")]
    tests = table(study, "tests")
    for problem, row in found.items():
        look = int(row["look"])
        assert int(row["seeds"]) == (LOOKS[look - 1] if look else 0)
        assert int(row["runs"]) == runs.count(problem)
        own = [each for each in tests if each["problem"] == problem]
        assert int(row["pairs"]) == len(own) == 3
        assert int(row["closed"]) == sum(each["outcome"].endswith("better") for each in own)
        saved = {"apart": 4 * 18, "paired": 3 * 12}  # fast has two backends on the first
        assert int(row["saved"]) == saved.get(problem, 0)
        if look:
            assert float(row["level"]) == pytest.approx(level_at(look, 0.05), rel=5e-3)
            assert float(row["level_holm"]) == pytest.approx(level_at(look, 0.05 / 3), rel=5e-3)


def test_every_sentence_on_stages_follows_from_the_tables(study: Path, texts: Texts) -> None:
    told = {text.partition(": ")[0]: text for text in texts.items}
    for problem, end in ENDS.items():
        assert told[problem].endswith(f" {end}")
    assert "p over all looks" not in told["apart"]
    assert "(Holm-corrected, level 0.05 over all looks)" in told["apart"]
    table_of_stages = table(study, "stages")
    early = [row for row in table_of_stages if int(row["saved"])]
    going = [row for row in table_of_stages if row["outcome"] == "under way"]
    saved = sum(int(row["saved"]) for row in early)
    every = saved + len(table(study, "runs"))
    [text] = [text for text in texts.items if text.startswith("Seeds came in stages")]
    assert text == (
        f"Seeds came in stages: {len(early)} of {len(table_of_stages)} problems took fewer than "
        f"24; {len(going)} under way. That saved {saved} of {every} runs, about "
        f"{3 * saved} s of work."
    )
    assert not any(text.startswith("Too few runs") for text in texts.items)


def test_the_boundary_is_stated_with_its_source(texts: Texts) -> None:
    said = dict(texts.paragraphs)["stages"]
    assert re.match(r"Seeds came in stages, with looks after 6, 12 and 24 seeds, fixed", said)
    assert "Lan and DeMets' spending function after Pocock" in said
    methods = [text for section, text in texts.paragraphs if section == "methods"]
    assert sum("repeated p-value" in text for text in methods) == 1


def test_a_decision_follows_from_the_results_and_not_from_their_order(study: Path) -> None:
    [found] = open_studies(study)
    assert found.stages == Stages(1, LOOKS)
    by_problem = {name: [run for run in found.runs if run.problem["use"] == name] for name in TAKEN}
    for seed in range(3):
        for problem, runs in by_problem.items():
            mixed = random.Random(seed).sample(runs, len(runs))
            stages = Stages(1, LOOKS)
            assert decide(mixed, stages).is_final == (problem in ("apart", "paired"))
            assert decide(mixed, stages) == decide(runs, stages)


@pytest.mark.parametrize(("width", "enough"), [(0.45, True), (0.05, False)])
def test_stages_may_go_on_for_a_narrow_interval(study: Path, width: float, enough: bool) -> None:
    [found] = open_studies(study)
    runs = [run for run in found.runs if run.problem["use"] == "alike"]
    decision = decide(runs, Stages(1, LOOKS, precision=width))
    assert decision.is_final == enough
    assert len(decision.open) + len(decision.closed) == len(list(combinations(ALGORITHMS, 2)))
    assert "A12 to within 0." in [*decision.open, *decision.closed][0]


def test_the_paper_says_how_the_seeds_were_chosen(study: Path) -> None:
    assert main(["export", "paper", str(study)]) == 0
    text = next(study.rglob("paper.md")).read_text(encoding="utf-8")
    assert "looks after 6, 12 and 24 seeds" in " ".join(text.split())


def test_decide_is_asked_by_the_workflow_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions: Sequence[tuple[str, str]] = [
        ("x.json", "is no look; they are in results/<experiment>/looks/"),
        ("looks/none.json", "there is no such look; the workflow asks for them"),
        ("looks/0081fa403486.json", "Invalid JSON"),
    ]
    (tmp_path / "looks").mkdir()
    (tmp_path / "looks" / "0081fa403486.json").write_text("{")
    for name, message in questions:
        assert main(["decide", str(tmp_path / name)]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert len(error.splitlines()) == 1
    (tmp_path / "looks" / "0081fa403486.json").write_text(json.dumps({"runs": {}}))
    assert main(["decide", str(tmp_path / "looks" / "0081fa403486.json")]) == 2
