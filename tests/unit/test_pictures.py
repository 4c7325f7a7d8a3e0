"""The pictures in README and docs are there, and no older than what they show."""

import json
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "docs" / "make_pictures.py"))
MADE = json.loads((ROOT / "docs" / "images" / "made.json").read_text())


@pytest.mark.parametrize("picture", SCRIPT["SHOWN"])
def test_a_picture_shows_what_is_there_today(picture: str) -> None:
    assert (ROOT / "docs" / "images" / picture).stat().st_size > 5_000
    assert MADE[picture] == SCRIPT["digest"](picture), "call make pictures"


def test_a_changed_setting_is_noticed_and_a_changed_remark_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "config" / "tour.yaml").read_text()
    before = SCRIPT["digest"]("tour.png")
    (tmp_path / "config").mkdir()
    monkeypatch.setitem(SCRIPT["digest"].__globals__, "ROOT", tmp_path)
    (tmp_path / "config" / "tour.yaml").write_text(f"# a remark\n{text}")
    assert SCRIPT["digest"]("tour.png") == before
    (tmp_path / "config" / "tour.yaml").write_text(text.replace("count: 10", "count: 11"))
    assert SCRIPT["digest"]("tour.png") != before


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))])
def test_every_picture_of_a_page_comes_from_the_script(page: str) -> None:
    shown = re.findall(r"!\[[^\]]*\]\(([^)]*images/[^)]+)\)", (ROOT / page).read_text())
    assert {Path(target).name for target in shown} <= {*SCRIPT["SHOWN"], *SCRIPT["OF_TESTS"]}
