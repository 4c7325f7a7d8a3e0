"""`evosweep check`: every mistake in a config at once; else the size of its grid."""

import argparse
import math
import sys

from evosweep.config import grid
from evosweep.config.experiment import Experiment
from evosweep.config.load import check_results, examine, listed
from evosweep.errors import InputError, printable
from evosweep.processes import lock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `evosweep check`."""
    parser.add_argument("config", metavar="CONFIG", help="an experiment's YAML file")
    parser.add_argument(
        "--no-build",
        action="store_true",
        help="read only: build no problem, call no algorithm, evaluate nothing",
    )
    parser.add_argument(
        "--limit",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="for building each problem and evaluating an individual of it (default: 60)",
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 1e6:
        raise argparse.ArgumentTypeError(f"{text}: is no number of seconds; give one such as 60")
    return seconds


def main(args: argparse.Namespace) -> int:
    """Print the size of a config's grid; raises InputError with every mistake in it."""
    examined = examine(args.config)
    experiment, mistakes = examined.experiment, examined.mistakes
    if experiment is not None and not args.no_build:
        mistakes = [*mistakes, *_try_out(experiment, args)]
    if mistakes or experiment is None:
        raise InputError(listed(args.config, mistakes))
    check_results(experiment.folder)
    lock.probe(experiment.folder)
    combinations = sum(1 for _ in grid.combinations(experiment))
    seeds, size = len(experiment.seeds), experiment.runs_per_job
    jobs = f" in {combinations * -(-seeds // size):,} jobs" if isinstance(size, int) else ""
    print(
        f"{args.config}: {combinations * seeds:,} runs ({combinations:,} configurations on their "
        f"backends, {seeds:,} seeds each){jobs}; results in {experiment.folder}"
    )
    return 0


def _try_out(experiment: Experiment, args: argparse.Namespace) -> list[str]:
    """Mistakes that show when problems are built and algorithms are called.

    Nothing is tried where only a container's image has what they need.
    """
    if experiment.container.engine != "none":
        print("evosweep: the runs are in containers, so nothing is built here", file=sys.stderr)
        return []
    from evosweep.supervision.trials import try_out

    findings = try_out(experiment, args.limit)
    for note in findings.notes:
        print(f"evosweep: {printable(note)}", file=sys.stderr)
    return findings.mistakes
