"""`evosweep check`: print all mistakes in a config at once, or the size of its grid."""

import argparse
import math
import sys
from itertools import chain

from evosweep.config import grid
from evosweep.config.experiment import Experiment
from evosweep.config.load import check_results, examine, listed
from evosweep.config.stages import Stages
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
        "--power",
        type=_power,
        metavar="P",
        help="also say how many seeds it takes to find an effect with this probability, such as "
        "0.8 (Noether's formula, Holm's correction)",
    )
    parser.add_argument(
        "--a12",
        type=_effect,
        metavar="A12",
        help="with --power: the effect to find, above 0.5 (default: 0.56, 0.64 and 0.71, which "
        "Vargha and Delaney call small, medium and large)",
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


def _power(text: str) -> float:
    return _between(text, (0.05, 1.0), "a probability from 0.05 to 1, such as 0.8")


def _effect(text: str) -> float:
    return _between(text, (0.5, 1.0), "an A12 between 0.5 and 1, such as 0.71")


def _between(text: str, bounds: tuple[float, float], wanted: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not bounds[0] < value < bounds[1]:
        raise argparse.ArgumentTypeError(f"{text}: give {wanted}")
    return value


def main(args: argparse.Namespace) -> int:
    """Print the size of a config's grid; raises InputError with all mistakes in the config."""
    if args.cores is not None and not args.estimate:
        raise InputError("--cores N: needs --estimate")
    if args.a12 is not None and args.power is None:
        raise InputError("--a12 A12: needs --power P")
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
    if args.power is not None:
        _print_power(experiment, args)
    return 0


def _print_notes(experiment: Experiment) -> None:
    problems = ((f"problems.{name}", part) for name, part in experiment.problems.items())
    algorithms = ((f"algorithms.{name}", part) for name, part in experiment.algorithms.items())
    for place, part in chain(problems, algorithms):
        for note in part.sample.notes() if part.sample else ():
            print(f"evosweep: {place}.sample: {note}", file=sys.stderr)


def _print_power(experiment: Experiment, args: argparse.Namespace) -> None:
    from evosweep.compare.extra import check
    from evosweep.workflow.power_plan import power_lines

    if isinstance(experiment.seeds, Stages):
        check(["scipy"])
    effects = None if args.a12 is None else [args.a12]
    for line in power_lines(experiment, args.power, effects):
        print(line)


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
    if isinstance(experiment.seeds, Stages):
        looks = ", ".join(map(str, experiment.seeds.looks))
        least = sum(min(n, experiment.seeds.looks[0]) for n in counts)
        return (
            f"{least:,} to {sum(counts):,} runs ({len(counts):,} configurations on their backends, "
            f"as many seeds as each problem takes: looks at {looks}, until {experiment.seeds.aim})"
        )
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
