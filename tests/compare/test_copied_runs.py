"""Copies of run folders, runs that were resumed elsewhere, and clocks that are wrong."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from folders import POOL, SERIAL, Made, history, write_run
from recomputed import rows

from evosweep.cli import main

SPHERE = {"name": "sphere", "use": "mine:sphere"}
GA = {"name": "ga", "use": "ea_simple"}


def run(results: Path, seed: int, **changes: object) -> Path:
    fitness = history(np.random.default_rng(seed), 6, 8, 0.3)
    return write_run(results / "study", Made(SPHERE, GA, SERIAL, seed, fitness, **changes))


def test_a_copied_folder_is_no_second_backend_that_agrees(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    genuine = run(tmp_path, 1)
    shutil.copytree(genuine, genuine.with_name("0" * 12))
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "1 run damaged: named under Failures." in said
    assert "All backends agree" not in said
    (damaged,) = rows(tmp_path / "study/comparison/failures.csv")
    assert damaged["run_id"] == "0" * 12
    assert "a run counts once; remove the copy" in damaged["error"]
    (row,) = rows(tmp_path / "study/comparison/agreement.csv")
    assert row["verdict"] == "single"


def test_a_forged_copy_does_not_replace_the_genuine_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    genuine = run(tmp_path, 1)
    best = json.loads((genuine / "record.json").read_text())["best"]
    for name in ("0" * 12, "f" * 12):
        forged = genuine.with_name(name)
        shutil.copytree(genuine, forged)
        record = json.loads((forged / "record.json").read_text())
        record |= {"best": -1.0, "population_digest": "d" * 64}
        (forged / "record.json").write_text(json.dumps(record))
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    assert "both hold it, with unequal populations" in capsys.readouterr().err
    (row,) = rows(tmp_path / "study/comparison/runs.csv")
    assert float(row["result"]) == best


def test_a_run_that_was_resumed_elsewhere_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fitness = history(np.random.default_rng(1), 6, 8, 0.3)
    run(tmp_path, 1)
    made = Made(SPHERE, GA, POOL, 1, fitness, differs_from=3, mixed=True)
    mixed = write_run(tmp_path / "study", made)
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "! MIXED: 1 run resumed in another environment" in said.out
    assert mixed.name in said.out
    assert "DISAGREE" not in said.out + said.err
    (row,) = rows(tmp_path / "study/comparison/agreement.csv")
    assert row["verdict"] == "mixed"
    marks = {row["run_id"]: row["mixed"] for row in rows(tmp_path / "study/comparison/runs.csv")}
    assert marks[mixed.name] == "true"
    assert sorted(marks.values()) == ["false", "true"]


def test_a_record_of_the_future_is_like_every_other(tmp_path: Path) -> None:
    folder = run(tmp_path, 1)
    later = time.time() + 1e6
    for path in (folder, *folder.iterdir()):
        os.utime(path, (later, later))
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    assert len(rows(tmp_path / "study/comparison/runs.csv")) == 1


def test_a_run_without_a_logbook_is_compared(tmp_path: Path) -> None:
    for seed in range(3):
        (run(tmp_path, seed) / "logbook.parquet").unlink()
        fitness = history(np.random.default_rng(seed), 6, 8, 0.3)
        write_run(tmp_path / "study", Made(SPHERE, GA, POOL, seed, fitness))
    assert main(["compare", "--no-pictures", str(tmp_path)]) == 0
    (row,) = rows(tmp_path / "study/comparison/results.csv")
    assert (row["runs"], row["backends"]) == ("3", "2 backends agree")


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_a_terminal_without_unicode_gets_the_report_too(
    tmp_path: Path, locale: dict[str, str]
) -> None:
    run(tmp_path, 1)
    command = [sys.executable, "-m", "evosweep", "compare", str(tmp_path)]
    environment = {**os.environ, "PYTHONIOENCODING": "", **locale}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert b"serial" in done.stdout
    assert (tmp_path / "study/comparison/report.html").exists()


def test_results_of_two_machines_beside_each_other_are_held_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, digest in (("study", ""), ("study-b", "f" * 64)):
        for seed in (1, 2):
            fitness = np.full((3, 4, 1), float(seed))
            changed = {"digest": digest} if seed == 2 and digest else {}
            made = Made(SPHERE, GA, SERIAL, seed, fitness, **changed)
            write_run(tmp_path / name, made)
    assert main(["compare", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert said.count("DISAGREEMENT: seed 2: run ") == 2
    assert "in study and run " in said
    assert "in study-b are the same, with unequal populations" in said
    assert "seed 1" not in said
    page = (tmp_path / "study-b/comparison/report.html").read_text()
    assert "are the same, with unequal populations" in page
