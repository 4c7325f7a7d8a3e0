"""The README is true: its problem runs as printed, its links lead somewhere."""

import re
from pathlib import Path

import pytest
from workspace import Workspace

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("config/*.md")]


TUTORIAL = README.partition("<!-- tutorial -->")[2]


def block(language: str, text: str = TUTORIAL) -> str:
    """The first block of that language in the tutorial."""
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found, language
    return found[1]


def test_the_tutorial_ends_in_a_significant_answer(workspace: Workspace) -> None:
    mine = workspace.folder / "mine"
    mine.mkdir()
    (mine / "my_problem.py").write_text(block("python"))
    (mine / "study.yaml").write_text(block("yaml"))
    commands = block("sh").splitlines()
    assert commands[-1] == "evosweep sweep mine/study.yaml"
    process = workspace.start_python("-m", *commands[-1].split(), "--cores", "2")
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    assert "36 runs are done:  results/queens/runs" in output
    [line] = [line for line in output.splitlines() if line.startswith("- queens: ")]
    shown = " ".join(README.partition("    - queens: ")[2].partition("\n    - ")[0].split())
    assert line == f"- queens: {shown}"
    assert "significantly better than" in line
    assert "All backends agree: 6 specs" in output
    records = workspace.records("queens").values()
    assert len({(record["spec_id"], record["population_digest"]) for record in records}) == 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"
