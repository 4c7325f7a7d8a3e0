"""A database as a store: one transaction inserts a batch of runs.

MLflow's client does what is rare: restore and delete, and complete what was shown under way.
"""

import weakref
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from evosweep.errors import InputError
from evosweep.track.content.mlflow_run import MlflowRun, Point
from evosweep.track.store import bulk, experiments
from evosweep.track.store import updates as changes
from evosweep.track.store.address import Address
from evosweep.track.store.database import open_database
from evosweep.track.store.patience import persist
from evosweep.track.store.protocol import MlflowExperiment, StoredRun, Update
from evosweep.track.store.rebase import rebase
from evosweep.track.store.server_store import ServerStore, experiment_tags, write_files

_FIRST = 0
"""MLflow's own experiment, Default; its artifacts lie in an arbitrary folder."""
_TAGS = ("kind", "folder", "configuration", "content")


class DatabaseStore(ServerStore):
    """MLflow's tables themselves: SQLite or PostgreSQL."""

    batch = 50
    rewrites = True

    def __init__(self, address: Address) -> None:
        self.address, self.database = address, open_database(address)
        weakref.finalize(self, self.database.dispose)
        if address.is_own:
            rebase(address, self.database)

    def experiment(self, name: str) -> MlflowExperiment:
        return persist(lambda: self._experiment(name), self.address.shown)

    def _experiment(self, name: str) -> MlflowExperiment:
        row = self._row(name)
        if not row.is_active:
            self.client.restore_experiment(str(row.id))
        tags = experiment_tags(name) if row.tags.get(experiments.NAME) != name else {}
        location = self._location(name) if row.id == _FIRST else row.location
        if tags or location != row.location:
            with self.database.begin() as connection:
                experiments.tag(connection, row.id, tags)
                experiments.place(connection, row.id, location)
        return MlflowExperiment(
            name,
            str(row.id),
            f"{row.id}:{row.created}",
            location=location,
            tags={**row.tags, **tags},
        )

    def _row(self, name: str) -> experiments.StoredExperiment:
        """Return the experiment of a name, created if there is none."""
        from sqlalchemy.exc import IntegrityError

        row = self._find_row(name)
        if row is None:
            with suppress(IntegrityError), self.database.begin() as connection:
                experiments.create(connection, name, self._location(name))
            row = self._find_row(name)  # perhaps that of another tracker, which was faster
        if row is None:
            raise ValueError(f"the database takes no experiment {name!r}")
        return row

    def _find_row(self, name: str) -> experiments.StoredExperiment | None:
        with self.database.connect() as connection:
            return experiments.find(connection, name)

    def _location(self, name: str) -> str:
        folder = self.address.artifacts
        assert folder is not None
        return (folder / name).as_uri()

    def tag(self, experiment: MlflowExperiment, tags: Mapping[str, str]) -> None:
        new = {key: text for key, text in tags.items() if experiment.tags.get(key) != text}
        if new:
            persist(partial(self._tag, int(experiment.id), new), self.address.shown)

    def _tag(self, experiment: int, tags: Mapping[str, str]) -> None:
        with self.database.begin() as connection:
            experiments.tag(connection, experiment, tags)

    def stored_runs(self, experiment: MlflowExperiment) -> list[StoredRun]:
        if not self.address.is_own:
            return []
        return persist(lambda: self._stored_runs(experiment), self.address.shown)

    def _stored_runs(self, experiment: MlflowExperiment) -> list[StoredRun]:
        from sqlalchemy import select

        from evosweep.track.store.tables import RUNS, TAGS

        run, tag = RUNS.c, TAGS.c
        ours = (run.experiment_id == int(experiment.id), run.lifecycle_stage == "active")
        statuses = select(run.run_uuid, run.status).where(*ours)
        tags = (
            select(tag.run_uuid, tag.key, tag.value)
            .join_from(TAGS, RUNS, run.run_uuid == tag.run_uuid)
            .where(*ours, tag.key.in_(_TAGS))
        )
        tags_of: dict[str, dict[str, str]] = {}
        with self.database.connect() as connection:
            for run_uuid, key, value in connection.execute(tags):
                tags_of.setdefault(run_uuid, {})[key] = value
            status = {row[0]: row[1] for row in connection.execute(statuses)}
        return [
            StoredRun(
                run_id, **{name: values.get(name, "") for name in _TAGS}, status=status[run_id]
            )
            for run_id, values in tags_of.items()
            if "content" in values
        ]

    def restore(self, experiment: MlflowExperiment, ids: Set[str]) -> tuple[int, Set[str]]:
        stages = persist(lambda: bulk.stages(self.database, experiment.id), self.address.shown)
        binned = [each for each in ids if stages.get(each) == "deleted"]
        for mlflow_id in binned:
            persist(partial(self.client.restore_run, mlflow_id), self.address.shown)
        return len(binned), ids - stages.keys()

    def log(self, mlflow_id: str, points: Sequence[Point], tags: dict[str, str]) -> None:
        self.update([Update(mlflow_id, points, tags)])

    def rename(self, names: Mapping[str, str]) -> None:
        persist(partial(changes.rename, self.database, names), self.address.shown)

    def update(self, updates: Sequence[Update]) -> None:
        persist(partial(changes.apply, self.database, updates), self.address.shown)

    def show(self, mlflow_id: str, key: str, value: float | None) -> None:
        points = [] if value is None else [Point(key, value, 0, 0)]
        self.update([Update(mlflow_id, families=(key,), replaced=points)])

    def end(self, mlflow_id: str, status: str, end: int | None) -> None:
        self.update([Update(mlflow_id, status=status, end=end)])

    def create(self, experiment: MlflowExperiment, runs: Sequence[MlflowRun]) -> list[str]:
        persist(lambda: self._insert(experiment, runs), self.address.shown)
        return [run.mlflow_id for run in runs]

    def _insert(self, experiment: MlflowExperiment, runs: Sequence[MlflowRun]) -> None:
        stages = bulk.existing(self.database, [run.mlflow_id for run in runs])
        for mlflow_id, stage in stages.items():
            if stage == "deleted":
                self.client.restore_run(mlflow_id)
        new = [run for run in runs if run.mlflow_id not in stages]
        for run in new:
            if run.files:
                self._write(experiment.location, run)
        if new:
            self._insert_rows(experiment, new)

    def _insert_rows(self, experiment: MlflowExperiment, new: Sequence[MlflowRun]) -> None:
        """Insert the runs, without those that another tracker has inserted meanwhile."""
        from sqlalchemy.exc import IntegrityError

        try:
            bulk.insert(self.database, experiment.id, experiment.location, new)
        except IntegrityError:
            stages = bulk.existing(self.database, [run.mlflow_id for run in new])
            if not stages:
                raise
            if rest := [run for run in new if run.mlflow_id not in stages]:
                self._insert_rows(experiment, rest)

    def _write(self, location: str, run: MlflowRun) -> None:
        """Write the artifacts before the run, so that an existing run is whole."""
        folder = local_folder(location)
        if folder:
            self._write_files(folder / run.mlflow_id / "artifacts", run)

    def _write_files(self, folder: Path, run: MlflowRun) -> None:
        """Write the artifacts; raises outside of the results' own folder."""
        artifacts = self.address.artifacts
        if artifacts is None or not self.address.is_own:
            write_files(folder, run)
            return
        if not folder.is_relative_to(artifacts):
            raise InputError(
                f"{self.address.shown}: its artifacts are at {folder.parent}, outside these "
                "results; were they moved? call `evosweep track RESULTS --rebase`"
            )
        write_files(folder, run, inside=artifacts.parent)

    def _upload(self, mlflow_id: str, run: MlflowRun) -> None:
        folder = local_folder(self.client.get_run(mlflow_id).info.artifact_uri)
        if folder:
            self._write_files(folder, run)
        else:
            super()._upload(mlflow_id, run)


def local_folder(location: str) -> Path | None:
    """Return the folder of an artifact location, None if it is not on this machine."""
    parts = urlsplit(location)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return Path(location) if not parts.scheme and location.startswith("/") else None
