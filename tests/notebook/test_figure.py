"""The notebook of docs/: a real kernel executes it, and it shows what the page shows."""

import runpy
from pathlib import Path
from typing import Any

import nbformat

DOCS = Path(__file__).parents[2] / "docs"
NOTEBOOK = DOCS / "howto" / "results-to-figure.ipynb"


def texts(node: Any) -> list[str]:
    """What the cells show as text; a figure's has its size in pixels."""
    outputs = (output for cell in node.cells for output in cell.get("outputs", ()))
    return [output.data["text/plain"] for output in outputs if "data" in output]


def test_the_notebook_shows_what_the_page_shows(tmp_path: Path) -> None:
    made = runpy.run_path(str(DOCS / "make_notebook.py"))
    node = made["executed"](NOTEBOOK, tmp_path)
    kept = nbformat.read(NOTEBOOK, as_version=4)
    assert texts(node) == texts(kept)
    assert len(texts(node)) == 4
    pictures = [cell for cell in kept.cells if "image/png" in str(cell.get("outputs"))]
    assert len(pictures) == 1
    assert (tmp_path / "convergence.pdf").read_bytes().startswith(b"%PDF")
    assert len(list((tmp_path / "results" / "figure" / "runs").iterdir())) == 10
