"""Correct the locations of artifacts after the results were moved, or mounted elsewhere.

MLflow keeps absolute locations. Artifacts of the results' own database always lie beside it, so
that every `track` and `ui` corrects them. For other databases, `evosweep track --rebase` does it.
"""

from typing import TYPE_CHECKING

from evosweep.errors import InputError
from evosweep.track.store.address import Address
from evosweep.track.store.experiments import NAME, StoredExperiment, all_of, place
from evosweep.track.store.patience import persist

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def rebase(address: Address, database: "Engine") -> int:
    """Set the artifacts folder of the address for its experiments; returns their number.

    Experiments of other folders of results stay as they are.
    """
    return persist(lambda: _rebase(address, database), address.shown)


def check_rebasable(address: Address) -> None:
    """Raise `InputError` for a server, which keeps its artifacts itself."""
    if address.is_server:
        raise InputError(
            f"{address.shown} serves its artifacts itself: there is nothing to rebase; --rebase is "
            "for a database that is written to directly"
        )


def _rebase(address: Address, database: "Engine") -> int:
    moved = 0
    folder = address.artifacts
    assert folder is not None
    with database.begin() as connection:
        for experiment in all_of(connection):
            name = experiment.tags.get(NAME, experiment.name)
            new = (folder / name).as_uri()
            ours = "evosweep" in experiment.tags and experiment.location != new
            if ours and (folder / name).is_dir():
                _move(connection, experiment, new)
                moved += 1
    return moved


def _move(connection: "Connection", experiment: StoredExperiment, new: str) -> None:
    from sqlalchemy import func, update

    from evosweep.track.store.tables import RUNS

    old = experiment.location
    place(connection, experiment.id, new)
    runs = RUNS.c.experiment_id == experiment.id
    below = RUNS.c.artifact_uri.startswith(f"{old}/", autoescape=True)
    tail = func.substr(RUNS.c.artifact_uri, len(old) + 1)
    connection.execute(update(RUNS).where(runs, below).values(artifact_uri=new + tail))
