"""`evosweep track`: brings MLflow up to date with the run folders, once or as they finish."""

import argparse
import sys
from pathlib import Path

from evosweep.errors import InputError, RunError
from evosweep.track import scan
from evosweep.track.address import Address, resolve
from evosweep.track.database import open_database
from evosweep.track.index import Index
from evosweep.track.live import Live
from evosweep.track.lock import only_tracker
from evosweep.track.patience import Unreachable
from evosweep.track.rebase import check_rebasable, rebase
from evosweep.track.store import Store
from evosweep.track.sync import Outcome, Pass

_AGAIN = "call `evosweep track` again when it is back"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `evosweep track`."""
    parser.add_argument("results", type=Path, metavar="RESULTS", help="folder of the results")
    parser.add_argument(
        "--uri", help="MLflow's address (default: MLFLOW_TRACKING_URI, else RESULTS/mlflow.db)"
    )
    parser.add_argument(
        "--follow", action="store_true", help="go on, and show runs while they are under way"
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
    """Runs `evosweep track`; returns 0 when all is tracked."""
    if args.rebase:
        return _rebase(args)
    if args.follow:
        return _follow(args)
    if args.process is not None:
        raise InputError("--while PID: needs --follow")
    outcome = track(args.results, args.uri)
    for problem in outcome.problems:
        print(f"evosweep: error: {problem}", file=sys.stderr)
    print(f"tracked {args.results}: {outcome} -> {resolve(args.results, args.uri).shown}")
    return 1 if outcome.problems else 0


def _rebase(args: argparse.Namespace) -> int:
    address = resolve(args.results, args.uri)
    check_rebasable(address)
    with only_tracker(address):
        count = rebase(address, open_database(address))
    print(f"{address.shown}: the artifacts of {count} experiments are in {address.artifacts} now")
    return 0


def _follow(args: argparse.Namespace) -> int:
    from evosweep.track.follow import follow, stop_on_signals

    address = resolve(args.results, args.uri)
    print(f"following {args.results} -> {address.shown}; Ctrl-C stops it", flush=True)
    with stop_on_signals():
        return follow(args.results, address, args.process)


def track(results: Path, uri: str | None = None) -> Outcome:
    """What one pass over a results folder did: it brings every run that MLflow lacks.

    Waits for another tracker of the same results. Raises `InputError` where there is nothing to
    track and `RunError` where the server did not take it all; calling again completes it.
    """
    address = resolve(results, uri)
    if not scan.experiments(results):
        raise InputError(f"{results}: there are no runs; run a workflow first, see the README")
    with only_tracker(address), Index(address.index) as index:
        try:
            store = open_store(address)
        except Unreachable as error:
            pending = _pending(_by_experiment(results, index), index)
            raise RunError(f"{error}; {pending} runs are pending: {_AGAIN}") from error
        return one_pass(results, store, index)


def open_store(address: Address) -> Store:
    """MLflow at an address, ready to be written to."""
    if address.is_server:
        from evosweep.track.store import ServerStore

        return ServerStore(address)
    from evosweep.track.database_store import DatabaseStore

    return DatabaseStore(address)


def one_pass(results: Path, store: Store, index: Index, live: Live | None = None) -> Outcome:
    """One pass over every experiment of the results, by a tracker that holds the lock."""
    outcome = Outcome()
    found = _by_experiment(results, index)
    try:
        for name, (folder, runs) in found.items():
            Pass(store, index, name, outcome, live).run(folder, runs)
    except Unreachable as error:
        raise RunError(f"{error}; {_pending(found, index)} runs are pending: {_AGAIN}") from error
    return outcome


_Found = dict[str, tuple[Path, dict[str, scan.Found]]]
"""By experiment: its folder, and its runs' folders by their names."""


def _pending(found: _Found, index: Index) -> int:
    """How many runs are not tracked as they are in their folders."""
    count = 0
    for name, (_, runs) in found.items():
        tracked = {run.stamp for run in index.runs(name).values()}
        count += sum(bool(each.stamp) and each.stamp not in tracked for each in runs.values())
    return count


def _by_experiment(results: Path, index: Index) -> _Found:
    """What there is, and nothing for each experiment that was there once."""
    whole = not (results.name == "runs" or (results / "runs").is_dir())
    gone = index.experiments() if whole else []
    found: _Found = {name: (results / name, {}) for name in gone}
    for name, runs in scan.experiments(results):
        found[name] = (runs.parent, {each.run_id: each for each in scan.find(runs)})
    return found
