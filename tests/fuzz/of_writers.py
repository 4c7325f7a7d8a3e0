"""Writers into results: reports, exports, lists of runs, removals, artifacts, files of runs."""

import json
import os
from functools import partial as partial_of
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import documents
import hostile
import seeds
from writer import Writer

from evosweep.commands import compare as compare_command
from evosweep.commands import export, ui
from evosweep.compare.page import html
from evosweep.compare.page.files import MANIFEST
from evosweep.compare.read.folders import open_studies
from evosweep.config.spec import RunSpec
from evosweep.export.bundle import write_bundle
from evosweep.inventory import leftovers
from evosweep.inventory.asked_file import AskedRuns, write_asked
from evosweep.inventory.look_note import LookNote
from evosweep.inventory.stages_note import StagesNote
from evosweep.processes.lock import Lock
from evosweep.records import horizons, interruptions, source_copies
from evosweep.records.folder import RunFolder
from evosweep.run import receipt
from evosweep.track.content.mlflow_run import MlflowRun
from evosweep.track.passes import pull
from evosweep.track.store import lock as tracker
from evosweep.track.store import server_store
from evosweep.track.store.address import resolve
from evosweep.track.store.origin import TrackedRun
from evosweep.workflow import hooks, orders, partial
from evosweep.workflow.call import Call
from evosweep.workflow.plan import Plan

_SPEC = RunSpec.parse(seeds.spec().decode())
_STUDY = "study"
_FAMILY = "ab" * 16
_OTHER = "0" * 12
_NAME = hostile.name_of(0)


def _run_folder(results: Path) -> RunFolder:
    return RunFolder(results / _STUDY / "runs" / _NAME)


def _report(results: Path) -> None:
    """The report's files, with one of the last report that is to go."""
    page = cast("Any", None)
    study = SimpleNamespace(folder=results / _STUDY)
    contents = [("tables/a.csv", "a"), ("plots/b.svg", b"b"), ("verdict.txt", "c")]
    with (
        patch.object(html, "_contents", return_value=contents),
        patch.object(html, "render", return_value="<p>"),
    ):
        folder = compare_command._folder(None, study, 1)
        html.write_page(page, folder, inside=compare_command._inside(None, study))


def _last_report(results: Path) -> None:
    folder = results / _STUDY / "comparison"
    (folder / "tables").mkdir(parents=True)
    for name in ("tables/old.csv", "tables/a.csv"):
        (folder / name).write_text("of the last report")
    (folder / "report.html").write_text("<p>")
    (folder / MANIFEST).write_text("tables/old.csv\ntables/a.csv\n")


def _export(results: Path) -> None:
    (study,) = open_studies(results)
    folder = export._folder(None, study, "csv", 1)
    export._write(study, folder, "csv", options={}, inside=study.folder)


def _last_export(results: Path) -> None:
    (results / _STUDY / "export" / "csv").mkdir(parents=True)
    (results / _STUDY / "export" / "csv" / "runs.csv").write_text("of the last export")


def _bundle(results: Path) -> None:
    write_bundle(open_studies(results), results / "bundle.zip")


def _asked(results: Path) -> None:
    runs = {"0123456789ab": 1}
    write_asked(results / _STUDY, [AskedRuns(problem="p", algorithm="a", backend="b", runs=runs)])


def _look(results: Path) -> None:
    stages = StagesNote(first=1, looks=(2, 4), spending="pocock")
    LookNote(problem="p", compare=[], stages=stages, number=1, runs={}).write(results / _STUDY)


def _leftover(results: Path) -> None:
    leftovers.remove(leftovers.Leftover(_run_folder(results), "", "", 0))


def _documents(results: Path) -> None:
    """What a run writes beside its journal, and removes."""
    folder = _run_folder(results)
    receipt.announce(_SPEC, folder, [1.0])
    receipt.write_failure(_SPEC, folder, ValueError("x"))
    interruptions.note(folder.path, "SIGTERM")
    folder.sweep()
    folder.discard()


def _drafts(results: Path) -> None:
    folder = _run_folder(results).path
    for name in (".record.json.0123456789ab", ".logbook.parquet.x", "interruptions.1.jsonl"):
        (folder / name).write_text("a draft")


def _tables(results: Path) -> None:
    record: Any = SimpleNamespace(document=dict)
    journal: Any = SimpleNamespace(flush=lambda: None)
    evolved: Any = SimpleNamespace(population=[], rows=[{"a": 1}])
    receipt.write_outcome(record, _run_folder(results), journal, evolved)


def _locked(results: Path) -> None:
    folder = _run_folder(results)
    with Lock(folder.lock, "run", inside=folder.inside):
        pass


def _horizons(results: Path) -> None:
    folder = _run_folder(results)
    horizons.note(folder, _FAMILY)
    list(horizons.relatives(folder, _FAMILY))


def _old_mark(results: Path) -> None:
    place = results / _STUDY / "horizons" / _FAMILY[:2]
    place.mkdir(parents=True)
    (place / f"{_FAMILY}-{_OTHER}").touch()


