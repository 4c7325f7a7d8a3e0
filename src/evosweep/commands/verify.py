"""`evosweep verify`: check all documents of runs, and receipts against the files beside them."""

import argparse
from collections import Counter

from evosweep.commands.results_argument import add_results
from evosweep.errors import InputError, printable
from evosweep.records.folder import find_runs
from evosweep.run.verification import verify


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep verify`."""
    add_results(parser, meaning="results, or one experiment")
    parser.add_argument(
        "--all", action="store_true", help="also say what could not be checked, run by run"
    )


def main(args: argparse.Namespace) -> int:
    """Print one line for each mistake; returns 0 if there is none, else 1."""
    counts: Counter[str] = Counter()
    for folder in find_runs(args.results):
        counts["folders"] += 1
        findings = verify(folder)
        for reason in findings.wrong:
            print(printable(f"damaged: {folder.path}: {reason}"))
        for reason in findings.unproven if args.all else ():
            print(printable(f"not checked: {folder.path}: {reason}"))
        counts["wrong"] += bool(findings.wrong)
        counts["unproven"] += bool(findings.unproven and not findings.wrong)
        counts["without"] += not (findings.finished or findings.wrong)
    if not counts["folders"]:
        raise InputError(f"{args.results}: no runs in it")
    whole = counts["folders"] - counts["without"] - counts["wrong"] - counts["unproven"]
    parts = [
        f"{whole} whole",
        f"{counts['unproven']} with something that could not be checked (--all says what)",
        f"{counts['wrong']} damaged",
        f"{counts['without']} without a receipt",
    ]
    kept = [part for part in parts if not part.startswith("0 ")] or ["0 whole"]
    print(f"{counts['folders']} runs: {', '.join(kept)}")
    return 1 if counts["wrong"] else 0
