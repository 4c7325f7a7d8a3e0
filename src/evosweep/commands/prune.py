"""`evosweep prune`: list or remove the runs that are no longer in a config."""

import argparse
import sys
from contextlib import nullcontext

from evosweep.config.load import load
from evosweep.errors import EvosweepError, InputError, printable, printable_lines
from evosweep.inventory.leftovers import Leftover, leftovers, remove
from evosweep.processes.lock import Lock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep prune`."""
    parser.add_argument("config", metavar="CONFIG", help="an experiment's YAML file")
    parser.add_argument(
        "--delete", action="store_true", help="remove the folders of these runs, for good"
    )


def main(args: argparse.Namespace) -> int:
    """List or remove the runs; returns 0, or 1 if a run could not be removed."""
    experiment = load(args.config)
    folder = experiment.folder
    if not folder.is_dir():
        raise InputError(f"{folder}: there are no results of {args.config}")
    if (folder / "runs").is_symlink():
        raise InputError(f"{folder / 'runs'}: is a link, and links are not followed")
    stays = removed = size = 0
    whole = Lock(folder / ".snakemake.lock", str(folder)) if args.delete else nullcontext()
    with whole:
        for leftover in leftovers(experiment):
            if args.delete and not _remove(leftover):
                stays += 1
                continue
            removed, size = removed + 1, size + leftover.bytes
            print(f"{leftover.folder.path}  {printable(leftover.label)}  ({leftover.reason})")
    what = "were removed" if args.delete else "are not asked for; --delete removes them"
    print(f"{removed} runs ({size / 1e6:.1f} MB) in {folder} {what}")
    return 1 if stays else 0


def _remove(leftover: Leftover) -> bool:
    try:
        remove(leftover)
    except EvosweepError as error:
        print(f"evosweep: error: {printable_lines(error)}", file=sys.stderr)
    else:
        return True
    return False
