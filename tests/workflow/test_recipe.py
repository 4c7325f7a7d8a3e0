"""The recipe for a comparison before and after an edit does what docs/comparison.md says."""

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

import warm
from workspace import Workspace

ROOT = Path(__file__).parents[2]


def recipe() -> list[str]:
    """The four lines of the recipe, as printed."""
    page = (ROOT / "docs" / "comparison.md").read_text()
    section = page.split("## Before and after a change\n")[1]
    lines = [line.strip() for line in section.strip().split("\n\n")[0].splitlines()]
    assert len(lines) == 4
    return lines


def follow(workspace: Workspace, line: str) -> str:
    """Type a line of the recipe; Snakemake stops before tracking, which is not its subject."""
    line = line.replace("--cores all", "--cores 2 --until compare")
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(
        ["/bin/bash", "-c", line],
        cwd=workspace.folder,
        env=os.environ | {"PATH": path} | warm.evosweep_in_bash(),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def edit(workspace: Workspace) -> None:
    """An edit that changes every run; and receipts that a clock ahead of this one has dated."""
    problem = workspace.folder / "config" / "my_problem.py"
    problem.write_text(problem.read_text().replace("indpb=0.05", "indpb=0.5"))
    later = time.time() + 86400
    for record in workspace.folder.glob("results/study/runs/*/record.json"):
        os.utime(record, (later, later))


def test_four_lines_compare_the_code_before_with_the_code_after(workspace: Workspace) -> None:
    workspace.configure("config/study.yaml", seeds=[1, 2, 3])
    first, copy, again, compare = recipe()
    follow(workspace, first)
    follow(workspace, copy)
    edit(workspace)
    follow(workspace, again)
    assert len(workspace.records()) == 6
    said = follow(workspace, compare)
    assert "0 of 3 pairs of runs end with the same population to the bit." in said
    assert "After: the runs of config/study.yaml" in said
    assert "earlier versions (3 runs)" in said
    changes = workspace.folder / "results" / "study" / "changes"
    with (changes / "changed_runs.csv").open() as file:
        pairs = list(csv.DictReader(file))
    assert all(pair["before_run"] != pair["after_run"] for pair in pairs)
    with (changes / "earlier_after.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 3
