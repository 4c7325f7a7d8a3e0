"""The pictures in README and docs are there, and no older than what they show."""

import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
SHOWN = runpy.run_path(str(ROOT / "docs" / "shown.py"))
NAMES = SHOWN["PICTURES"]
REPORT = ("report_top", "report_problem")
IMAGE = re.compile(r"!\[[^\]]*\]\((?!https?:)([^)]+)\)")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
pytestmark = pytest.mark.xdist_group("pictures")  # which makes the example's runs once


@pytest.mark.thorough
@pytest.mark.parametrize("picture", NAMES)
def test_a_picture_shows_what_is_there_today(picture: str) -> None:
    assert (IMAGES / picture).stat().st_size > 5_000
    assert SHOWN["made"]()[picture] == SHOWN["of"](picture), "call make pictures"


def test_a_changed_setting_is_noticed_and_a_changed_remark_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "config" / "tour.yaml").read_text()
    before = list(SHOWN["settings"]("config/tour.yaml"))
    (tmp_path / "config").mkdir()
    monkeypatch.setitem(SHOWN["settings"].__globals__, "ROOT", tmp_path)
    (tmp_path / "config" / "tour.yaml").write_text(f"# a remark\n{text}")
    assert list(SHOWN["settings"]("config/tour.yaml")) == before
    (tmp_path / "config" / "tour.yaml").write_text(text.replace("count: 10", "count: 11"))
    assert list(SHOWN["settings"]("config/tour.yaml")) != before


@pytest.mark.parametrize(
    "part",
    [
        *(pytest.param(name, marks=pytest.mark.thorough) for name in REPORT),
        *("mlflow_run", "terminal"),
    ],
)
def test_what_a_picture_shows_is_read_from_the_code_that_shows_it(part: str) -> None:
    texts = list(SHOWN[part]())
    assert len(texts) > 4
    words = " ".join(texts)
    assert "queens" in words or "onemax" in words


def test_every_picture_is_on_a_page_and_every_picture_of_a_page_is_there() -> None:
    """Those in docs/images come from `make pictures`."""
    targets = ((page, found) for page in PAGES for found in IMAGE.findall(page.read_text()))
    files = {(page.parent / target).resolve() for page, target in targets}
    there = {path for path in (ROOT / "docs").rglob("*") if path.suffix in (".png", ".svg")}
    assert files == there
    assert {path for path in there if path.parent == IMAGES} == {IMAGES / name for name in NAMES}


def gallery() -> dict[str, Any]:
    """The names of docs/make_gallery.py, which imports another file of its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "docs")
        made = runpy.run_path(str(ROOT / "docs" / "make_gallery.py"))
        sys.modules.pop("shown")
    return made


def test_the_gallery_shows_the_runs_of_its_configs_and_says_what_they_gave() -> None:
    made = gallery()
    known = made["known"]()
    for one in made["ENTRIES"]:
        assert known[one.name]["shown"] == one.digest(), f"call make gallery: {one.title}"
    page = (ROOT / "docs" / "gallery.md").read_text()
    assert page.endswith(made["sections"](known)), "call make gallery"
