"""The captions of Snakemake's report: each is there, and is reStructuredText without a mistake."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CAPTIONS = sorted((ROOT / "workflow" / "report").glob("*.rst"))


def test_every_caption_that_the_workflow_names_is_there_and_used() -> None:
    text = (ROOT / "Snakefile").read_text() + (ROOT / "workflow/rules/compare.smk").read_text()
    assert set(re.findall(r"report/(\w+\.rst)", text)) == {path.name for path in CAPTIONS}


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_a_caption_is_clean(path: Path) -> None:
    core = pytest.importorskip("docutils.core")
    settings = {"report_level": 1, "halt_level": 1, "warning_stream": False}
    html = core.publish_parts(path.read_text(), writer="html5", settings_overrides=settings)
    assert "<p>" in html["body"]
