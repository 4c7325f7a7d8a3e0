"""Show runs under way generation by generation, and mark those that have died."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from evosweep.errors import Damaged
from evosweep.files.content_id import content_id
from evosweep.processes.held_locks import HeldLocks
from evosweep.records.record import Named
from evosweep.track.content import note
from evosweep.track.content.metrics import milliseconds_at
from evosweep.track.content.mlflow_run import KILLED, RUNNING, MlflowRun
from evosweep.track.content.names import own_name, parameters
from evosweep.track.content.progress import GenerationProgress
from evosweep.track.content.tags import identity
from evosweep.track.passes import scan
from evosweep.track.passes.copies import Copies, other_name
from evosweep.track.passes.index import Tracked
from evosweep.track.passes.index_damage import fields_of
from evosweep.track.passes.target import Target

_UNDER_WAY = "Under way: `best_so_far` is of the run's journal."
_STOPPED = "Stopped before its end. The same command continues it from its journal."


class Live:
    """State between the passes of a follower.

    Parameters
    ----------
    shows
        True to show new runs that are under way, too.
    follows
        True if another pass will come soon.
    """

    def __init__(self, shows: bool = False, *, follows: bool = False) -> None:
        self.shows, self.follows = shows, follows
        self._progress: dict[Path, GenerationProgress] = {}

    def update(
        self, target: Target, under_way: list[scan.RunFiles], copies: Copies
    ) -> Iterator[str]:
        """Show the progress of each run, and mark dead runs; yields errors."""
        paths = {source.path for source in under_way}
        self._progress = {path: p for path, p in self._progress.items() if path in paths}
        for source in under_way:
            try:
                self._update(target, source, copies)
            except Damaged as damage:
                yield str(damage)

    def _update(self, target: Target, source: scan.RunFiles, copies: Copies) -> None:
        tracked = target.tracked.get(source.run_id)
        alive = source.folder.lock in HeldLocks()
        if alive and self.shows:
            self._show(target, source, copies, tracked=tracked)
        elif tracked and tracked.status == RUNNING and not alive and not _has_outcome(source):
            self._stop(target, source, tracked)

    def _show(
        self, target: Target, source: scan.RunFiles, copies: Copies, *, tracked: Tracked | None
    ) -> None:
        progress = self._progress.setdefault(source.path, GenerationProgress(source.folder))
        points, document = progress.advance(), progress.document
        if not document:
            return
        copies.check(source, document.run_id)
        if progress.generation < 0:
            return
        if tracked is not None and not tracked.is_live:  # it failed before, and starts again
            target.forget(tracked)
            tracked = None
        if tracked is None:
            tracked = self._begin(target, source, progress, document)
        elif tracked.status == KILLED:
            target.store.end(tracked.mlflow_id, RUNNING, None)
            target.store.log(tracked.mlflow_id, [], _note(document, _UNDER_WAY))
        new = [point for point in points if point.step > tracked.generation]
        if new:
            target.store.log(tracked.mlflow_id, new, {})
        if new or tracked.status != RUNNING:
            summary = _summary(source, document, progress.evaluations)
            generation = progress.generation
            target.keep(replace(tracked, generation=generation, summary=summary, status=RUNNING))

    def _begin(
        self, target: Target, source: scan.RunFiles, progress: GenerationProgress, document: Named
    ) -> Tracked:
        run = _under_way(target.name, source, progress, document)
        run.tags["mlflow.parentRunId"] = target.parents.of(run, document)
        run = replace(run, name=target.parents.name_of(run, document))
        return Tracked(
            source.run_id,
            "",
            mlflow_id=target.store.create(target.experiment, [run])[0],
            content=run.mlflow_id,
            configuration=run.tags["configuration"],
            status=RUNNING,
            finished=run.start,
            summary=_summary(source, document, 0),
        )

    def _stop(self, target: Target, source: scan.RunFiles, tracked: Tracked) -> None:
        target.store.end(tracked.mlflow_id, KILLED, round(1000 * time.time()))
        progress = GenerationProgress(source.folder)
        with suppress(Damaged):
            progress.advance()
        if progress.document:
            target.store.log(tracked.mlflow_id, [], _note(progress.document, _STOPPED))
        target.keep(replace(tracked, status=KILLED))


def agrees(tracked: Tracked, run: MlflowRun) -> bool:
    """Return True if the curves of a finished run continue those that were shown live.

    They do not if a generation consists of several batches: the run is then tracked again from the
    start.
    """
    evaluations = fields_of(tracked.summary).get("evaluations")
    return any(
        point.key == "evaluations"
        and (point.step, point.value) == (tracked.generation, evaluations)
        for point in run.points
    )


def _has_outcome(source: scan.RunFiles) -> bool:
    """Return True if the run ended while it was read; the next pass will show its outcome."""
    return source.folder.record.exists() or source.folder.failure.exists()


def _under_way(
    experiment: str, source: scan.RunFiles, progress: GenerationProgress, document: Named
) -> MlflowRun:
    start = milliseconds_at(progress.started)
    mlflow_id = content_id(experiment, source.run_id, "under way", str(start))
    tags = identity(document) | {
        "content": mlflow_id,
        "folder": source.run_id,
    }
    tags |= _note(document, _UNDER_WAY)
    return MlflowRun(
        mlflow_id,
        "",
        RUNNING,
        start=start,
        end=None,
        params=parameters(document),
        tags=tags,
    )


def _summary(source: scan.RunFiles, document: Named, evaluations: int) -> str:
    summary = {"evaluations": evaluations, "own_name": own_name(document.spec)}
    return json.dumps(summary | other_name(source, document.run_id))


def _note(document: Named, text: str) -> dict[str, str]:
    return {"mlflow.note.content": note.of_unfinished(document, text)}
