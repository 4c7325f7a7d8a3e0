"""The `evosweep` command: a line a subcommand; only the one that is called is imported."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from evosweep import __version__
from evosweep.errors import EvosweepError

# Each module has `add_arguments(parser)` and `main(args) -> exit code`.
COMMANDS = {
    "compare": ("evosweep.compare.command", "tables, statistics, plots and one HTML report"),
    "check": ("evosweep.config", "every mistake in a config at once; else the size of its grid"),
    "export": ("evosweep.export.command", "finished runs for IOHprofiler, COCO, CSV or RO-Crate"),
    "grid": ("evosweep.listing", "the runs of a config, a row each"),
    "track": ("evosweep.track.command", "brings MLflow up to date with the run folders"),
    "pull": ("evosweep.track.pull", "brings run folders back from MLflow"),
    "ui": ("evosweep.track.ui", "MLflow's UI on the results, kept up to date"),
    "run": ("evosweep.launch", "performs one run, or one job of several seeds"),
    "contain": ("evosweep.contain", "performs one run in a container of its own"),
    "reproduce": ("evosweep.reproduce", "repeats a run from its receipt and compares"),
}

_EXIT_CODES = """\
exit codes: 0 done, 1 failed, 2 bad input, 130 and 143 stopped by Ctrl-C and by SIGTERM"""


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The command line of `evosweep`, with the arguments of the `chosen` subcommand."""
    parser = argparse.ArgumentParser(
        prog="evosweep",
        description="Grids of evolutionary experiments with DEAP: run, compared and repeated.",
        epilog=_EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"evosweep {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, summary) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=_EXIT_CODES,
        )
        if name == chosen:
            importlib.import_module(module).add_arguments(command)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns its exit code."""
    given = sys.argv[1:] if argv is None else argv
    chosen = next((word for word in given if not word.startswith("-")), None)
    try:
        args = build_parser(chosen).parse_args(given)
        return int(importlib.import_module(COMMANDS[args.command][0]).main(args))
    except EvosweepError as error:
        print(f"evosweep: error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader has seen enough: `evosweep grid CONFIG | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
