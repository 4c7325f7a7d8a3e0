"""The site of docs/: its example runs, its messages are those of the code, its pages are listed."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.mark.thorough
def test_the_example_of_an_own_algorithm_runs(tmp_path: Path) -> None:
    for name in ("own_algorithm.py", "own-algorithm.yaml"):
        shutil.copy(DOCS / "howto" / name, tmp_path)
    evosweep = [sys.executable, "-m", "evosweep"]
    config = str(tmp_path / "own-algorithm.yaml")
    subprocess.run([*evosweep, "check", config], cwd=tmp_path, check=True, capture_output=True)
    spec = {
        "problem": {"use": "onemax", "params": {"bits": 20}},
        "algorithm": {"use": "own_algorithm:hill_climbing", "params": {"generations": 40}},
        "backend": {"use": "pool", "workers": 2},
        "seed": 1,
        "import_path": ".",
    }
    command = [*evosweep, "run", "--spec", json.dumps(spec), "--out", "run"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    assert record["best"] >= 18
    assert record["evaluations"] == 20 * 41
    assert record["generations"] == 40


@pytest.mark.parametrize("name", ["own_algorithm.py", "own-algorithm.yaml"])
def test_the_page_shows_the_example_that_runs(name: str) -> None:
    page = (DOCS / "howto" / "own-algorithm.md").read_text()
    assert (DOCS / "howto" / name).read_text().strip() in page


def test_the_example_is_as_short_as_the_page_promises() -> None:
    lines = (DOCS / "howto" / "own_algorithm.py").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= 25


def _messages() -> list[str]:
    page = (DOCS / "troubleshooting.md").read_text()
    return re.findall(r"^### `(.+)`$", page, re.M)


@pytest.mark.parametrize("message", _messages())
def test_a_message_of_the_page_is_one_of_the_code(message: str) -> None:
    sources = (path.read_text() for path in (ROOT / "src" / "evosweep").rglob("*.py"))
    # A message is a literal in pieces: joined, it reads as it is printed.
    assert any(message in re.sub(r'"\s*\n\s*f?b?"', "", source) for source in sources)


def test_the_configuration_of_the_site_asks_for_no_font_of_the_network() -> None:
    text = (ROOT / "mkdocs.yml").read_text()
    assert yaml.safe_load(text)["theme"]["font"] is False
