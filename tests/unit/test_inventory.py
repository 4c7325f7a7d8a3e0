"""What results hold beside what a config asks for: the nearest runs, and those to be removed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evosweep import cli
from evosweep.backends.table import create
from evosweep.config import grid, load
from evosweep.inventory.facts import facts_of
from evosweep.inventory.holdings import Holdings
from evosweep.plugins import search, sources
from evosweep.processes.lock import Lock
from evosweep.records.folder import RunFolder
from evosweep.records.reading import read_record
from evosweep.records.source_copies import keep_sources
from evosweep.run.attempt import run_one

PROBLEM = '''"""Ones."""
from evosweep.problems.onemax import onemax


def build(bits, unit=1):
    scale = 3
    return onemax(bits=bits)
'''
EA: dict[str, Any] = {"use": "ea_simple", "params": {"population": 4, "generations": 1}}
CONFIG: dict[str, Any] = {
    "experiment": "study",
    "problems": {"ones": {"use": "inventory_problem:build", "grid": {"bits": [4, 5]}}},
    "algorithms": {"simple": EA},
    "backends": {"serial": {"use": "serial"}},
    "seeds": [1, 2],
}
RUNS = Path("results/study/runs")


def forget() -> None:
    for cached in (sources._digest, sources.file_digest, sources.tree, search._find):
        cached.cache_clear()


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The four runs of a config, done in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    forget()
    Path("inventory_problem.py").write_text(PROBLEM)
    configure()
    with create("serial") as backend:
        for spec in grid.expand(load.load("study.yaml")):
            folder = RunFolder(RUNS / spec.run_id)
            keep_sources(spec, folder.sources)
            run_one(spec, folder, backend)
    yield
    sys.modules.pop("inventory_problem", None)
    forget()


def configure(**changes: Any) -> None:
    Path("study.yaml").write_text(json.dumps(CONFIG | changes))


def edit(old: str, new: str) -> None:
    """Edit the problem, as between two calls of the command."""
    file = Path("inventory_problem.py")
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    forget()


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert cli.main(words) == code
    return capsys.readouterr().out


def test_a_complete_study_has_nothing_to_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "why", "study.yaml") == "every run of study is there\n"
    edit('"""Ones."""', '"""All of\n\n  them."""  # really')
    assert told(capsys, "why", "study.yaml") == "every run of study is there\n"


def test_an_edited_source_is_shown_with_its_lines_once(capsys: pytest.CaptureFixture[str]) -> None:
    edit("scale = 3", "scale = 4")
    out = told(capsys, "why", "study.yaml")
    assert out.count("source of the problem: edited") == 2
    assert out.count("    -    scale = 3\n    +    scale = 4\n") == 1
    assert out.count("as shown above") == 1
    assert "ones(bits=4) simple serial, seeds 1-2: not there" in out
    assert "algorithm" not in out


def test_a_source_that_was_not_kept_is_said_to_be_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for copy in Path("results/study/sources").iterdir():
        copy.rename(copy.with_name("elsewhere" + copy.name))
    edit("scale = 3", "scale = 4")
    assert "that source was not kept" in told(capsys, "why", "study.yaml")


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"seeds": [1, 2, 9]}, ["seed: 9, there 2"]),
        (
            {"algorithms": {"s": EA | {"params": {"population": 4, "generations": 2}}}},
            ["algorithm.params.generations: 2, there 1"],
        ),
        (
            {"algorithms": {"s": EA | {"params": {"population": 4.0, "generations": 1}}}},
            ["algorithm.params.population: 4.0, there 4"],
        ),
        ({"backends": {"p": {"use": "pool", "workers": 3}}},
         ['backend.use: "pool", there "serial"', "backend.workers: 3, there not given"]),
        (
            {"problems": {"ones": {"use": "inventory_problem:build", "params": {"bits": 4},
                                   "stochastic": True}}},
            ["problem.stochastic: true, there not given"],
        ),
        (
            {"algorithms": {"s": EA | {"stop": {"evaluations": 7}}}},
            ["algorithm.stop.evaluations: 7, there not given"],
        ),
    ],
)  # fmt: skip
def test_what_differs_is_named(
    changes: dict[str, Any], lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    configure(**changes)
    first = told(capsys, "why", "study.yaml").split(": not there\n")[1].splitlines()
    assert first[0].startswith("  nearest: ")
    assert [line.strip() for line in first[1 : 1 + len(lines)]] == lines


def test_a_run_is_explained_by_its_nearest_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    for word in (str(next(RUNS.iterdir())), next(RUNS.iterdir()).name):
        out = told(capsys, "why", word)
        assert out.startswith(next(RUNS.iterdir()).name)
        assert "seed: " in out
        assert "problem.params" not in out


def test_a_run_alone_has_no_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    first, *others = sorted(RUNS.iterdir())
    for other in others:
        (other / "record.json").unlink()
    assert "no other run of the experiment is there" in told(capsys, "why", str(first))


def test_the_nearest_is_found_among_many() -> None:
    """Checked against a search through all pairs of runs."""
    specs = list(grid.expand(load.load("study.yaml")))
    holdings = Holdings.read(RUNS)
    for spec in specs:
        near = holdings.nearest(facts_of(spec, spec.sources), spec.seed)
        assert near is not None
        assert near.run_id == spec.run_id
        other = holdings.nearest(facts_of(spec, spec.sources), spec.seed, but=spec.run_id)
        assert other is not None
        assert other.group.facts == facts_of(spec, spec.sources)
        assert other.seed != spec.seed


def test_prune_lists_and_deletes_what_nothing_asks_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert "0 runs" in told(capsys, "prune", "study.yaml")
    configure(problems={"ones": CONFIG["problems"]["ones"] | {"grid": {"bits": [4]}}})
    out = told(capsys, "prune", "study.yaml")
    assert out.count("(not in the grid)") == 2
    assert len(list(RUNS.iterdir())) == 4
    edit("scale = 3", "scale = 4")
    out = told(capsys, "prune", "study.yaml")
    assert out.count("(earlier version of the code)") == 2
    edit("scale = 4", "scale = 3")
    told(capsys, "prune", "study.yaml", "--delete")
    kept = {spec.run_id for spec in grid.expand(load.load("study.yaml"))}
    assert {path.name for path in RUNS.iterdir()} == kept
    assert told(capsys, "why", "study.yaml") == "every run of study is there\n"


def test_prune_removes_links_and_follows_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "data").write_text("mine")
    configure(seeds=[1])
    seeds = {path: read_record(RunFolder(path)).spec["seed"] for path in RUNS.iterdir()}
    gone = [path for path, seed in seeds.items() if seed == 2]
    (gone[0] / "link").symlink_to(precious)
    (RUNS / "0123456789ab").symlink_to(precious)
    (RUNS / "notes").mkdir()
    told(capsys, "prune", "study.yaml", "--delete")
    assert not any(path.exists() for path in gone)
    assert (precious / "data").read_text() == "mine"
    assert (RUNS / "0123456789ab").is_symlink()
    assert (RUNS / "notes").is_dir()


def test_prune_does_not_work_through_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    RUNS.rename(tmp_path / "elsewhere")
    RUNS.symlink_to(tmp_path / "elsewhere")
    configure(seeds=[7])
    assert cli.main(["prune", "study.yaml", "--delete"]) == 2
    assert "links are not followed" in capsys.readouterr().err
    assert len(list((tmp_path / "elsewhere").iterdir())) == 4


def test_prune_leaves_a_locked_run_and_a_working_experiment(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(seeds=[7])
    busy = sorted(RUNS.iterdir())[0]
    with Lock(RunFolder(busy).lock, "a run"):
        assert cli.main(["prune", "study.yaml", "--delete"]) == 1
    assert "works on it" in capsys.readouterr().err
    assert list(RUNS.iterdir()) == [busy]
    with Lock(RUNS.parent / ".snakemake.lock", "an experiment"):
        assert cli.main(["prune", "study.yaml", "--delete"]) == 75
    assert busy.is_dir()


def test_a_removal_that_was_interrupted_is_finished(capsys: pytest.CaptureFixture[str]) -> None:
    half = sorted(RUNS.iterdir())[0]
    half.rename(RUNS / f".{half.name}.removed")
    assert "its removal was interrupted" in told(capsys, "prune", "study.yaml")
    told(capsys, "prune", "study.yaml", "--delete")
    assert len(list(RUNS.iterdir())) == 3


def test_damaged_runs_end_neither_command(capsys: pytest.CaptureFixture[str]) -> None:
    damaged = sorted(RUNS.iterdir())[0]
    (damaged / "record.json").write_text("{")
    assert "not there" in told(capsys, "why", "study.yaml")
    configure(seeds=[7])
    assert "(unfinished, or damaged)" in told(capsys, "prune", "study.yaml")


@pytest.mark.thorough
def test_neither_command_imports_what_the_config_names() -> None:
    edit("scale = 3", "scale = 3\n    1 / 0")
    Path("inventory_problem.py").write_text("raise SystemExit('imported')\n" + PROBLEM)
    for command in ("why", "prune"):
        done = subprocess.run(
            [sys.executable, "-m", "evosweep", command, "study.yaml"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "imported" not in done.stderr
