"""The `evosweep` command. Each subcommand is a module, imported only when it is called."""

import argparse
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from typing import Protocol, TextIO, cast

from evosweep import __version__
from evosweep.errors import EvosweepError, printable, printable_lines
from evosweep.processes import safe_path

# Each is a module of `evosweep.commands`, a `Command`.
COMMANDS = {
    "check": "every mistake in a config at once; else the size of its grid",
    "grid": "one row for each run of a config",
    "run": "performs one run, or one job of several seeds",
    "contain": "performs one run in a container of its own",
    "compare": "tables, statistics, plots and one HTML report",
    "track": "brings MLflow up to date with the run folders",
    "ui": "MLflow's UI on the results, kept up to date",
    "why": "what makes a run another than the nearest one that is there",
    "prune": "the runs that a config no longer asks for; removes them when told to",
    "reproduce": "repeats a run from its receipt and compares",
    "verify": "checks receipts against the populations and journals beside them",
    "export": "finished runs for IOHprofiler, COCO, CSV or RO-Crate",
    "pull": "brings run folders back from MLflow",
}

_DRAWS = ("sweep", "status")
"""Commands that move the terminal's cursor themselves."""
_EXIT_CODES = """\
exit codes: 0 done, 1 failed, 2 bad input, 75 another process has it (try again later),
130 and 143 stopped by Ctrl-C and by SIGTERM"""


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The command line of `evosweep`, with the arguments of the `chosen` subcommand."""
    parser = argparse.ArgumentParser(
        prog="evosweep",
        description="Grids of evolutionary experiments with DEAP: run, compared and repeated.",
        epilog=_EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"evosweep {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=_EXIT_CODES,
        )
        if name == chosen:
            _module(name).add_arguments(command)
    return parser


_REFUSALS = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EIO,
    errno.ENAMETOOLONG,
    errno.ENOSPC,
    errno.EPERM,
    errno.EROFS,
}
"""What a file system says where nothing is wrong but the place or its disk."""


class Command(Protocol):
    """A module of `evosweep.commands`."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add what the command takes."""

    def main(self, args: argparse.Namespace) -> int:
        """Do it; returns the exit code."""


def _module(name: str) -> Command:
    return cast(Command, importlib.import_module(f"evosweep.commands.{name}"))


def _print_anywhere() -> None:
    """Let a character that the locale does not have be an escape, and no error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns its exit code."""
    given = sys.argv[1:] if argv is None else argv
    safe_path.require()
    _print_anywhere()
    chosen = next((word for word in given if not word.startswith("-")), None)
    try:
        args = build_parser(chosen).parse_args(given)
        with ExitStack() as stack:
            if args.command not in _DRAWS:
                stack.enter_context(redirect_stdout(Printable(sys.stdout)))
                stack.enter_context(redirect_stderr(Printable(sys.stderr, "\r")))
            return _module(args.command).main(args)
    except EvosweepError as error:
        print(f"evosweep: error: {printable_lines(error)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader has seen enough: `evosweep grid CONFIG | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        where = printable(f"{error.filename}: " if error.filename else "")
        print(f"evosweep: error: {where}{error.strerror}", file=sys.stderr)
        return 1


class Printable:
    """A stream of text that nothing read from a file can use to act on the terminal.

    Names in results may come from anybody; what a terminal would obey is written as an escape.
    """

    def __init__(self, stream: TextIO, kept: str = "") -> None:
        self._stream, self._kept = stream, f"\n\t{kept}"

    def write(self, text: str) -> int:
        """Writes `text`, with escapes for control characters other than line ends and tabs."""
        if not text.isprintable():
            signs = (sign if sign in self._kept else printable(sign) for sign in text)
            self._stream.write("".join(signs))
        else:
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Passes on what is buffered."""
        self._stream.flush()

    def __getattr__(self, name: str) -> object:
        value: object = getattr(self._stream, name)
        return value
