"""Seeds in stages: what a config may say, and which runs are asked for as answers come."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from evosweep import cli
from evosweep.config import grid, load
from evosweep.config.stages import Stages
from evosweep.errors import InputError
from evosweep.inventory.look_note import LookNote, read_look
from evosweep.inventory.stages import Comparison, asked, comparisons_of

STAGED: dict[str, Any] = {"first": 3, "at_least": 4, "at_most": 16, "until": "decided", "looks": 3}
CONFIG: dict[str, Any] = {
    "experiment": "staged",
    "problems": {"onemax": {"use": "onemax", "grid": {"bits": [10, 20]}}},
    "algorithms": {"simple": {"use": "ea_simple"}, "random": {"use": "random_search"}},
    "backends": {"serial": {"use": "serial"}},
    "seeds": STAGED,
}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(**changes: Any) -> Path:
    path = Path("config.yaml")
    path.write_text(json.dumps(CONFIG | changes))
    return path


def stages(**changes: Any) -> Stages:
    seeds = load.load(write(seeds=STAGED | changes)).seeds
    assert isinstance(seeds, Stages)
    return seeds


def test_looks_are_fixed_by_the_config_alone() -> None:
    assert stages().looks == (4, 8, 16)
    assert stages(at_least=5, at_most=50, looks=5).looks == (5, 9, 16, 28, 50)
    assert stages(at_least=2, at_most=4, looks=20).looks == (2, 3, 4)
    assert stages(looks=[4, 5, 16]).looks == (4, 5, 16)
    assert list(stages())[::15] == [3, 18]
    assert list(stages().upto(2)) == list(range(3, 11))
    assert stages(until={"precision": 0.1}).precision == 0.1


def test_every_seed_up_to_the_most_has_the_name_that_it_has_in_a_list() -> None:
    staged = [run.run_id for run in grid.expand(load.load(write()))]
    listed = [run.run_id for run in grid.expand(load.load(write(seeds=list(range(3, 19)))))]
    assert staged == listed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"until": "certain"}, "should be decided or {precision: half a width between 0 and 0.5}"),
        ({"until": {"precision": 2}}, "should be decided or {precision: half a width"),
        ({"at_least": 1}, "at_least: should be greater than or equal to 2, not 1"),
        ({"at_most": 4}, "at_most is 4, and at_least 4: it has to be more"),
        ({"at_most": 10**400}, "at_most: should be less than or equal to 4294967296"),
        ({"first": 2**32 - 1}, "a seed is a whole number from 0 to 4294967295, not 4294967310"),
        ({"looks": 1}, "looks: should be 2 to 20, or as many ascending numbers of seeds, not 1"),
        ({"looks": [4, 4, 16]}, "ascending numbers of seeds, not [4, 4, 16]"),
        ({"looks": [5, 16]}, "looks go from 5 to 16, and have to go from at_least, 4, to at_most"),
        ({"spending": "all"}, "spending: should be 'pocock' or 'obrien_fleming', not 'all'"),
        ({"count": 9}, "count: unknown key; allowed: first, at_least, at_most, until, looks"),
    ],
)
def test_a_mistake_is_told_in_a_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as refused:
        load.load(write(seeds=STAGED | changes))
    assert message in str(refused.value)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        load.load(write(seeds={"at_least": 1, "until": 3, "looks": 1}, tracing=1))
    text = str(refused.value)
    for key in ("at_least: ", "at_most: missing", "until: ", "looks: ", "tracing: "):
        assert key in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"algorithms": {"simple": {"use": "ea_simple"}}},
            "onemax(bits=10) has one algorithm, and nothing to decide; give a count",
        ),
        (
            {"only": [{"algorithm": "simple"}, {"algorithm": "random", "seed": [3, 4]}]},
            "only and exclude leave 2 of 16 seeds of an algorithm on onemax(bits=10)",
        ),
    ],
)
def test_a_problem_that_stages_cannot_compare_is_told(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as refused:
        load.load(write(**changes))
    assert message in str(refused.value)


def test_a_backend_that_only_repeats_may_have_few_seeds() -> None:
    backends = {"serial": {"use": "serial"}, "pool": {"use": "pool", "workers": 2}}
    only = [{"backend": "serial"}, {"backend": "pool", "seed": [3, 9]}]
    experiment = load.load(write(backends=backends, only=only))
    first, second = comparisons_of(experiment)
    assert len(first.runs()) == len(second.runs()) == 2 * 4 + 2 * 1


def test_what_a_problem_compares_is_one_comparison() -> None:
    problems = {"onemax": {"use": "onemax", "grid": {"bits": [10, 20]}, "compare": ["bits"]}}
    [comparison] = comparisons_of(load.load(write(problems=problems)))
    assert len(comparison.members) == 4
    assert comparison.look().compare == ["bits"]


def finish(comparison: Comparison) -> None:
    """Make a receipt for each run that is asked for and has none."""
    for run_id in comparison.runs():
        folder = comparison.folder / "runs" / run_id
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "record.json").exists():
            (folder / "record.json").touch()


def answer(comparison: Comparison, *, final: bool) -> LookNote:
    note = comparison.look().model_copy(update={"is_final": final})
    note.write(comparison.folder)
    return note


def test_a_stage_follows_from_the_runs_and_the_answer_of_the_one_before() -> None:
    first, second = comparisons_of(load.load(write()))
    assert not first.advance()
    answer(first, final=False)
    assert not first.advance(), "its runs are not there"
    finish(first)
    answer(first, final=False)
    assert first.advance()
    assert (first.stage, first.is_decided) == (2, False)
    assert len(first.runs()) == 2 * 8
    finish(first)
    answer(first, final=True)
    assert first.advance()
    assert (first.stage, first.is_decided) == (2, True)
    assert not second.advance()

    experiment = load.load(write())
    assert len(list(asked(experiment))) == 2 * 8 + 2 * 4
    again, _ = comparisons_of(experiment)
    assert again.advance()
    assert again.reached().is_over


def test_an_answer_is_worth_nothing_once_its_runs_have_changed() -> None:
    comparison, _ = comparisons_of(load.load(write()))
    finish(comparison)
    path = answer(comparison, final=True).path(comparison.folder)
    os.utime(path, (1, 1))
    assert not comparison.advance()
    answer(comparison, final=True)
    lost = next(iter(comparison.runs()))
    (comparison.folder / "runs" / lost / "record.json").unlink()
    assert not comparison.advance()


@pytest.mark.parametrize("text", ["", "{", '{"problem": "x"}', '{"is_final": true}'])
def test_a_damaged_answer_is_no_answer(text: str) -> None:
    comparison, _ = comparisons_of(load.load(write()))
    finish(comparison)
    path = answer(comparison, final=True).path(comparison.folder)
    path.write_text(text)
    assert not comparison.advance()
    with pytest.raises(InputError):
        read_look(path)


def test_more_seeds_or_other_looks_ask_another_question() -> None:
    experiment = load.load(write())
    comparison, _ = comparisons_of(experiment)
    finish(comparison)
    answer(comparison, final=True)
    for changes in ({"at_most": 32}, {"spending": "obrien_fleming"}, {"looks": [4, 16]}):
        other, _ = comparisons_of(load.load(write(seeds=STAGED | changes)))
        assert not other.advance()


def test_check_says_how_many_seeds_there_may_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--no-build", str(write())]) == 0
    text = capsys.readouterr().out
    assert "16 to 64 runs (4 configurations on their backends, as many seeds as each" in text
    assert "looks at 4, 8, 16, until every pair is decided" in text


def test_check_plans_the_power(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--no-build", "--power", "0.8", str(write(seeds=[1, 2, 3]))]) == 0
    text = capsys.readouterr().out
    assert "onemax(bits=10) and onemax(bits=20): 1 pair of algorithms, power 0.8 at level" in text
    assert "A12 0.71 (large): 30 seeds" in text
    assert "the 3 seeds of this config find no effect that often" in text
    plan = ["check", "--no-build", "--power", "0.8", "--a12", "0.8", str(write())]
    assert cli.main(plan) == 0
    text = capsys.readouterr().out
    assert "A12 0.8: 15 seeds; in these stages, up to 16: power 0." in text


@pytest.mark.parametrize(
    "words", [["--power", "1"], ["--power", "x"], ["--a12", "0.8"], ["--power", "0.8", "--a12=0.4"]]
)
def test_a_plan_of_nonsense_is_refused(words: list[str]) -> None:
    try:
        code = cli.main(["check", "--no-build", *words, str(write())])
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code == 2


def test_prune_keeps_seeds_that_were_not_needed(capsys: pytest.CaptureFixture[str]) -> None:
    experiment = load.load(write())
    for run in grid.expand(experiment):
        (experiment.folder / "runs" / run.run_id).mkdir(parents=True)
    assert cli.main(["prune", str(write())]) == 0
    assert capsys.readouterr().out.startswith("0 runs")
