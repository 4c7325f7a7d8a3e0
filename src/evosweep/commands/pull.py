"""`evosweep pull`: bring run folders back from MLflow, to compare and reproduce them."""

import argparse
import sys
from pathlib import Path

from evosweep.errors import InputError
from evosweep.track.passes.pull import chosen_experiments, pull
from evosweep.track.passes.receipts import existing_address
from evosweep.track.store.origin import open_origin


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evosweep pull`."""
    parser.add_argument(
        "experiment", nargs="?", metavar="EXPERIMENT", help="one experiment (default: all)"
    )
    parser.add_argument(
        "--uri", help="MLflow's address (default: MLFLOW_TRACKING_URI, else results/mlflow.db)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="folder of results to write to (default: %(default)s)",
    )


def main(args: argparse.Namespace) -> int:
    """Pull the runs; returns 0 if every tracked run has its folder."""
    origin = open_origin(existing_address(args.out, args.uri))
    pulled = there = 0
    problems = []
    for name, experiment_id in chosen_experiments(origin, args.experiment):
        for run in origin.runs(experiment_id):
            try:
                brought = pull(origin, run, args.out, name)
            except InputError as error:
                problems.append(str(error))
                continue
            pulled, there = pulled + brought, there + (not brought)
    for problem in problems:
        print(f"evosweep: error: {problem}", file=sys.stderr)
    print(
        f"pulled {pulled} runs from {origin.address.shown} to {args.out}; "
        f"{there} were there already"
    )
    return 1 if problems else 0
