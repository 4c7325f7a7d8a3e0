"""The argument RESULTS, which most commands begin with."""

import argparse
from pathlib import Path

EITHER = "results/ or results/<experiment>"


def add_results(parser: argparse.ArgumentParser, *, meaning: str = EITHER, more: str = "") -> None:
    """Add `results`: a path, `results` if it is left out; `meaning` and `more` are its help."""
    parser.add_argument(
        "results",
        type=Path,
        nargs="?",
        default=Path("results"),
        metavar="RESULTS",
        help=f"{meaning} (default: results){more}",
    )
