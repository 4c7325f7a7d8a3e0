"""The first argument of most commands: RESULTS."""

import argparse
from pathlib import Path

EITHER = "results/ or results/<experiment>"


def add_results(parser: argparse.ArgumentParser, *, meaning: str = EITHER, more: str = "") -> None:
    """Add the argument `results`, by default the folder `results`, with `meaning` and `more` as
    help."""
    parser.add_argument(
        "results",
        type=Path,
        nargs="?",
        default=Path("results"),
        metavar="RESULTS",
        help=f"{meaning} (default: results){more}",
    )
