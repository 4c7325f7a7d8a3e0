"""`evosweep compare`: what stands on the command line, and what a person sees."""

import argparse
import math
import sys
from pathlib import Path

from evosweep.compare.build import build_page
from evosweep.compare.extra import check
from evosweep.compare.numbers.agreement import disagreements
from evosweep.compare.numbers.table import Table, text
from evosweep.compare.page.html import write_page
from evosweep.compare.page.material import Options
from evosweep.compare.page.section import Page
from evosweep.compare.read.missing import add_missing
from evosweep.compare.read.study import Study, open_studies
from evosweep.compare.sections.changes import build_changes
from evosweep.errors import InputError

NEEDED = ("jinja2", "matplotlib", "pandas", "scikit_posthocs", "scipy")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `evosweep compare`."""
    parser.add_argument("results", type=Path, help="results/ or results/<experiment>")
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
        "--config", type=Path, help="the experiment's config: counts and names what is missing"
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
    """Compare, write, print; returns 0. A disagreement of backends is reported, not a failure."""
    check(NEEDED)
    if args.other is not None:
        if args.target is not None or args.config is not None:
            raise InputError("--target and --config are for the comparison of one folder, not two")
        return _changes(args)
    studies = open_studies(args.results)
    if args.config is not None:
        studies = add_missing(studies, args.config)
    options = Options(args.target, args.alpha, args.posthoc)
    for study in studies:
        folder = _folder(args.out, study, len(studies))
        page = build_page(study, options, folder)
        _print(page, write_page(page, folder), "summary")
    return 0


def _changes(args: argparse.Namespace) -> int:
    """The same experiments in two results folders."""
    pairs = pair_studies(open_studies(args.results), open_studies(args.other))
    for before, after in pairs:
        page = build_changes(before, after, args.alpha)
        folder = args.out if args.out else after.folder / "changes"
        folder = folder / after.name if args.out and len(pairs) > 1 else folder
        _print(page, write_page(page, folder), "changes")
    return 0


def pair_studies(before: list[Study], after: list[Study]) -> list[tuple[Study, Study]]:
    """The experiments of two folders that correspond: by name, or the only one of each."""
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
        return study.folder / "comparison"
    return out / study.name if studies > 1 else out


def _print(page: Page, path: Path, shown: str) -> None:
    tables = {table.name: table for table in page.tables()}
    print(f"{page.title}\n{page.subtitle}\n")
    if shown in tables:
        print(text(tables[shown]), end="\n\n")
    for line in page.summary:
        print(f"- {line}")
    _warn(page, tables.get("agreement"))
    print(f"\nReport: {path}", flush=True)


def _warn(page: Page, agreement: Table | None) -> None:
    loud = disagreements(agreement) if agreement else []
    for line in page.alerts:
        if line not in loud:
            print(f"! {line}")
    sys.stdout.flush()
    for line in loud:
        print(f"evosweep: {line}", file=sys.stderr)
