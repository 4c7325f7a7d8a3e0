"""`evosweep track`: bring MLflow up to date with the run folders, once or while runs finish."""

import argparse
import sys

from evosweep.commands.results_argument import add_results
from evosweep.errors import InputError
from evosweep.processes.signals import exit_on_stops
from evosweep.track.passes.tracking import track
from evosweep.track.store.address import resolve
from evosweep.track.store.database import open_database
from evosweep.track.store.lock import only_tracker
from evosweep.track.store.rebase import check_rebasable, rebase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `evosweep track`."""
    add_results(parser, meaning="folder of the results")
    parser.add_argument(
        "--uri", help="MLflow's address (default: MLFLOW_TRACKING_URI, else RESULTS/mlflow.db)"
    )
    parser.add_argument(
        "--follow", action="store_true", help="go on, and show runs while they are under way"
    )
    parser.add_argument(
        "--done", action="store_true", help="with --follow: finished runs alone, twice a minute"
    )
    parser.add_argument(
        "--rebase",
        action="store_true",
        help="only tell a database that its artifacts have moved with the results",
    )
    parser.add_argument(
        "--while",
        dest="process",
        type=int,
        metavar="PID",
        help="with --follow: until that process ends, and once more then",
    )


def main(args: argparse.Namespace) -> int:
    """Track the runs; returns 0 if every run is tracked."""
    if args.rebase:
        return _rebase(args)
    if args.follow:
        return _follow(args)
    if args.process is not None:
        raise InputError("--while PID: needs --follow")
    if args.done:
        raise InputError("--done: needs --follow")
    changes = track(args.results, args.uri)
    for problem in changes.problems:
        print(f"evosweep: error: {problem}", file=sys.stderr)
    print(f"tracked {args.results}: {changes} -> {resolve(args.results, args.uri).shown}")
    return 1 if changes.problems else 0


def _rebase(args: argparse.Namespace) -> int:
    address = resolve(args.results, args.uri)
    check_rebasable(address)
    with only_tracker(address):
        count = rebase(address, open_database(address))
    print(f"{address.shown}: the artifacts of {count} experiments are in {address.artifacts} now")
    return 0


def _follow(args: argparse.Namespace) -> int:
    from evosweep.track.passes.follow import follow

    address = resolve(args.results, args.uri)
    print(f"following {args.results} -> {address.shown}; Ctrl-C stops it", flush=True)
    with exit_on_stops():
        return follow(args.results, address, args.process, done=args.done)
