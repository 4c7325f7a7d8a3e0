"""Correct the locations of artifacts after the results were moved, or mounted elsewhere.

MLflow keeps absolute locations. Artifacts of the results' own database always lie beside it, so
that every `track` and `ui` corrects them. For other databases, `evosweep track --rebase` does it.
"""

from typing import TYPE_CHECKING, Any

from evosweep.errors import InputError
from evosweep.track.store.address import Address
from evosweep.track.store.patience import persist
from evosweep.track.store.protocol import Database
from evosweep.track.store.server_store import NAME

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def rebase(address: Address, database: Database) -> int:
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


def _rebase(address: Address, database: Database) -> int:
    from mlflow.store.tracking.dbmodels.models import SqlExperiment
    from sqlalchemy import select

    moved = 0
    folder = address.artifacts
    assert folder is not None
    with database.ManagedSessionMaker(read_only=False) as session:
        for experiment in session.scalars(select(SqlExperiment)):
            tags = {tag.key: tag.value for tag in experiment.tags}
            name = tags.get(NAME, experiment.name)
            old, new = str(experiment.artifact_location), (folder / name).as_uri()
            if "evosweep" in tags and old != new and (folder / name).is_dir():
                _move(session, experiment, old, new)
                moved += 1
    return moved


def _move(session: "Session", experiment: Any, old: str, new: str) -> None:
    from mlflow.store.tracking.dbmodels.models import SqlRun
    from sqlalchemy import func, update

    experiment.artifact_location = new
    runs = SqlRun.experiment_id == experiment.experiment_id
    below = SqlRun.artifact_uri.startswith(f"{old}/", autoescape=True)
    tail = func.substr(SqlRun.artifact_uri, len(old) + 1)
    session.execute(
        update(SqlRun).where(runs, below).values(artifact_uri=new + tail),
        execution_options={"synchronize_session": False},
    )
