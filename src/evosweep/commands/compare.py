"""`evosweep compare`: its arguments, and its output on the terminal."""

import argparse
import math
import sys
from pathlib import Path
from typing import TextIO

from evosweep.commands.results_argument import add_results
from evosweep.compare.build import build_page
from evosweep.compare.extra import check
from evosweep.compare.numbers.results import for_terminal
from evosweep.compare.numbers.table import text
from evosweep.compare.page.html import write_page
from evosweep.compare.page.material import Options
from evosweep.compare.page.section import Page
from evosweep.compare.read.current import need_current, take_current
from evosweep.compare.read.folders import open_studies
from evosweep.compare.read.grid import Grid, read_config, read_ids, take_asked
from evosweep.compare.read.study import Study
from evosweep.compare.sections.changes import build_changes
from evosweep.errors import InputError, printable
from evosweep.files.opening import output_folder

PLAIN = {"×": "x", "–": "-", "−": "-", "∞": "inf", "µ": "u", "°": "*", "↑": "(max)", "↓": "(min)"}
"""Replacements of signs that the terminal's encoding lacks."""

NEEDED = ("jinja2", "matplotlib", "pandas", "scikit_posthocs", "scipy")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep compare`."""
    add_results(parser)
    parser.add_argument(
        "other", type=Path, nargs="?", help="a second results folder: what has changed since?"
    )
    parser.add_argument(
        "--target", type=_number, metavar="VALUE", help="objective value that counts as success"
    )
    parser.add_argument(
        "--alpha", type=_level, default=0.05, help="significance level (default: 0.05)"
    )
    parser.add_argument(
        "--posthoc",
        choices=("nemenyi", "conover"),
        default="nemenyi",
        help="test after a significant Friedman test (default: nemenyi)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        help="the experiment's config: its runs are compared, and named where they are missing",
    )
    parser.add_argument(
        "--runs",
        type=Path,
        metavar="FILE",
        help="run_ids to compare, one per line, in the place of a config",
    )
    parser.add_argument(
        "--all-versions",
        action="store_true",
        help="compare every version of the code side by side, not the current one alone",
    )
    parser.add_argument(
        "--no-pictures",
        action="store_false",
        dest="pictures",
        help="tables and sentences alone; pictures take most of the time",
    )
    parser.add_argument("--out", type=Path, help="folder to write to (default: in the results)")


def _level(text: str) -> float:
    value = _number(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text}: a significance level lies between 0 and 1")
    return value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text}: is no number; give one such as 0.05")
    return value


def main(args: argparse.Namespace) -> int:
    """Compare, write and print; returns 0, also if backends disagree, which the report states."""
    check(NEEDED)
    if args.other is not None:
        if args.target is not None:
            raise InputError("--target is for the comparison of one folder, not two")
        return _changes(args)
    options = _options(args)
    studies = _current(open_studies(args.results), args)
    for study in studies:
        folder = _folder(args.out, study, len(studies))
        page = build_page(study, options, folder)
        _print(page, write_page(page, folder, inside=_inside(args.out, study)), "results")
    return 0


def _options(args: argparse.Namespace) -> Options:
    return Options(args.target, args.alpha, args.posthoc, args.pictures)


def _current(studies: list[Study], args: argparse.Namespace) -> list[Study]:
    """Return the studies with the runs to compare: the selected ones, or those of newest code."""
    grid = _grid(args)
    if args.all_versions and grid is None:
        return studies
    selected = take_asked(studies, grid) if grid else studies
    return [study if grid and grid.fits(study) else take_current(study) for study in selected]


def _grid(args: argparse.Namespace) -> Grid | None:
    if args.config is not None and args.runs is not None:
        raise InputError("--config and --runs both say what is compared; give one of them")
    if args.runs is not None:
        return read_ids(args.runs)
    return None if args.config is None else read_config(args.config, args.other or args.results)


def _changes(args: argparse.Namespace) -> int:
    """Compare the same experiments in two results folders: the old code and the current code."""
    grid = _grid(args)
    after_all = open_studies(args.other)
    after_all = take_asked(after_all, grid) if grid else after_all
    pairs = pair_studies(open_studies(args.results), after_all)
    for earlier, later in pairs:
        before = need_current(earlier)
        after = later if grid and grid.fits(later) else need_current(later)
        page = build_changes(before, after, _options(args))
        folder = args.out if args.out else output_folder(after.folder, "changes")
        folder = folder / after.name if args.out and len(pairs) > 1 else folder
        _print(page, write_page(page, folder, inside=_inside(args.out, after)), "changes")
    return 0


def pair_studies(before: list[Study], after: list[Study]) -> list[tuple[Study, Study]]:
    """Return the pairs of corresponding experiments: by name, or the only one of each folder."""
    if len(before) == len(after) == 1:
        return [(before[0], after[0])]
    named = {study.name: study for study in before}
    pairs = [(named[study.name], study) for study in after if study.name in named]
    if not pairs:
        listed = ", ".join(sorted({study.name for study in (*before, *after)}))
        raise InputError(f"the two folders have no experiment in common; they have {listed}")
    return pairs


def _folder(out: Path | None, study: Study, studies: int) -> Path:
    if out is None:
        return output_folder(study.folder, "comparison")
    return out / study.name if studies > 1 else out


def _inside(out: Path | None, study: Study) -> Path | None:
    """Return the folder below which no link is followed; None: the one that the user has named."""
    return study.folder if out is None else None


def _print(page: Page, path: Path, shown: str) -> None:
    tables = {table.name: table for table in page.tables()}
    _say(f"{page.title}\n{page.subtitle}\n")
    if shown in tables:
        _say(f"{text(for_terminal(tables[shown]))}\n")
    for line in page.summary:
        _say(f"- {line}")
    for line in page.alerts:
        if line not in page.loud:
            _say(f"! {line}")
    _say(f"\nReport: {path}")
    sys.stdout.flush()
    for line in page.loud:
        _say(f"evosweep: {line}", sys.stderr)


def _say(text: str, stream: TextIO | None = None) -> None:
    """Print a text without control characters, and without signs that the encoding lacks."""
    stream = stream or sys.stdout
    lines = "\n".join(printable(line) for line in text.split("\n"))
    for sign, plain in PLAIN.items():
        if not _encodes(stream, sign):
            lines = lines.replace(sign, plain)
    print(lines, file=stream)


def _encodes(stream: TextIO, sign: str) -> bool:
    try:
        sign.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
