"""This workflow as a Snakemake module in somebody's own, as docs/workflow.md shows it."""

import re
from pathlib import Path
from textwrap import dedent

from workspace import Workspace

PAGE = Path(__file__).parents[2] / "docs" / "workflow.md"


def _shown() -> str:
    """The page's Snakefile."""
    blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", PAGE.read_text(), re.M)
    return dedent(next(block for block in blocks if "module experiments:" in block))


def test_the_workflow_on_the_page_runs_the_grid_and_its_own_rule(workspace: Workspace) -> None:
    (workspace.folder / "Snakefile").write_text(_shown())
    output = workspace.snakemake()
    assert "2 runs are done" in output
    table = (workspace.folder / "paper" / "summary.csv").read_text()
    assert table.startswith("problem,algorithm")
    folder = workspace.folder / "results" / "study"
    assert not list(folder.glob(".calls/*"))