def _copies(results: Path) -> None:
    folder = _run_folder(results).sources
    named = SimpleNamespace(
        functions={"problem": "onemax"}, sources={"problem": "a" * 64}, import_path="."
    )
    source_copies.keep_sources(cast("RunSpec", named), folder)


def _call(results: Path) -> None:
    call = Call(results / _STUDY, "0123456789ab")
    call.begin()
    order = orders.Order("compare", "run", 1, label="", words=[], runs=[])
    with patch.dict(os.environ):
        orders.pass_on(call, [order])
    call.end()


def _killed_call(results: Path) -> None:
    folder = results / _STUDY / ".calls" / "ba9876543210"
    folder.mkdir(parents=True)
    (folder / "lock").touch()
    os.utime(folder, (0, 0))


def _plan(results: Path) -> None:
    folder = results / _STUDY
    job = SimpleNamespace(name="long", spec="x" * 30_000)
    plan: Any = SimpleNamespace(
        experiment=SimpleNamespace(folder=folder), is_share=False, asked_file=f"{folder}/asked.txt",
        scope=SimpleNamespace(noted=list, mine=[]), _jobs={"long": job}, folder=str(folder),
    )  # fmt: skip
    plan._long_spec = partial_of(Plan._long_spec, plan)
    Plan.write_files(plan, elsewhere=False)


def _logs(results: Path) -> None:
    with (
        patch.object(partial.subprocess, "call", return_value=0),
        patch.object(hooks.subprocess, "Popen"),
    ):
        partial._call(["true"], results / _STUDY / "logs" / "compare.log")
        hooks._follow(results / _STUDY)


def _last_log(results: Path) -> None:
    (results / _STUDY / "logs").mkdir()
    for name in ("compare.log", "follow.log"):
        (results / _STUDY / "logs" / name).write_text("of the last call")


def _artifacts(results: Path) -> None:
    run: Any = SimpleNamespace(
        files={"record.json": _run_folder(results).record, "page/index.html": b"<p>"}
    )
    folder = results / "mlartifacts" / "1" / ("a" * 32) / "artifacts"
    server_store.write_files(folder, cast("MlflowRun", run), inside=results)


def _killed_tracker(results: Path) -> None:
    folder = results / "mlartifacts" / "1" / ("a" * 32) / "artifacts"
    folder.mkdir(parents=True)
    for name in (".record.json.0123456789ab", "record.json"):
        (folder / name).write_text("a draft")


def _tracker(results: Path) -> None:
    address = resolve(results)
    with tracker.only_tracker(address):
        pass
    with ui._linked(address.results, cast("Any", SimpleNamespace(host="127.0.0.1", port=5000))):
        pass


def _pulled(results: Path) -> None:
    record = json.dumps(documents.record(run_id=_OTHER)).encode()

    def fetch(_: TrackedRun, name: str, target: Any, __: int) -> None:
        target.write(record if name == "record.json" else b"PAR1")

    origin: Any = SimpleNamespace(fetch=fetch)
    run = TrackedRun("c" * 32, "1", "FINISHED", location="", tags={"run_id": _OTHER})
    pull.pull(origin, run, results, _STUDY)


_RUN = f"{_STUDY}/runs/{_NAME}"
WRITERS = [
    Writer(
        "report", _report, (f"{_STUDY}/comparison", f"{_STUDY}/comparison/tables",
        f"{_STUDY}/comparison/plots"), _last_report,
    ),
    Writer("export", _export, (f"{_STUDY}/export", f"{_STUDY}/export/csv"), _last_export),
    Writer("bundle", _bundle, (), _last_report),
    Writer("asked", _asked, ()),
    Writer("look", _look, (f"{_STUDY}/looks",)),
    Writer("leftover", _leftover, (f"{_STUDY}/runs", _RUN)),
    Writer("documents", _documents, (_RUN,), _drafts),
    Writer("tables", _tables, (_RUN,)),
    Writer("lock", _locked, (_RUN,)),
    Writer("horizons", _horizons, (f"{_STUDY}/horizons", f"{_STUDY}/horizons/ab"), _old_mark),
    Writer("copies", _copies, (f"{_STUDY}/sources", f"{_STUDY}/sources/{'a' * 64}")),
    Writer(
        "call", _call, (f"{_STUDY}/.calls", f"{_STUDY}/.calls/0123456789ab",
        f"{_STUDY}/.calls/ba9876543210"), _killed_call,
    ),
    Writer("plan", _plan, (f"{_STUDY}/specs",)),
    Writer("logs", _logs, (f"{_STUDY}/logs",), _last_log),
    Writer(
        "artifacts", _artifacts, ("mlartifacts", "mlartifacts/1",
        f"mlartifacts/1/{'a' * 32}/artifacts"), _killed_tracker,
    ),
    Writer("tracker", _tracker, (".track",)),
    Writer("pull", _pulled, (_STUDY, f"{_STUDY}/runs", f"{_STUDY}/runs/{_OTHER}")),
]  # fmt: skip
"""Every writer. Their folders are relative to the results."""
