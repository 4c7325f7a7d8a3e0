"""`evosweep status`: print the progress of each experiment, from its folder alone."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from evosweep.commands.results_argument import add_results
from evosweep.errors import InputError
from evosweep.files.opening import is_file
from evosweep.inventory.asked_file import NAME
from evosweep.inventory.progress import Observer, Progress
from evosweep.processes.signals import exit_on_stops
from evosweep.records.folder import runs_folders
from evosweep.workflow import status_lines
from evosweep.workflow.status_json import as_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `evosweep status`."""
    add_results(parser)
    parser.add_argument(
        "--watch", action="store_true", help="renew it until every run is done; Ctrl-C ends it"
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object; with --watch, one a line"
    )
    parser.add_argument(
        "--every",
        type=_seconds,
        metavar="SECONDS",
        help="with --watch: how often (default: 1 in a terminal, else 60)",
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 1e6:
        raise argparse.ArgumentTypeError(f"{text}: give a number of seconds, 0.1 or more")
    return seconds


def main(args: argparse.Namespace) -> int:
    """Print the status; returns 0 even if runs have failed."""
    if args.every is not None and not args.watch:
        raise InputError("--every SECONDS: needs --watch")
    observers = _observers(args.results)
    if args.watch:
        with exit_on_stops():
            return _watch(observers, args)
    _print([observer.look() for observer in observers], args)
    return 0


def _observers(results: Path) -> list[Observer]:
    if not results.is_dir():
        raise InputError(f"{results}: there is no such folder of results")
    noted = (results / NAME, *results.glob(f"*/{NAME}"))  # before its first run has begun
    folders = {runs.parent for runs in runs_folders(results)}
    folders |= {file.parent for file in noted if is_file(file)}
    if not folders:
        raise InputError(f"{results}: no runs in it; evosweep sweep CONFIG makes some")
    return [Observer(folder) for folder in sorted(folders)]


def _watch(observers: Sequence[Observer], args: argparse.Namespace) -> int:
    if sys.stdout.isatty() and not args.json:
        return _live(observers, args.every or 1.0)
    while True:
        seen = [observer.look() for observer in observers]
        if args.json:
            _print(seen, args)
        else:
            for progress in seen:
                print(f"{time.strftime('%H:%M:%S')} {status_lines.head(progress)}", flush=True)
        if _is_over(seen):
            return 0
        time.sleep(args.every or 60.0)


def _live(observers: Sequence[Observer], every: float) -> int:
    from rich.console import Console, Group
    from rich.live import Live

    from evosweep.workflow.status_block import block

    console = Console()
    with Live(console=console, auto_refresh=False) as live:
        while True:
            seen = [observer.look() for observer in observers]
            height = max(console.height // len(seen) - 1, 8)
            live.update(Group(*(block(progress, height) for progress in seen)), refresh=True)
            if _is_over(seen):
                return 0
            time.sleep(every)


def _is_over(seen: Sequence[Progress]) -> bool:
    return all(progress.is_over for progress in seen)


def _print(seen: Sequence[Progress], args: argparse.Namespace) -> None:
    if args.json:
        print(json.dumps({progress.folder.name: as_json(progress) for progress in seen}))
        sys.stdout.flush()
        return
    for number, progress in enumerate(seen):
        lines = [status_lines.head(progress), "", *status_lines.table(progress)]
        if progress.stages:
            lines += ["", *status_lines.stage_lines(progress)]
        if progress.running:
            lines += ["", *status_lines.running_lines(progress)]
        if progress.failed:
            lines += ["", *status_lines.failure_lines(progress.failed)]
        print("\n".join(["", *lines] if number else lines))
