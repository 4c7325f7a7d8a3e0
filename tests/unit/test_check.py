"""`evosweep check` tries what a config names, in processes that may hang or die."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hits import hit, kills
from windows import BUILDING

from evosweep import cli
from evosweep.config import load
from evosweep.config.experiment import Algorithm, Experiment
from evosweep.plugins.builtins import ALGORITHMS
from evosweep.run.trial import problem_mistake
from evosweep.supervision import trials

PROBLEM = """
import os, time
from evosweep.problems.onemax import onemax


def build(how="", seconds=0.0):
    print("a line of the user's")
    toolbox = onemax(bits=5)
    if how == "forgotten":
        return None
    if how == "raises":
        raise KeyError("of the user's")
    if how == "exits":
        os._exit(3)
    if how == "killed":
        os.kill(os.getpid(), 9)
    if how == "text":
        toolbox.register("evaluate", lambda individual: "abc")
    if how == "fails":
        toolbox.register("evaluate", lambda individual: (1 / 0,))
    if how == "slow":
        toolbox.register("evaluate", lambda individual: time.sleep(100))
    return toolbox
"""
EA: dict[str, Any] = {"use": "ea_simple", "params": {"population": 6, "generations": 10**9}}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("check_problem.py").write_text(PROBLEM)


def configure(problems: dict[str, Any], **changes: Any) -> str:
    rest = {"algorithms": {"s": EA}, "backends": {"b": {"use": "serial"}}, "seeds": [1]}
    Path("c.yaml").write_text(
        json.dumps({"experiment": "x", "problems": problems} | rest | changes)
    )
    return "c.yaml"


def mine(how: str) -> dict[str, Any]:
    return {"use": "check_problem:build", "params": {"how": how}}


@kills(BUILDING)
def test_every_mistake_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    config = configure(
        {
            "range": {"use": "bbob", "params": {"function": 99, "instance": 1, "dimension": 2}},
            "negative": {"use": "onemax", "grid": {"bits": [10, -5, 1]}},
            "text": {"use": "onemax", "params": {"bits": "10"}},
        }
        | {how: mine(how) for how in ("forgotten", "raises", "exits", "killed", "fails")},
        algorithms={
            "s": {"use": "ea_simple", "grid": {"population": [6, -3]}},
            "n": {"use": "nsga2", "params": {"population": 8, "generations": 1}},
        },
    )
    assert cli.main(["check", config]) == 2
    error = capsys.readouterr().err
    for line in (
        "problems.range: function must be from 1 to 24, not 99",
        "problems.negative (bits=-5): bits must be 2 or more, not -5",
        "problems.negative (bits=1): bits must be 2 or more, not 1",
        "problems.text: bits must be an integer, not '10'",
        "problems.forgotten: problem check_problem:build returned None (is `return toolbox`",
        """problems.raises: KeyError: "of the user's" (check_problem.py, line 12)""",
        "problems.exits: the process that tried it was ended with exit code 3",
        "problems.killed: the process that tried it was killed by SIGKILL",
        "problems.fails: its evaluation fails: ",
        "algorithms.s (population=-3) with negative, fails: population must be 1 or more, not -3",
        "algorithms.n with negative, fails: nsga2 needs a problem of two objectives",
    ):
        assert line in error, line
    hit(BUILDING)  # as a line says
    assert all(line.isprintable() for line in error.splitlines())
    assert not Path("results").exists()


@pytest.mark.thorough
def test_mistakes_of_form_and_of_value_are_told_together(
    capsys: pytest.CaptureFixture[str],
) -> None:
    problems = {
        "misspelled": {"use": "onemax", "params": {"bit": 5}},
        "negative": {"use": "onemax", "params": {"bits": -5}},
        "elsewhere": {"use": "nowhere:build"},
    }
    algorithms = {"s": EA, "none": {"use": "os:system"}, "low": EA | {"params": {"population": -3}}}
    config = configure(problems, algorithms=algorithms, seeds=0, typo=1)
    assert cli.main(["check", config]) == 2
    error = capsys.readouterr().err
    for line in (
        "c.yaml: 7 mistakes",
        "  seeds: should be",
        "  typo: unknown key",
        "  problems.misspelled.params.bit: ",
        "  problems.elsewhere.use: ",
        "  algorithms.none.use: 'os:system'",
        "  problems.negative: bits must be 2 or more, not -5",
        "  algorithms.low: population must be 1 or more, not -3",
    ):
        assert line in error, line


OWN_ALGORITHM = """
def search(toolbox, *, statistics, hall_of_fame, size=5, needs=""):
    if size < 2:
        raise ValueError(f"size should be 2 or more, not {size}")
    getattr(toolbox, needs or "population")
    population = toolbox.population(n=size)
    for individual in population:
        individual.fitness.values = toolbox.evaluate(individual)
    return population
