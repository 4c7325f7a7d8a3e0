"""The `evosweep` command. The module of a subcommand is imported only when a user calls it."""

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

# Each name is a module of `evosweep.commands`; they stand in the order in which people need them.
COMMANDS = {
    "init": "a study that runs: config, problem, Snakefile; also from a plain DEAP program",
    "list": "the built-in problems, algorithms and backends with their parameters",
    "check": "every mistake in a config at once; else the size of its grid",
    "grid": "one row for each run of a config",
    "sweep": "the whole workflow of a config, from any folder, with a view of its runs",
    "status": "how far each experiment has come",
    "run": "performs one run, or one job of several seeds",
    "contain": "performs one run in a container of its own",
    "decide": "whether seeds in stages have decided a comparison",
    "compare": "tables, statistics, plots and one HTML report",
    "track": "brings MLflow up to date with the run folders",
    "ui": "MLflow's UI on the results, kept up to date",
    "export": "finished runs for IOHprofiler, COCO, CSV, RO-Crate or a paper",
    "bundle": "one zip of report, tables, plots and records, which opens anywhere",
    "reproduce": "repeats a run from its receipt and compares",
    "verify": "checks receipts against the populations and journals beside them",
    "why": "what makes a run another than the nearest one that is there",
    "prune": "the runs that a config no longer asks for; removes them when told to",
    "pull": "brings run folders back from MLflow",
}
GROUPS = {
    "begin": ("init", "list", "check", "grid"),
    "run": ("sweep", "status", "run", "contain", "decide"),
    "look": ("compare", "track", "ui", "export", "bundle"),
    "prove and keep": ("reproduce", "verify", "why", "prune", "pull"),
}
"""The commands under the headings of `evosweep --help`."""
EXAMPLES = {
    "init": "evosweep init mine --from my_deap_program.py",
    "list": "evosweep list problems",
    "check": "evosweep check mine/study.yaml --estimate",
    "grid": "evosweep grid mine/study.yaml --json",
    "sweep": "evosweep sweep mine/study.yaml --cores 16",
    "status": "evosweep status --watch",
    "run": "evosweep run --spec @spec.json --out results/one",
    "contain": "evosweep contain --engine docker evosweep run --spec @spec.json --out results/one",
    "decide": "evosweep decide results/study/looks/0081fa403486.json",
    "compare": "evosweep compare results/study --target 0",
    "track": "evosweep track",
    "ui": "evosweep ui",
    "export": "evosweep export results/study --format ioh",
    "bundle": "evosweep bundle results/study",
    "reproduce": "evosweep reproduce 0081fa403486",
    "verify": "evosweep verify",
    "why": "evosweep why mine/study.yaml",
    "prune": "evosweep prune mine/study.yaml",
    "pull": "evosweep pull study --uri https://mlflow.example.org",
}

_DRAWS = ("sweep", "status")
"""Commands that move the terminal's cursor themselves."""
_EXIT_CODES = """\
exit codes: 0 done, 1 failed, 2 bad input, 75 another process has it (try again later),
130 and 143 stopped by Ctrl-C and by SIGTERM"""


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """Return the command line of `evosweep`, with the arguments of the `chosen` subcommand."""
    parser = _GroupedParser(
        prog="evosweep",
        description="Grids of evolutionary experiments with DEAP: run, compared and repeated.",
        epilog=_EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"evosweep {__version__}")
    commands = parser.add_subparsers(
        dest="command",
        required=True,
        metavar="COMMAND",
        parser_class=argparse.ArgumentParser,
    )
    for name, summary in COMMANDS.items():
        example = f"example: {EXAMPLES[name]}\n\n" if name in EXAMPLES else ""
        command = commands.add_parser(
            name,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=f"{example}{_EXIT_CODES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name == chosen:
            _module(name).add_arguments(command)
    return parser


class _GroupedParser(argparse.ArgumentParser):
    """A parser whose help shows the commands in the order of use, each with an example."""

    def format_help(self) -> str:
        """Return the help of `evosweep` itself."""
        grouped = {name for names in GROUPS.values() for name in names}
        others = tuple(name for name in COMMANDS if name not in grouped)
        lines = [self.format_usage(), f"\n{self.description}\n\n"]
        for title, names in {**GROUPS, **({"more": others} if others else {})}.items():
            lines.append(f"{title}:\n")
            for name in names:
                lines.append(f"  {name:10} {COMMANDS[name]}\n")
                lines.append(f"  {'':10}     {EXAMPLES[name]}\n" if name in EXAMPLES else "")
            lines.append("\n")
        lines.append("evosweep COMMAND --help has the options of each.\n\n")
        return "".join([*lines, f"{self.epilog}\n"])


_REFUSALS = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EIO,
    errno.ENAMETOOLONG,
    errno.ENOSPC,
    errno.EPERM,
    errno.EROFS,
}
"""Errors of the file system that concern the user's folder or disk, and are no bug of evosweep."""


class Command(Protocol):
    """A module of `evosweep.commands`."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def main(self, args: argparse.Namespace) -> int:
        """Run the command; returns the exit code."""


def _module(name: str) -> Command:
    return cast(Command, importlib.import_module(f"evosweep.commands.{name}"))


def _print_anywhere() -> None:
    """Print an escape, and raise no error, for a character that the locale cannot encode."""
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
    """A text stream that writes control characters as escapes.

    Names in results may come from anybody, and a terminal obeys control characters.
    """

    def __init__(self, stream: TextIO, kept: str = "") -> None:
        self._stream, self._kept = stream, f"\n\t{kept}"

    def write(self, text: str) -> int:
        """Write `text`, with escapes for control characters other than line ends and tabs."""
        if not text.isprintable():
            signs = (sign if sign in self._kept else printable(sign) for sign in text)
            self._stream.write("".join(signs))
        else:
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush the stream below."""
        self._stream.flush()

    def __getattr__(self, name: str) -> object:
        value: object = getattr(self._stream, name)
        return value
