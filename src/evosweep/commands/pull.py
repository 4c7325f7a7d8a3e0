"""`evosweep pull`: run folders brought back from MLflow, to be compared and reproduced."""

import argparse
import sys
from pathlib import Path

from evosweep.errors import InputError
from evosweep.track.passes.pull import experiments, pull, runs
from evosweep.track.passes.receipts import client_of, existing_address


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `evosweep pull`."""
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
    """Pulls; returns 0 when every tracked run has its folder."""
    address = existing_address(args.out, args.uri)
    client = client_of(address)
    pulled = there = 0
    problems = []
    for name, experiment_id in experiments(client, address, args.experiment):
        for run in runs(client, address, experiment_id):
            try:
                brought = pull(address, run, args.out / name / "runs")
            except InputError as error:
                problems.append(str(error))
                continue
            pulled, there = pulled + brought, there + (not brought)
    for problem in problems:
        print(f"evosweep: error: {problem}", file=sys.stderr)
    print(f"pulled {pulled} runs from {address.shown} to {args.out}; {there} were there already")
    return 1 if problems else 0