"""


@pytest.mark.thorough
def test_a_mistake_hides_behind_no_other_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Values of a problem are told where every algorithm is unknown, and the other way round."""
    Path("own_search.py").write_text(OWN_ALGORITHM)
    problems = {"fails": mine("fails"), "exits": mine("exits"), "good": mine("")}
    wrong = {"unknown": {"use": "ea_simpel"}}
    assert cli.main(["check", configure(problems, algorithms=wrong)]) == 2
    error = capsys.readouterr().err
    assert "c.yaml: 3 mistakes" in error
    assert "algorithms.unknown.use: unknown algorithm" in error
    assert "problems.fails: its evaluation fails" in error
    assert "problems.exits: the process that tried it was ended with exit code 3" in error

    algorithms = {
        "low": {"use": "ea_simple", "grid": {"population": [6, -3]}},
        "small": {"use": "own_search:search", "grid": {"size": [1, 2]}},
        "fitting": {"use": "own_search:search", "params": {"needs": "points"}},
        "front": {"use": "nsga2", "params": {"population": 8}},
    }
    for problem, own in (({"use": "onemaks"}, "use: unknown problem"), (mine("raises"), "KeyErr")):
        assert cli.main(["check", configure({"p": problem}, algorithms=algorithms)]) == 2
        error = capsys.readouterr().err
        assert "c.yaml: 3 mistakes" in error
        assert own in error
        assert "algorithms.low (population=-3): population must be 1 or more, not -3" in error
        assert "algorithms.small (size=1): ValueError: size should be 2 or more, not 1" in error


@pytest.mark.parametrize("name", ["a$x", "..", "p" * 300])
def test_what_has_a_wrong_name_is_not_tried_too(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be told again, in the words of the process that cannot take it."""
    assert cli.main(["check", configure({name: {"use": "onemax"}}, algorithms={name: EA})]) == 2
    error = capsys.readouterr().err
    assert "c.yaml: 2 mistakes" in error
    assert error.count("is not a name") == 2
    assert "process" not in error


def test_a_problem_is_evaluated_where_its_algorithms_are_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    low = {"use": "ea_simple", "params": {"population": -3}}
    assert cli.main(["check", configure({"p": mine("fails")}, algorithms={"low": low})]) == 2
    error = capsys.readouterr().err
    assert "algorithms.low with p: population must be 1 or more, not -3" in error
    assert "problems.p: its evaluation fails" in error


@pytest.mark.thorough
def test_no_algorithm_is_wrong_for_lack_of_a_problem_that_fits_it() -> None:
    algorithms = {name: Algorithm(use=name) for name in sorted(ALGORITHMS)}
    experiment = Experiment.of_parts({}, algorithms, ".")
    assert trials.try_out(experiment, 120).mistakes == []
    for specs in trials.standins.Tried(experiment, []).algorithms_left():
        assert problem_mistake(specs[0]) == ""


def test_nothing_is_built_where_that_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    config = configure({"p": mine("exits")})
    assert cli.main(["check", config, "--no-build"]) == 0
    assert "1 runs" in capsys.readouterr().out
    assert "check_problem" not in sys.modules


@pytest.mark.thorough
def test_a_slow_evaluation_is_no_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    config = configure({"p": mine("slow"), "q": mine("")})
    assert cli.main(["check", config, "--limit", "8"]) == 0
    captured = capsys.readouterr()
    assert "problems.p: its first evaluation takes longer than the time limit" in captured.err
    assert "problems.q" not in captured.err
    assert "a line of the user's" not in captured.out + captured.err


def test_what_a_container_has_is_not_built_here(capsys: pytest.CaptureFixture[str]) -> None:
    config = configure({"p": mine("exits")}, container={"engine": "docker"})
    assert cli.main(["check", config]) == 0
    assert "in containers, so nothing is built here" in capsys.readouterr().err


def test_only_what_is_selected_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = {"p": mine("exits"), "q": {"use": "onemax", "grid": {"bits": [5, 6, 7]}}}
    config = configure(problems, exclude=[{"problem": "p"}, {"bits": 7}])
    chosen = trials._chosen(load.load(config))
    assert {name: len(specs) for name, specs in chosen.items()} == {"q": 2}
    monkeypatch.setattr(trials.standins, "MOST", 1)
    findings = trials.try_out(load.load(config), 60)
    assert findings.notes == ["problems.q: 1 of 2 variants were tried"]
    assert not findings.mistakes


@pytest.mark.parametrize("text", ["0", "-1", "x", "nan", "inf"])
def test_a_limit_is_a_number_of_seconds(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["check", "c.yaml", "--limit", text])
    assert "is no number of seconds" in capsys.readouterr().err


@pytest.mark.thorough
def test_an_estimate_is_made_by_a_probe_and_then_by_receipts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    algorithm = {"use": "ea_simple", "params": {"population": 50, "generations": 10}}
    config = configure(
        {"slow": {"use": "check_problem:build", "params": {"pause": 0.02}}, "fast": mine("")},
        algorithms={"s": algorithm},
        seeds=[1, 2],
    )
    Path("check_problem.py").write_text(
        PROBLEM.replace('how="",', 'how="", pause=0,').replace(
            "    return toolbox\n",
            "    slow = lambda i: (time.sleep(pause), (1,))[1]\n"
            '    if pause:\n        toolbox.register("evaluate", slow)\n    return toolbox\n',
        )
    )
    assert cli.main(["check", config, "--estimate", "--cores", "2"]) == 0
    said = capsys.readouterr().out
    assert "4 runs (2 configurations on their backends, 2 seeds each)" in said
    assert "on 2 cores for 4 runs; on 1 core about" in said
    assert "(slow s b)" in said
    assert cli.main(["check", config, "--estimate", "--no-build"]) == 0
    assert (
        "not counted, for nothing is known of them: slow s b, fast s b" in capsys.readouterr().out
    )
    assert cli.main(["check", config, "--cores", "2"]) == 2
    assert "--cores N: needs --estimate" in capsys.readouterr().err
