"""`evosweep check`: print all mistakes in a config at once, or the size of its grid."""

import argparse
import math
import sys
from itertools import chain

from evosweep.config import grid
from evosweep.config.experiment import Experiment
from evosweep.config.load import check_results, examine, listed
from evosweep.errors import InputError, printable
from evosweep.processes import lock

_ONE_HOST = (
    "this file system ({}) shows no lock of one host to another: two hosts that come to work on "
    "one run both do until one of them notices, which costs work and never a result; let each host "
    "do a share of its own (--config share=K/N)"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep check`."""
    parser.add_argument("config", metavar="CONFIG", help="an experiment's YAML file")
    parser.add_argument(
        "--no-build",
        action="store_true",
        help="read only: build no problem, call no algorithm, evaluate nothing",
    )
    parser.add_argument(
        "--estimate",
        action="store_true",
        help="also say how long it will take: by receipts that are there, and by one evaluation "
        "of each other problem",
    )
    parser.add_argument(
        "--cores",
        type=_count,
        metavar="N",
        help="with --estimate: for so many cores (default: those of this machine)",
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


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text}: is no number of cores; give one such as 16")
    return int(text)


def main(args: argparse.Namespace) -> int:
    """Print the size of a config's grid; raises InputError with all mistakes in the config."""
    if args.cores is not None and not args.estimate:
        raise InputError("--cores N: needs --estimate")
    examined = examine(args.config)
    experiment, mistakes = examined.experiment, examined.mistakes
    if experiment is not None and not args.no_build:
        mistakes = [*mistakes, *_try_out(experiment, args)]
    if mistakes or experiment is None:
        raise InputError(listed(args.config, mistakes))
    check_results(experiment.folder)
    lock.probe(experiment.folder)
    if kind := lock.one_host_only(experiment.folder):
        print(f"evosweep: {experiment.folder}: {_ONE_HOST.format(kind)}", file=sys.stderr)
    print(f"{args.config}: {_size(experiment)}; results in {experiment.folder}", flush=True)
    _print_notes(experiment)
    if args.estimate:
        _print_forecast(experiment, args)
    return 0


def _print_notes(experiment: Experiment) -> None:
    problems = ((f"problems.{name}", part) for name, part in experiment.problems.items())
    algorithms = ((f"algorithms.{name}", part) for name, part in experiment.algorithms.items())
    for place, part in chain(problems, algorithms):
        for note in part.sample.notes() if part.sample else ():
            print(f"evosweep: {place}.sample: {note}", file=sys.stderr)


def _print_forecast(experiment: Experiment, args: argparse.Namespace) -> None:
    from evosweep.machine.cpus import available_cpus
    from evosweep.workflow.forecast import forecast
    from evosweep.workflow.probe import probe

    builds = not args.no_build and experiment.container.engine == "none"
    cores = args.cores or available_cpus()
    for line in forecast(experiment, cores, probe if builds else None).lines():
        print(line)


def _size(experiment: Experiment) -> str:
    counts = [len(combination.seeds) for combination in grid.combinations(experiment)]
    size = experiment.runs_per_job
    jobs = f" in {sum(-(-n // size) for n in counts):,} jobs" if isinstance(size, int) else ""
    few, many = min(counts), max(counts)
    seeds = f"{few:,} seeds each" if few == many else f"{few:,} to {many:,} seeds"
    return f"{sum(counts):,} runs ({len(counts):,} configurations on their backends, {seeds}){jobs}"


def _try_out(experiment: Experiment, args: argparse.Namespace) -> list[str]:
    """Build the problems and call the algorithms; returns the mistakes that this shows.

    It tries nothing if the needed packages are only in a container's image.
    """
    if experiment.container.engine != "none":
        print("evosweep: the runs are in containers, so nothing is built here", file=sys.stderr)
        return []
    from evosweep.supervision.trials import try_out

    findings = try_out(experiment, args.limit)
    for note in findings.notes:
        print(f"evosweep: {printable(note)}", file=sys.stderr)
    return findings.mistakes
