"""`evosweep check`: every mistake in a config at once; else the size of its grid."""

import argparse

from evosweep.config import grid
from evosweep.config.load import check_results, load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `evosweep check`."""
    parser.add_argument("config", metavar="CONFIG", help="an experiment's YAML file")


def main(args: argparse.Namespace) -> int:
    """Print the size of a config's grid; raises InputError with every mistake in it."""
    experiment = load(args.config)
    check_results(experiment.folder)
    combinations = sum(1 for _ in grid.combinations(experiment))
    seeds = len(experiment.seeds)
    jobs = combinations * -(-seeds // experiment.runs_per_job)
    print(
        f"{args.config}: {combinations * seeds:,} runs ({combinations:,} configurations on their "
        f"backends, {seeds:,} seeds each) in {jobs:,} jobs; results in {experiment.folder}"
    )
    return 0
