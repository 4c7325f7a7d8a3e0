"""The README is true: its problem runs as printed, its links lead somewhere."""

import re
from pathlib import Path

import pytest
from workspace import Workspace

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("config/*.md")]


def block(language: str) -> str:
    """The first block of that language in the README."""
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found, language
    return found[1]


def test_the_problem_of_the_readme_is_compared(workspace: Workspace) -> None:
    mine = workspace.folder / "mine"
    mine.mkdir()
    (mine / "my_problem.py").write_text(block("python"))
    (mine / "study.yaml").write_text(block("yaml"))
    command = block("sh").splitlines()[-1]
    assert command == "snakemake --cores all --config config=mine/study.yaml"
    output = workspace.snakemake("--config", "config=mine/study.yaml", "runs_per_job=5")
    assert "20 runs are done:  results/queens/runs" in output
    assert (workspace.folder / "results" / "queens" / "comparison" / "report.html").exists()
    records = workspace.records("queens").values()
    assert len(records) == 20
    by_spec = {(record["spec_id"], record["population_digest"]) for record in records}
    assert len(by_spec) == 10, "the backends disagree"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"
