"""Makes the pages of docs/gallery/ from real studies: `python docs/make_gallery_studies.py`.

Each study is swept by the real workflow, in a minute or two of two cores. `[NAME ...]` makes those
pages alone: extend, stages, designs, importance.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from gallery_designs import designs
from gallery_extend import extend
from gallery_importance import importance
from gallery_stages import stages
from gallery_study import GALLERY

MADE = "Made by `python docs/make_gallery_studies.py` from the runs that are described here."

PAGES: dict[str, Callable[[Path], list[str]]] = {
    "extend": extend, "stages": stages, "designs": designs, "importance": importance,
}  # fmt: skip


def main() -> None:
    """Make the pages that are named, or all."""
    for name in sys.argv[1:] or PAGES:
        with tempfile.TemporaryDirectory() as scratch:
            lines = PAGES[name](Path(scratch))
        (GALLERY / f"{name}.md").write_text("\n".join([*lines, MADE, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
