"""What documents say of the code is true: the figure, the variables, the files, the links."""

import re
import runpy
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from evosweep.cli import COMMANDS, main

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"EVOSWEEP_[A-Z_]*[A-Z]\b")
NO_VARIABLES = {"EVOSWEEP_PRIVATE"}  # an attribute of the module scoop
SOURCES = ("src", "workflow", "profiles", "tests", "deploy", "Snakefile", "Dockerfile")
_PLACES = ("*.md", "config/*.md", "docs/*.md", "docs/howto/*.md", "docs/gallery/*.md")
PAGES = [page for place in _PLACES for page in sorted(ROOT.glob(place))]


def _place(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_the_figure_of_the_rooms_is_that_of_todays_imports() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_architecture.py"))
    page = (ROOT / "docs" / "architecture.md").read_text()
    assert made["with_figure"](page) == page, "call python docs/make_architecture.py"


def test_every_package_is_a_room_of_the_figure() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    for package in (ROOT / "src" / "evosweep").glob("*/__init__.py"):
        assert f"| `{package.parent.name}/` |" in page


def test_the_page_of_the_commands_says_what_their_help_says() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_commands.py"))
    page = (ROOT / "docs" / "commands.md").read_text()
    assert made["markdown"]() == page, "call make reference"
    assert set(re.findall(r"^### (.+)$", page, re.M)) == set(COMMANDS)


def test_the_page_of_the_builtins_says_what_their_docstrings_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`_facts` of a problem need the packages that it needs: those of the tests."""
    assert main(["list", "--markdown"]) == 0
    page = (ROOT / "docs" / "reference.md").read_text()
    assert capsys.readouterr().out == page, "call make reference"


def test_the_readme_has_the_figures_of_the_page_on_speed() -> None:
    page = (ROOT / "docs" / "speed.md").read_text()
    ratios = [float(text) for text in re.findall(r"^\|.* s \|.* s \| ([\d.]+) \|", page, re.M)]
    (least, most) = re.findall(
        r"\[([\d.]+) to (\d+) times DEAP's\]", (ROOT / "README.md").read_text()
    )[0]
    assert float(least) == min(ratios)
    assert int(most) == round(max(ratios))


def test_the_readme_has_the_numbers_of_the_pages_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs")
    made = runpy.run_path(str(ROOT / "docs" / "make_numbers.py"))
    sys.modules.pop("shown")
    text = (ROOT / "README.md").read_text()
    assert made["with_numbers"](text) == text, "call python docs/make_numbers.py"
    shown = text.partition("<!-- numbers -->")[2].partition("<!-- end of numbers -->")[0]
    pages = "".join((ROOT / "docs" / f"{page}.md").read_text() for page in ("proof", "speed"))
    numbers = re.findall(r"(?<=\| )[\d,.]+(?: ± [\d,.]+)?(?= \|)", shown)
    assert len(numbers) > 20
    assert [number for number in numbers if f"| {number} |" not in pages] == []


def _files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *SOURCES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def _all_files() -> list[Path]:
    """The same without git: Python's and the shell's."""
    below = [path for folder in SOURCES for path in (ROOT / folder).rglob("*.*")]
    files = [path for path in below if path.suffix in (".py", ".sh", ".smk", ".yaml", ".c", ".h")]
    return [*files, *(ROOT / name for name in SOURCES if (ROOT / name).is_file())]


def test_every_variable_is_listed_and_every_listed_one_is_used() -> None:
    files = _files() or _all_files()
    others = [path for path in files if path != Path(__file__)]
    texts = [path.read_bytes().decode(errors="replace") for path in others]
    used = {name for text in texts for name in NAME.findall(text)} - NO_VARIABLES
    listed = set(NAME.findall((ROOT / "docs" / "variables.md").read_text()))
    assert used == listed


@pytest.mark.parametrize("page", PAGES, ids=_place)
def test_a_page_leads_to_files_that_are_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=_place)
def test_no_row_of_a_table_is_torn(page: Path) -> None:
    text = re.sub(r"^ *(```+).*?^ *\1$", "", page.read_text(), flags=re.M | re.S)
    for table in re.findall(r"^\|(?:.+\n)+", text, re.M):
        head, *rows = table.splitlines()
        cells = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
        odd = [row for row, count in zip(rows, cells, strict=True) if count != head.count("|")]
        assert not odd, f"{page.name}: {odd[0]}"


@pytest.mark.parametrize("page", PAGES, ids=_place)
def test_no_sentence_has_become_a_list(page: Path) -> None:
    """`12. ` at the start of a line begins an item; a definition has a line of its own."""
    text = re.sub(r"^ *(```+).*?^ *\1$|^ {4,}[^\n]*$", "", page.read_text(), flags=re.M | re.S)
    items = [int(number) for number in re.findall(r"^ *(\d+)\. ", text, re.M)]
    assert [b for a, b in pairwise([0, *items]) if b not in (1, a + 1)] == []
    assert re.findall(r"^\*\*.+\*\* : .*$", text, re.M) == []


def test_the_walk_of_a_run_names_files_that_are_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text().partition("## The walk")[2]
    package = ROOT / "src" / "evosweep"
    for name in re.findall(r"`([a-z_]+/[a-z_./]*)`", page):
        assert (package / name).exists() or (ROOT / name).exists(), name
