"""MLflow as evosweep uses it: experiments and whole runs, behind one small contract.

`ServerStore` speaks MLflow's client to a server, `DatabaseStore` puts whole runs into a database.
Every act may be repeated: what is there already stays, what is missing is added.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from evosweep.track.content.entry import RUNNING, Entry, Point
from evosweep.track.store import view
from evosweep.track.store.address import Address
from evosweep.track.store.datasets import dataset_input
from evosweep.track.store.patience import persist
from evosweep.track.store.quiet import import_mlflow

_ENTITIES, _PAIRS = 1000, 100  # what one log_batch takes: in all, and of params or tags
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment in MLflow."""

    name: str
    id: str
    identity: str
    """Differs from that of an experiment of the same name in another or a rebuilt database."""
    location: str


@dataclass(frozen=True, slots=True)
class Known:
    """A run that MLflow has, by its tags."""

    mlflow_id: str
    kind: str
    folder: str
    configuration: str
    content: str
    status: str


class Store(Protocol):
    """What tracking asks of an MLflow."""

    address: Address
    batch: int
    """How many entries `create` takes at best."""

    def experiment(self, name: str) -> Experiment:
        """The experiment of that name, created or restored where need be."""

    def known(self, experiment: Experiment) -> list[Known]:
        """What the experiment has from these results alone; nothing where others write too."""

    def create(self, experiment: Experiment, entries: Sequence[Entry]) -> list[str]:
        """The MLflow ids of the entries, each whole when this returns."""

    def complete(self, mlflow_id: str, entry: Entry, after: int) -> None:
        """Makes a run that was shown up to generation `after` whole."""

    def log(self, mlflow_id: str, points: Sequence[Point], tags: dict[str, str]) -> None:
        """Adds metrics, and sets tags."""

    def end(self, mlflow_id: str, status: str, end: int | None) -> None:
        """Sets the status of a run and its end, in milliseconds since the epoch."""

    def delete(self, mlflow_id: str) -> None:
        """Moves a run to MLflow's bin."""

    def copy(self, mlflow_id: str, new_id: str) -> Entry:
        """The entry of a run without its metrics and files, to be created under a new id."""


class ServerStore:
    """An MLflow behind HTTP, with the environment's account."""

    batch = 1

    def __init__(self, address: Address) -> None:
        self.address = address
        self.client = import_mlflow().tracking.MlflowClient(address.uri)

    def experiment(self, name: str) -> Experiment:
        return persist(lambda: self._experiment(name), self.address.shown)

    def _experiment(self, name: str) -> Experiment:
        found = self.client.get_experiment_by_name(name)
        if found is None:
            found = self._create_experiment(name)
        elif found.lifecycle_stage == "deleted":
            self.client.restore_experiment(found.experiment_id)
        identity = f"{found.experiment_id}:{found.creation_time}"
        return Experiment(name, found.experiment_id, identity, found.artifact_location)

    def known(self, experiment: Experiment) -> list[Known]:  # noqa: ARG002 - the contract's
        return []

    def _create_experiment(self, name: str) -> Any:
        from mlflow.exceptions import MlflowException

        folder = self.address.artifacts
        location = (folder / name).as_uri() if folder else None
        tags = {
            "mlflow.experimentKind": "custom_model_development",
            "evosweep": "experiment",
            view.TAG: view.STATE,
        }
        try:
            self.client.create_experiment(name, artifact_location=location, tags=tags)
        except MlflowException as error:  # another tracker was faster, or the answer was lost
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        return self.client.get_experiment_by_name(name)

    def _search(self, experiment: Experiment, condition: str) -> Iterator[Known]:
        token = None
        while True:
            page = persist(
                lambda token=token: self.client.search_runs(  # type: ignore[misc]
                    [experiment.id], condition, max_results=_PAGE, page_token=token
                ),
                self.address.shown,
            )
            yield from (_known(run) for run in page)
            token = page.token
            if not token:
                return

    def create(self, experiment: Experiment, entries: Sequence[Entry]) -> list[str]:
        made = []
        for entry in entries:
            made.append(persist(lambda e=entry: self._create(experiment, e), self.address.shown))  # type: ignore[misc]
        return made

    def _create(self, experiment: Experiment, entry: Entry) -> str:
        found = list(self._search(experiment, f"tags.content = '{entry.mlflow_id}'"))
        if found:
            mlflow_id = found[0].mlflow_id
            if found[0].status == entry.status and entry.status != RUNNING:
                return mlflow_id
        else:
            mlflow_id = self.client.create_run(
                experiment.id, start_time=entry.start, tags=entry.tags, run_name=entry.name
            ).info.run_id
        self._fill(mlflow_id, entry, entry.points)
        return mlflow_id

    def complete(self, mlflow_id: str, entry: Entry, after: int) -> None:
        shown = {"best", "evaluations"}
        points = [p for p in entry.points if p.step > after or p.key not in shown]
        persist(lambda: self._fill(mlflow_id, entry, points), self.address.shown)

    def _fill(self, mlflow_id: str, entry: Entry, points: Sequence[Point]) -> None:
        self._log(mlflow_id, points, entry.tags, entry.params)
        self._log_dataset(mlflow_id, entry)
        if entry.files:
            self._upload(mlflow_id, entry)
        self._end(mlflow_id, entry.status, entry.end)

    def _log_dataset(self, mlflow_id: str, entry: Entry) -> None:
        if entry.dataset:
            self.client.log_inputs(mlflow_id, [dataset_input(entry.dataset)])

    def _upload(self, mlflow_id: str, entry: Entry) -> None:
        with tempfile.TemporaryDirectory(prefix="evosweep-track-") as folder:
            write_files(Path(folder), entry)
            self.client.log_artifacts(mlflow_id, folder)

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

    def copy(self, mlflow_id: str, new_id: str) -> Entry:
        run = persist(lambda: self.client.get_run(mlflow_id), self.address.shown)
        tags = {k: v for k, v in run.data.tags.items() if k != "mlflow.runName"}
        info = run.info
        times = (info.start_time, info.end_time or info.start_time)
        tags["content"] = new_id
        return Entry(new_id, info.run_name, "FINISHED", *times, dict(run.data.params), tags)


def _known(run: Any) -> Known:
    tags = run.data.tags
    names = ("kind", "folder", "configuration", "content")
    found = {name: tags.get(name, "") for name in names}
    return Known(mlflow_id=run.info.run_id, status=run.info.status, **found)


def write_files(folder: Path, entry: Entry) -> None:
    """Copies an entry's artifacts into a folder."""
    import shutil

    folder.mkdir(parents=True, exist_ok=True)
    for name, content in entry.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            with suppress(shutil.SameFileError):
                shutil.copyfile(content, target)
