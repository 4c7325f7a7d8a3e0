"""Track once: bring all experiments of a results folder to MLflow."""

from pathlib import Path

from evosweep.errors import EvosweepError, InputError, RunError
from evosweep.files.opening import is_folder
from evosweep.track.passes import scan
from evosweep.track.passes.index import Index
from evosweep.track.passes.live import Live
from evosweep.track.passes.sync import Changes, Pass
from evosweep.track.passes.target import Target
from evosweep.track.store.address import Address, resolve
from evosweep.track.store.lock import only_tracker
from evosweep.track.store.patience import NoAccess, Unreachable
from evosweep.track.store.protocol import Store

_AGAIN = "call `evosweep track` again when it is back"


def track(results: Path, uri: str | None = None) -> Changes:
    """Make one pass over a results folder: add every run that MLflow lacks; returns the changes.

    It waits for another tracker of the same results.

    Raises
    ------
    InputError
        If there is nothing to track.
    RunError
        If the server did not accept everything; another call completes it.
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
    """Open MLflow at an address for writing."""
    if address.is_server:
        from evosweep.track.store.server_store import ServerStore

        return ServerStore(address)
    from evosweep.track.store.database_store import DatabaseStore

    return DatabaseStore(address)


def one_pass(results: Path, store: Store, index: Index, live: Live | None = None) -> Changes:
    """Make one pass over every experiment of the results; the caller holds the tracker's lock."""
    changes = Changes()
    sources = _by_experiment(results, index)
    live = live or Live()
    for name, (folder, runs) in sources.items():
        try:
            Pass(Target(store, index, name, follows=live.follows), changes, live).run(folder, runs)
        except Unreachable as error:
            pending = _pending(sources, index)
            raise RunError(f"{error}; {pending} runs are pending: {_AGAIN}") from error
        except NoAccess:
            raise
        except EvosweepError as error:
            changes.problems.append(f"experiment {name}: left out, {error}")
    return changes


_Sources = dict[str, tuple[Path, dict[str, scan.RunFiles]]]
"""By experiment: its folder, and its runs' folders by their names."""


def _pending(sources: _Sources, index: Index) -> int:
    """Return the number of runs that are not tracked as they are in their folders."""
    count = 0
    for name, (_, runs) in sources.items():
        tracked = {run.stamp for run in index.runs(name).values()}
        count += sum(bool(each.stamp) and each.stamp not in tracked for each in runs.values())
    return count


def _by_experiment(results: Path, index: Index) -> _Sources:
    """Return the run folders of every experiment; an empty entry for each one that has vanished."""
    whole = not (results.name == "runs" or is_folder(results / "runs"))
    gone = index.experiments() if whole else []
    sources: _Sources = {name: (results / name, {}) for name in gone}
    for name, runs in scan.experiments(results):
        sources[name] = (runs.parent, {each.run_id: each for each in scan.find(runs)})
    return sources
