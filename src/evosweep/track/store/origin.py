"""Sources of tracked runs: a server within bounds, or a database with its own folder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote

from evosweep.errors import InputError, without_password
from evosweep.files.opening import open_file
from evosweep.track.store.address import Address
from evosweep.track.store.bounded import PAGES, Remote
from evosweep.track.store.database import probe
from evosweep.track.store.database_store import local_folder
from evosweep.track.store.patience import Refused, persist
from evosweep.track.store.quiet import import_mlflow

_PAGE = 200
_DONE = "tags.kind = 'run' AND attributes.status != 'RUNNING'"
_OUTCOMES = ("FINISHED", "FAILED")
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A run as MLflow has it."""

    mlflow_id: str
    experiment_id: str
    status: str
    location: str
    """Of its artifacts, by its own word."""
    tags: Mapping[str, str]


class Origin(Protocol):
    """An MLflow to read from."""

    address: Address

    def experiments(self) -> list[tuple[str, str]]:
        """(name, id) of evosweep's experiments."""

    def runs(self, experiment_id: str) -> Iterator[TrackedRun]:
        """Return its runs that finished or failed."""

    def run(self, mlflow_id: str) -> TrackedRun | None:
        """Return the run of that id, if there is one."""

    def fetch(self, run: TrackedRun, name: str, target: BinaryIO, limit: int) -> None:
        """Bring an artifact into the empty file `target`; refuses more than `limit` bytes."""


def open_origin(address: Address) -> Origin:
    """Return the MLflow at an address."""
    return ServerOrigin(address) if address.is_server else DatabaseOrigin(address)


class ServerOrigin:
    """A server, asked for its own artifacts alone."""

    def __init__(self, address: Address) -> None:
        self.address, self._remote = address, Remote(address)

    def experiments(self) -> list[tuple[str, str]]:
        pages = self._pages("experiments/search", {"max_results": 1000}, "experiments")
        ours = (each for each in pages if _tags(each).get("evosweep") == "experiment")
        return [(str(each.get("name")), str(each.get("experiment_id"))) for each in ours]

    def runs(self, experiment_id: str) -> Iterator[TrackedRun]:
        query = {"experiment_ids": [experiment_id], "filter": _DONE, "max_results": _PAGE}
        for each in self._pages("runs/search", query, "runs"):
            run = _run(each)
            if run.status in _OUTCOMES:
                yield run

    def run(self, mlflow_id: str) -> TrackedRun | None:
        try:
            answer = self._remote.ask(f"/api/2.0/mlflow/runs/get?run_id={quote(mlflow_id)}")
        except Refused as error:
            if error.status == 404:
                return None
            raise
        return _run(answer.get("run", {}))

    def fetch(self, run: TrackedRun, name: str, target: BinaryIO, limit: int) -> None:
        self._remote.download(run.location, name, target, limit)

    def _pages(
        self, endpoint: str, query: Mapping[str, object], field: str
    ) -> Iterator[dict[str, Any]]:
        token = ""
        for _ in range(PAGES):
            page = {"page_token": token} if token else {}
            answer = self._remote.ask(f"/api/2.0/mlflow/{endpoint}", {**query, **page})
            items = answer.get(field, [])
            if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
                raise InputError(f"{self.address.shown}: its answer to {endpoint} has no {field}")
            yield from items
            before, token = token, str(answer.get("next_page_token") or "")
            if not token:
                return
            if token == before or not items:
                break
        raise InputError(f"{self.address.shown}: its list of {field} has no end")


class DatabaseOrigin:
    """A database whose artifacts lie in a folder of this machine."""

    def __init__(self, address: Address) -> None:
        self.address = address
        mlflow = import_mlflow()
        probe(address)
        self._client = persist(lambda: mlflow.tracking.MlflowClient(address.uri), address.shown)

    def experiments(self) -> list[tuple[str, str]]:
        listed = persist(lambda: list(self._client.search_experiments()), self.address.shown)
        return [
            (each.name, each.experiment_id)
            for each in listed
            if each.tags.get("evosweep") == "experiment"
        ]

    def runs(self, experiment_id: str) -> Iterator[TrackedRun]:
        search = partial(self._client.search_runs, [experiment_id], _DONE, max_results=_PAGE)
        token: str | None = None
        while True:
            page = persist(partial(search, page_token=token), self.address.shown)
            yield from (_of_client(run) for run in page if run.info.status in _OUTCOMES)
            token = page.token
            if not token:
                return

    def run(self, mlflow_id: str) -> TrackedRun | None:
        from mlflow.exceptions import MlflowException

        def step() -> TrackedRun | None:
            try:
                return _of_client(self._client.get_run(mlflow_id))
            except MlflowException as error:
                if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                    raise
                return None

        return persist(step, self.address.shown)

    def fetch(self, run: TrackedRun, name: str, target: BinaryIO, limit: int) -> None:
        source = self._folder(run) / name
        try:
            content = open_file(source)
        except OSError as error:
            raise InputError(
                f"MLflow run {run.mlflow_id}: its artifact {name} is not in {source.parent} "
                f"({error.strerror}); if the results were moved, call "
                "`evosweep track RESULTS --rebase`"
            ) from error
        with content:
            while chunk := content.read(_CHUNK):
                limit -= len(chunk)
                if limit < 0:
                    raise InputError(f"{source}: is larger than its run can have made it")
                target.write(chunk)

    def _folder(self, run: TrackedRun) -> Path:
        """Return the run's artifacts; only below the folder that belongs to the database."""
        folder, root = local_folder(run.location), self._root(run)
        if folder is None or root is None or not folder.resolve().is_relative_to(root.resolve()):
            raise InputError(
                f"MLflow run {run.mlflow_id}: its artifacts lie in "
                f"{without_password(run.location)!r}, outside of {root}, and are not read there; "
                "if the results were moved, call `evosweep track RESULTS --rebase`"
            )
        return folder

    def _root(self, run: TrackedRun) -> Path | None:
        if self.address.database:
            return self.address.artifacts
        experiment = persist(
            lambda: self._client.get_experiment(run.experiment_id), self.address.shown
        )
        return local_folder(experiment.artifact_location)


def _of_client(run: Any) -> TrackedRun:
    info = run.info
    return TrackedRun(
        info.run_id, info.experiment_id, info.status, location=info.artifact_uri, tags=run.data.tags
    )


def _run(item: object) -> TrackedRun:
    """Return a run in a server's answer, which may be anything."""
    run = _object(item)
    info, data = _object(run.get("info")), _object(run.get("data"))
    return TrackedRun(
        mlflow_id=str(info.get("run_id", "")),
        experiment_id=str(info.get("experiment_id", "")),
        status=str(info.get("status", "")),
        location=str(info.get("artifact_uri", "")),
        tags=_tags(data),
    )


def _tags(item: Mapping[str, object]) -> dict[str, str]:
    pairs = item.get("tags")
    tags = [_object(pair) for pair in pairs] if isinstance(pairs, list) else []
    return {str(tag.get("key")): str(tag.get("value")) for tag in tags}


def _object(item: object) -> dict[str, object]:
    return item if isinstance(item, dict) else {}
