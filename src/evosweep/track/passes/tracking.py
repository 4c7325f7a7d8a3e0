"""Tracking once: every experiment of a results folder brought to MLflow."""

from pathlib import Path

from evosweep.errors import InputError, RunError
from evosweep.track.passes import scan
from evosweep.track.passes.index import Index
from evosweep.track.passes.live import Live
from evosweep.track.passes.sync import Outcome, Pass
from evosweep.track.store.address import Address, resolve
from evosweep.track.store.client import Store
from evosweep.track.store.lock import only_tracker
from evosweep.track.store.patience import Unreachable

_AGAIN = "call `evosweep track` again when it is back"


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
        from evosweep.track.store.client import ServerStore

        return ServerStore(address)
    from evosweep.track.store.database_store import DatabaseStore

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
