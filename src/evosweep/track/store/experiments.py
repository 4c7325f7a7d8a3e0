"""The experiments in MLflow's database: find them, create one, set their tags."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evosweep.track.store.rows import insert_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

NAME = "evosweep.name"
"""The tag that identifies an experiment which was renamed in MLflow."""
_ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class StoredExperiment:
    """An experiment in the database."""

    id: int
    name: str
    location: str
    is_active: bool
    created: int
    """In milliseconds since the epoch."""
    tags: Mapping[str, str]


def all_of(connection: "Connection") -> list[StoredExperiment]:
    """Return all experiments, deleted ones last."""
    from sqlalchemy import select

    from evosweep.track.store.tables import EXPERIMENT_TAGS, EXPERIMENTS

    tags: dict[int, dict[str, str]] = {}
    own = EXPERIMENT_TAGS.c
    for number, key, value in connection.execute(select(own.experiment_id, own.key, own.value)):
        tags.setdefault(number, {})[key] = value
    names = ("experiment_id", "name", "artifact_location", "lifecycle_stage", "creation_time")
    rows = connection.execute(select(*(EXPERIMENTS.c[name] for name in names)))
    found = [
        StoredExperiment(
            each.experiment_id,
            each.name,
            str(each.artifact_location),
            each.lifecycle_stage == _ACTIVE,
            created=each.creation_time or 0,
            tags=tags.get(each.experiment_id, {}),
        )
        for each in rows
    ]
    return sorted(found, key=lambda each: (not each.is_active, -each.created, each.id))


def find(connection: "Connection", name: str) -> StoredExperiment | None:
    """Return the experiment that was made for this name, else one that has this name now."""
    rows = all_of(connection)
    called = next((each for each in rows if each.name == name), None)
    if called is not None and called.tags.get(NAME, name) == name:
        return called
    return next((each for each in rows if each.tags.get(NAME) == name), called)


def create(connection: "Connection", name: str, location: str) -> None:
    """Insert an experiment; raises SQLAlchemy's `IntegrityError` if another one has its name."""
    from sqlalchemy import insert

    from evosweep.track.store.tables import EXPERIMENTS

    now = round(1000 * time.time())
    connection.execute(
        insert(EXPERIMENTS).values(
            name=name,
            artifact_location=location,
            lifecycle_stage=_ACTIVE,
            creation_time=now,
            last_update_time=now,
        )
    )


def place(connection: "Connection", experiment: int, location: str) -> None:
    """Set the folder for artifacts of an experiment's new runs."""
    from sqlalchemy import update

    from evosweep.track.store.tables import EXPERIMENTS

    chosen = EXPERIMENTS.c.experiment_id == experiment
    connection.execute(update(EXPERIMENTS).where(chosen).values(artifact_location=location))


def tag(connection: "Connection", experiment: int, tags: Mapping[str, str]) -> None:
    """Set tags of an experiment; its other tags stay."""
    from sqlalchemy import update

    from evosweep.track.store.tables import EXPERIMENT_TAGS

    own = EXPERIMENT_TAGS.c
    for key, value in tags.items():
        chosen = own.experiment_id == experiment, own.key == key
        connection.execute(update(EXPERIMENT_TAGS).where(*chosen).values(value=value))
    rows = [(experiment, key, value) for key, value in tags.items()]
    columns = ("experiment_id", "key", "value")
    insert_rows(connection, EXPERIMENT_TAGS, columns, rows, skip=True)
