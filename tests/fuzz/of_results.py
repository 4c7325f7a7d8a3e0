"""Readers of what lies in a folder of results beside the runs, and of what a server answers."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import seeds
from reader import Reader

from evosweep.compare.page import files
from evosweep.compare.read import grid
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.files.opening import read_bytes
from evosweep.files.unchanged import digest_of
from evosweep.inventory import asked_file, look_note
from evosweep.inventory.progress import Observer
from evosweep.supervision.job_folder import JobFolder
from evosweep.track.content import verdict
from evosweep.track.passes import comparison, parent_news
from evosweep.track.passes.index import Index
from evosweep.track.passes.index_damage import fields_of
from evosweep.track.passes.pull import chosen_experiments
from evosweep.track.store.address import Address
from evosweep.track.store.bounded import Remote
from evosweep.track.store.origin import ServerOrigin
from evosweep.track.ui import child_runs
from evosweep.workflow import ending, job_messages, orders
from evosweep.workflow.estimate import Estimate
from evosweep.workflow.plan import Plan

_SPEC = RunSpec.parse(seeds.spec().decode())


def _asked(path: Path) -> None:
    grid.stages_of(asked_file.read_asked(path.parent))
    Observer(path.parent).look()


def _look(path: Path) -> None:
    note = look_note.read_look(path)
    assert note.name
    assert note.stages.stages


def _manifest(path: Path) -> None:
    files.forget_stale(path.parent, ["report.html"], inside=path.parent)


def _orders(path: Path) -> None:
    """As if the main process had written it; and as a process for a job finds it changed."""
    with suppress(InputError):
        orders.read(path, "0" * 64)
    content = read_bytes(path, 2**24)
    orders.read(path, digest_of(content))


def _estimate(path: Path) -> None:
    Estimate([(_SPEC, path.parent)])(_SPEC)


def _receipt_of_job(path: Path) -> None:
    """As a supervisor looks whether its runs are done."""
    job = JobFolder(path.parent, _SPEC.to_dict(), [1], out=path.parent, several=False, fresh=True)
    job.is_finished()


def _verdict(path: Path) -> None:
    verdict.read_verdict(path.parent)


def _winners(path: Path) -> None:
    verdict.winners_table(path.parent)


def _log(path: Path) -> None:
    list(ending.verdicts(path.parent.parent))
    job_messages.last_line(path)
    plan = cast("Plan", SimpleNamespace(logs=str(path.parent)))
    Plan.holder(plan, orders.Order("compare", "run", 1, label="", words=[], runs=[]))


def _index(path: Path) -> None:
    """As `track` begins: it makes an index anew that it cannot use."""
    with Index(path) as index:
        for name in [*index.experiments(), "study"]:
            index.identity(name)
            index.misnamed(name)
            index.runs(name)
            index.counts(name)
            index.to_count(name)
            for parent in index.parents(name).values():
                fields_of(parent.facts)
                parent_news.new_points(index.runs_of(name, parent.configuration))


class _Answering(Remote):
    """A server that answers every request by the same bytes."""

    def __init__(self, content: bytes) -> None:
        self.address, self.content = Address("http://127.0.0.1", Path()), content

    def _content(self, _endpoint: str, _body: Mapping[str, object] | None) -> bytes:
        return self.content


def _server(path: Path) -> None:
    origin: Any = object.__new__(ServerOrigin)
    origin.address = Address("http://127.0.0.1", Path())
    origin._remote = _Answering(path.read_bytes())
    origin.run("a" * 32)
    for call in (lambda: list(origin.runs("1")), lambda: chosen_experiments(origin, None)):
        try:
            call()
        except InputError:
            continue


def _location(path: Path) -> None:
    """The place of a run's artifacts, which whoever wrote to the server names."""
    _Answering(b"")._path(path.read_bytes().decode(errors="surrogateescape"))


def _request(path: Path) -> None:
    child_runs._changed(path.read_bytes())


def _comparison(path: Path) -> None:
    if files_of_it := sorted(comparison._files(path.parent)):
        comparison._as_run("study", path.parent, files_of_it)


READERS = [
    Reader("asked", _asked, "study/asked.jsonl"),
    Reader("look", _look, "study/looks/0081fa403486.json"),
    Reader("manifest", _manifest, "study/comparison/.written", fresh=True),
    Reader("orders", _orders, "study/.calls/one/jobs-0081fa403486.jsonl"),
    Reader("estimate", _estimate, f"study/runs/{seeds.RUN_ID}/record.json"),
    Reader("receipt_of_job", _receipt_of_job, f"study/runs/{seeds.RUN_ID}/record.json"),
    Reader("verdict", _verdict, "study/comparison/verdict.txt"),
    Reader("winners", _winners, "study/comparison/tests.csv"),
    Reader("log", _log, "study/logs/compare.log"),
    Reader("index", _index, ".track/mlflow.index", fresh=True),
    Reader("server", _server, is_file=False),
    Reader("location", _location, is_file=False),
    Reader("request", _request, is_file=False),
    Reader("comparison", _comparison, "study/comparison/report.html"),
]
