"""`evosweep bundle`: write one zip of results that can be read on any machine."""

import argparse
from pathlib import Path

from evosweep.commands.results_argument import add_results
from evosweep.compare.read.folders import open_studies
from evosweep.errors import InputError, printable
from evosweep.export.bundle import write_bundle


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep bundle`."""
    add_results(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="zip to write (default: bundle.zip in RESULTS)"
    )


def main(args: argparse.Namespace) -> int:
    """Write the zip and print what it contains; returns 0."""
    studies = [study for study in open_studies(args.results) if study.runs]
    path = args.out or args.results / "bundle.zip"
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise InputError(f"{path}: give the name of a file in a folder that is there")
    if not studies:
        raise InputError(f"{args.results}: no run has finished, so there is nothing to bundle")
    count = write_bundle(studies, path)
    size = path.stat().st_size / 1e6
    print(printable(f"{path}: {count} files, {size:.3g} MB; unpack it and open index.html"))
    return 0
