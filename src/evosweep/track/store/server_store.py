"""An MLflow server: runs go there by MLflow's own client, with the account in the environment."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import Any

from evosweep.errors import InputError
from evosweep.files import writing
from evosweep.track.content.mlflow_run import RUNNING, MlflowRun, Point
from evosweep.track.content.views import Subject, view_tags
from evosweep.track.store.address import Address
from evosweep.track.store.bounded import PAGES, served_path, shown_place
from evosweep.track.store.bounded_client import persist
from evosweep.track.store.datasets import dataset_input
from evosweep.track.store.experiments import NAME
from evosweep.track.store.protocol import MlflowExperiment, StoredRun, Update
from evosweep.track.store.quiet import import_mlflow

_ENTITIES, _PAIRS = 1000, 100  # what one log_batch takes: in all, and of params or tags
_PAGE = 1000
_CLOUDS = {"s3", "gs", "wasb", "wasbs", "abfss", "hdfs", "viewfs", "oss", "b2"}


class ServerStore:
    """An MLflow server, used with the account in the environment."""

    batch = 1
    rewrites = False

    def __init__(self, address: Address) -> None:
        self.address = address
        import_mlflow()

    @cached_property
    def client(self) -> Any:
        """MLflow's own client."""
        return import_mlflow().tracking.MlflowClient(self.address.uri)

    def experiment(self, name: str) -> MlflowExperiment:
        return persist(lambda: self._experiment(name), self.address.shown)

    def _experiment(self, name: str) -> MlflowExperiment:
        experiment = self._find(name)
        if experiment is None:
            experiment = self._create_experiment(name)
        elif experiment.lifecycle_stage == "deleted":
            self.client.restore_experiment(experiment.experiment_id)
        if experiment.tags.get(NAME) != name:
            for key, value in experiment_tags(name).items():
                self.client.set_experiment_tag(experiment.experiment_id, key, value)
        identity = f"{experiment.experiment_id}:{experiment.creation_time}"
        return MlflowExperiment(
            name,
            experiment.experiment_id,
            identity,
            location=experiment.artifact_location,
            tags=dict(experiment.tags),
        )

    def _find(self, name: str) -> Any:
        """Return the experiment that was made for this name, else one that has this name now."""
        from mlflow.entities import ViewType

        called = self.client.get_experiment_by_name(name)
        if called is not None and called.tags.get(NAME, name) == name:
            return called
        quote = "'" if '"' in name else '"'
        tagged = self.client.search_experiments(
            ViewType.ALL, filter_string=f"tags.`{NAME}` = {quote}{name}{quote}"
        )
        return min(tagged, key=lambda each: each.lifecycle_stage, default=called)

    def stored_runs(self, experiment: MlflowExperiment) -> list[StoredRun]:  # noqa: ARG002
        return []

    def _create_experiment(self, name: str) -> Any:
        from mlflow.exceptions import MlflowException

        folder = self.address.artifacts
        location = (folder / name).as_uri() if folder else None
        try:
            tags = experiment_tags(name)
            self.client.create_experiment(name, artifact_location=location, tags=tags)
        except MlflowException as error:  # another tracker was faster, or the answer was lost
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        return self.client.get_experiment_by_name(name)

    def _search(
        self, experiment: MlflowExperiment, condition: str, deleted: bool
    ) -> Iterator[StoredRun]:
        from mlflow.entities import ViewType

        kind = ViewType.DELETED_ONLY if deleted else ViewType.ACTIVE_ONLY
        search = partial(
            self.client.search_runs, [experiment.id], condition, kind, max_results=_PAGE
        )
        token: str | None = None
        for _ in range(PAGES):
            page = persist(partial(search, page_token=token), self.address.shown)
            yield from (_stored_run(run) for run in page)
            token = page.token
            if not token:
                return
        raise InputError(f"{self.address.shown}: its list of runs has no end")

    def create(self, experiment: MlflowExperiment, runs: Sequence[MlflowRun]) -> list[str]:
        return [persist(partial(self._create, experiment, run), self.address.shown) for run in runs]

    def _create(self, experiment: MlflowExperiment, run: MlflowRun) -> str:
        condition = f"tags.content = '{run.mlflow_id}'"
        equal = list(self._search(experiment, condition, deleted=False))
        if equal:
            mlflow_id = equal[0].mlflow_id
            if equal[0].status == run.status and run.status != RUNNING:
                return mlflow_id
        else:
            mlflow_id = self.client.create_run(
                experiment.id, start_time=run.start, tags=run.tags, run_name=run.name
            ).info.run_id
        self._fill(mlflow_id, run, run.points)
        return mlflow_id

    def complete(self, mlflow_id: str, run: MlflowRun, after: int) -> None:
        live = re.compile(r"evaluations|best_so_far(_\d+)?")
        points = [p for p in run.points if p.step > after or not live.fullmatch(p.key)]
        persist(lambda: self._fill(mlflow_id, run, points), self.address.shown)

    def _fill(self, mlflow_id: str, run: MlflowRun, points: Sequence[Point]) -> None:
        self._log(mlflow_id, points, run.tags, run.params)
        self._log_dataset(mlflow_id, run)
        if run.files:
            self._upload(mlflow_id, run)
        self._end(mlflow_id, run.status, run.end)

    def _log_dataset(self, mlflow_id: str, run: MlflowRun) -> None:
        if run.data:
            self.client.log_inputs(mlflow_id, [dataset_input(run.data)])

    def _upload(self, mlflow_id: str, run: MlflowRun) -> None:
        with tempfile.TemporaryDirectory(prefix="evosweep-track-") as folder:
            write_files(Path(folder), run)
            location = self.client.get_run(mlflow_id).info.artifact_uri
            self._artifacts(location).log_artifacts(folder)

    def _artifacts(self, location: str) -> Any:
        """Return MLflow's writer of artifacts for a place that a server has named.

        A server may keep them itself or in a cloud. It may not name a file of this machine, or
        another server, which would get the account in the environment.
        """
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        is_elsewhere = location.partition("://")[0] in _CLOUDS
        served = self.address.is_server and served_path(self.address, location) is not None
        if self.address.is_server and not (is_elsewhere or served):
            raise InputError(
                f"{self.address.shown}: a run's artifacts lie in {shown_place(location)}, "
                "and nothing is written there; let the server serve them (--serve-artifacts)"
            )
        return get_artifact_repository(location, tracking_uri=self.address.uri)

    def log(self, mlflow_id: str, points: Sequence[Point], tags: dict[str, str]) -> None:
        persist(lambda: self._log(mlflow_id, points, tags, {}), self.address.shown)

    def _log(
        self, mlflow_id: str, points: Sequence[Point], tags: dict[str, str], params: dict[str, str]
    ) -> None:
        from mlflow.entities import Metric, Param, RunTag

        metrics = iter([Metric(p.key, p.value, p.timestamp, p.step) for p in points])
        pairs = iter([Param(key, value) for key, value in params.items()])
        labels = iter([RunTag(key, value) for key, value in tags.items()])
        while True:
            some, others = list(islice(pairs, _PAIRS)), list(islice(labels, _PAIRS))
            values = list(islice(metrics, _ENTITIES - len(some) - len(others)))
            if not (values or some or others):
                return
            self.client.log_batch(mlflow_id, values, some, others)

    def update(self, updates: Sequence[Update]) -> None:
        for each in updates:
            if each.families:
                raise NotImplementedError("a server takes no metric back")
            if each.points or each.tags:
                self.log(each.mlflow_id, each.points, dict(each.tags))
            if each.status:
                self.end(each.mlflow_id, each.status, each.end)

    def show(self, mlflow_id: str, key: str, value: float | None) -> None:
        if value is not None:
            persist(partial(self._show, mlflow_id, key, value), self.address.shown)

    def _show(self, mlflow_id: str, key: str, value: float) -> None:
        """Log a value at step 0 if it is the first one, as in a database, else at the next step."""
        history = self.client.get_metric_history(mlflow_id, key)
        shown = {point.step: point.value for point in history}
        last = max(shown, default=-1)
        if shown.get(last) != value:
            self._log(mlflow_id, [Point(key, value, 0, last + 1)], {}, {})

    def rename(self, names: Mapping[str, str]) -> None:
        for mlflow_id, name in names.items():
            persist(partial(self.client.update_run, mlflow_id, name=name), self.address.shown)

    def tag(self, experiment: MlflowExperiment, tags: Mapping[str, str]) -> None:
        for key, value in tags.items():
            if experiment.tags.get(key) != value:
                step = partial(self.client.set_experiment_tag, experiment.id, key, value)
                persist(step, self.address.shown)

    def end(self, mlflow_id: str, status: str, end: int | None) -> None:
        persist(lambda: self._end(mlflow_id, status, end), self.address.shown)

    def _end(self, mlflow_id: str, status: str, end: int | None) -> None:
        if status == RUNNING:
            self.client.update_run(mlflow_id, status)
        else:
            self.client.set_terminated(mlflow_id, status, end)

    def delete(self, mlflow_id: str) -> None:
        from mlflow.exceptions import MlflowException

        def step() -> None:
            try:
                self.client.delete_run(mlflow_id)
            except MlflowException as error:
                if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                    raise

        persist(step, self.address.shown)

    def restore(self, experiment: MlflowExperiment, ids: Set[str]) -> tuple[int, Set[str]]:
        if not ids:
            return 0, ids
        deleted = self._search(experiment, "tags.evosweep = 'entry'", deleted=True)
        binned = [run.mlflow_id for run in deleted if run.mlflow_id in ids]
        for mlflow_id in binned:
            persist(partial(self.client.restore_run, mlflow_id), self.address.shown)
        return len(binned), frozenset()

    def copy(self, mlflow_id: str, new_id: str) -> MlflowRun:
        run = persist(lambda: self.client.get_run(mlflow_id), self.address.shown)
        tags = {k: v for k, v in run.data.tags.items() if k != "mlflow.runName"}
        info = run.info
        tags["content"] = new_id
        return MlflowRun(
            new_id,
            info.run_name,
            "FINISHED",
            start=info.start_time,
            end=info.end_time or info.start_time,
            params=dict(run.data.params),
            tags=tags,
        )


def experiment_tags(name: str) -> dict[str, str]:
    """Return the first tags of an experiment."""
    return {
        "mlflow.experimentKind": "custom_model_development",
        "evosweep": "experiment",
        NAME: name,
        **view_tags(Subject()),
    }


def _stored_run(run: Any) -> StoredRun:
    tags = run.data.tags
    names = ("kind", "folder", "configuration", "content")
    values = {name: tags.get(name, "") for name in names}
    return StoredRun(mlflow_id=run.info.run_id, status=run.info.status, **values)


def write_files(folder: Path, run: MlflowRun, *, inside: Path | None = None) -> None:
    """Copy a run's artifacts into a folder; nothing is written through a link below `inside`.

    Partial files of a tracker that was killed here are removed.
    """
    inside = inside or folder
    if folder.is_dir():
        writing.forget_drafts(folder, inside=inside)
    writing.write_all(folder, run.files, inside=inside)
