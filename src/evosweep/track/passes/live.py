"""Runs that are under way: shown generation by generation, and ended honestly if they die."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evosweep.records.record import Named
from evosweep.track.content import note
from evosweep.track.content.entry import (
    KILLED,
    RUNNING,
    Entry,
    content_id,
    identity,
    parameters,
    run_name,
)
from evosweep.track.content.progress import Progress, is_worked_on
from evosweep.track.passes import scan
from evosweep.track.passes.index import Tracked

if TYPE_CHECKING:
    from evosweep.track.passes.sync import Pass

_UNDER_WAY = "Under way: `best` is the best so far, by the run's journal."
_STOPPED = "Stopped before its end. The same command continues it from its journal."


class Live:
    """What a follower remembers from pass to pass; `shows` is whether new runs are shown too."""

    def __init__(self, shows: bool = False) -> None:
        self.shows = shows
        self._progress: dict[Path, Progress] = {}

    def update(self, one: "Pass", under_way: list[scan.Found]) -> None:
        """Shows how far each run has come, and which has died."""
        there = {found.path for found in under_way}
        self._progress = {path: p for path, p in self._progress.items() if path in there}
        for found in under_way:
            known = one.tracked.get(found.run_id)
            alive = is_worked_on(found.folder.lock)
            if alive and self.shows:
                self._show(one, found, known)
            elif known and known.status == RUNNING and not alive and not _has_outcome(found):
                self._stop(one, found, known)

    def agrees(self, known: Tracked, entry: Entry) -> bool:
        """Whether a finished run's curves go on where those that were shown stopped.

        They don't where a generation is several batches: the run is then tracked anew.
        """
        shown = json.loads(known.summary).get("evaluations")
        return any(
            point.key == "evaluations" and (point.step, point.value) == (known.generation, shown)
            for point in entry.points
        )

    def _show(self, one: "Pass", found: scan.Found, known: Tracked | None) -> None:
        progress = self._progress.setdefault(found.path, Progress(found.folder))
        points, document = progress.advance(), progress.document
        if not document or progress.generation < 0:
            return
        if known is not None and not known.is_live:  # it failed, or was discarded, and starts again
            one.store.delete(known.mlflow_id)
            one.index.drop(one.name, known)
            known = None
        if known is None:
            known = self._begin(one, found, progress, document)
        elif known.status == KILLED:
            one.store.end(known.mlflow_id, RUNNING, None)
            one.store.log(known.mlflow_id, [], _note(document, _UNDER_WAY))
        new = [point for point in points if point.step > known.generation]
        if new:
            one.store.log(known.mlflow_id, new, {})
        if new or known.status != RUNNING:
            values = json.dumps({"evaluations": progress.evaluations})
            changes = {"generation": progress.generation, "summary": values, "status": RUNNING}
            one.index.keep(one.name, [replace(known, **changes)])  # type: ignore[arg-type]

    def _begin(
        self, one: "Pass", found: scan.Found, progress: Progress, document: Named
    ) -> Tracked:
        entry = _entry(one.name, found, progress, document)
        entry.tags["mlflow.parentRunId"] = one.parents.of(entry, document)
        mlflow_id = one.store.create(one.experiment, [entry])[0]
        configuration = entry.tags["configuration"]
        return Tracked(
            found.run_id, "", mlflow_id, entry.mlflow_id, configuration, RUNNING, entry.start
        )

    def _stop(self, one: "Pass", found: scan.Found, known: Tracked) -> None:
        one.store.end(known.mlflow_id, KILLED, round(1000 * time.time()))
        progress = Progress(found.folder)
        progress.advance()
        if progress.document:
            one.store.log(known.mlflow_id, [], _note(progress.document, _STOPPED))
        one.index.keep(one.name, [replace(known, status=KILLED)])


def _has_outcome(found: scan.Found) -> bool:
    """Whether the run ended while it was looked at: the next pass tells how."""
    return found.folder.record.exists() or found.folder.failure.exists()


def _entry(experiment: str, found: scan.Found, progress: Progress, document: Named) -> Entry:
    spec = document.spec
    start = round(1000 * progress.started)
    mlflow_id = content_id(experiment, found.run_id, "under way", str(start))
    tags = identity(document) | {
        "content": mlflow_id,
        "folder": found.run_id,
    }
    tags |= _note(document, _UNDER_WAY)
    return Entry(mlflow_id, run_name(spec), RUNNING, start, None, parameters(spec), tags)


def _note(document: Named, text: str) -> dict[str, str]:
    return {"mlflow.note.content": note.of_unfinished(document, text)}
