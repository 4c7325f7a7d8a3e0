"""Executes the notebooks of docs/ and keeps what they show: `python docs/make_notebook.py`."""

import sys
import tempfile
from pathlib import Path

import nbclient
import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

DOCS = Path(__file__).parent
NOTEBOOKS = sorted(DOCS.rglob("*.ipynb"))
KEPT = ("text/plain", "image/png")
"""What the site shows of an output."""


def executed(notebook: Path, folder: Path) -> NotebookNode:
    """A notebook as a kernel of this Python executes it in a folder, from its first cell on."""
    node = nbformat.read(notebook, as_version=4)
    with tempfile.TemporaryDirectory(dir="/tmp") as sockets:  # whose paths must be short; no port
        own = {"transport": "ipc", "ip": f"{sockets}/kernel"}
        nbclient.NotebookClient(
            node,
            timeout=None,
            startup_timeout=600,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            config=Config({"KernelManager": own}),
        ).execute()
    return node


def shown(node: NotebookNode) -> NotebookNode:
    """A notebook with what the site shows, and without what differs from one time to the next."""
    node.metadata = {"kernelspec": node.metadata.get("kernelspec", {}),
                     "language_info": {"name": "python"}}  # fmt: skip
    for cell in node.cells:
        cell.metadata = {}
        for output in cell.get("outputs", ()):
            output.pop("metadata", None)
            if "data" in output:
                output.metadata = {}
                output.data = {kind: text for kind, text in output.data.items() if kind in KEPT}
    return node


def main() -> int:
    """Execute each notebook, and write it with its outputs."""
    for notebook in NOTEBOOKS:
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(shown(executed(notebook, Path(folder))), notebook)
    return 0


if __name__ == "__main__":
    sys.exit(main())
