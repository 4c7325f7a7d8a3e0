"""Nothing is written or published through a link that was planted in an experiment's folder."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from evosweep.errors import Damaged
from evosweep.workflow import hooks, places

CONFIG = """
experiment: study
problems: {p: {use: onemax, params: {bits: 10}}}
algorithms: {s: {use: ea_simple}}
backends: {b: {use: serial}}
seeds: [1]
"""
FOLDERS = ("runs", "jobs", "logs", "specs", "sources", "horizons", "comparison", ".calls")
FILES = (
    ".tracked", "asked.txt", "logs/compare.log", "logs/0123456789ab.log", "jobs/0123456789ab.json",
    "specs/0123456789ab.json", "comparison/report.html", "comparison/summary.csv",
)  # fmt: skip


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder as it is after a call of the workflow."""
    for name in (*FOLDERS, "comparison/plots"):
        (tmp_path / "results" / "study" / name).mkdir(parents=True)
    for name in FILES:
        (tmp_path / "results" / "study" / name).write_text("")
    return tmp_path / "results" / "study"


@pytest.mark.parametrize("name", [*FOLDERS, *FILES])
def test_a_planted_link_is_named(study: Path, tmp_path: Path, name: str) -> None:
    places.check(study)
    target = tmp_path / "precious"
    if name in FOLDERS:
        (study / name).rename(target)
    else:
        (study / name).unlink()
        target.write_text("mine")
    (study / name).symlink_to(target)
    with pytest.raises(Damaged, match=f"{name}: is a link or no"):
        places.check(study)
    (study / name).unlink()
    (study / name).symlink_to("/nowhere/at/all")  # a file would be made there
    with pytest.raises(Damaged, match=f"{name}: is a link or no"):
        places.check(study)


def test_a_pipe_in_the_place_of_a_log_is_named(study: Path) -> None:
    os.mkfifo(study / "logs" / "track.log")
    with pytest.raises(Damaged, match=r"logs/track\.log: is a link or no regular file"):
        places.check(study)


def test_the_experiment_s_own_folder_may_be_a_link(study: Path, tmp_path: Path) -> None:
    study.rename(tmp_path / "disk")
    study.symlink_to(tmp_path / "disk")
    places.check(study)
    places.check(tmp_path / "results" / "another")


def test_the_plan_is_not_opened(
    study: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before Snakemake asks for a job, removes a receipt, or makes its own report."""
    monkeypatch.chdir(tmp_path)
    for name in ("PATH", "EVOSWEEP_PARENT", "EVOSWEEP_SETTINGS"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setattr(sys, "argv", ["snakemake"])
    Path("study.yaml").write_text(CONFIG)
    (study / "logs" / "compare.log").unlink()
    (study / "logs" / "compare.log").symlink_to(tmp_path / "study.yaml")
    config = SimpleNamespace(config={}, configfiles=[Path("study.yaml")])
    with pytest.raises(SystemExit) as ended:
        hooks.open_plan(SimpleNamespace(is_main_process=True, config_settings=config))
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("evosweep: error: damaged: results/study: logs/compare.log: is a link")
    assert Path("study.yaml").read_text() == CONFIG
