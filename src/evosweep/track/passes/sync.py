"""One pass: bring to MLflow what it lacks of the run folders."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from evosweep.errors import Damaged
from evosweep.records.record import Named
from evosweep.track.content.mlflow_run import MlflowRun
from evosweep.track.content.read import Vanished, read_run
from evosweep.track.passes import scan
from evosweep.track.passes.comparison import track_comparison
from evosweep.track.passes.copies import Copies, other_name
from evosweep.track.passes.index import Tracked
from evosweep.track.passes.live import Live, agrees
from evosweep.track.passes.overview import show_overview
from evosweep.track.passes.target import COMPARISON, Target
from evosweep.track.store.patience import Refused, Unreachable

_GIVE_UP = 3
_MOST_POINTS = 200_000
"""Values of metrics in one transaction: some hundred bytes each, and a stop waits for its end."""


@dataclass
class Changes:
    """The changes and the problems of one pass."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    restored: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def acted(self) -> bool:
        """True when anything was brought, removed or restored."""
        return bool(self.new or self.changed or self.removed or self.restored)

    def __str__(self) -> str:
        names = ("new", "changed", "removed", "unchanged")
        parts = [f"{getattr(self, name)} {name}" for name in names]
        return ", ".join(parts + [f"{self.restored} restored"] * bool(self.restored))


@dataclass(frozen=True, slots=True)
class _Read:
    """A run folder, and the MLflow run that is made from it."""

    source: scan.RunFiles
    run: MlflowRun
    document: Named

    def tracked(self, mlflow_id: str, place: int | None = None) -> Tracked:
        """Return its row in the index."""
        return Tracked(
            self.source.run_id,
            self.source.stamp,
            mlflow_id=mlflow_id,
            content=self.run.mlflow_id,
            configuration=self.run.tags["configuration"],
            status=self.run.status,
            finished=self.run.end or self.run.start,
            summary=json.dumps(self.run.summary | other_name(self.source, self.document.run_id)),
            place=place,
        )


class Pass:
    """One pass over one experiment."""

    def __init__(self, target: Target, changes: Changes, live: Live) -> None:
        self.target, self.changes, self.live = target, changes, live
        changes.restored += target.restored
        self._failures = 0
        self._copies = Copies((), {})

    def run(self, folder: Path, sources: dict[str, scan.RunFiles]) -> None:
        """Bring MLflow's experiment to the state of the run folders, by their names.

        `folder` is that of the experiment; it may have vanished.
        """
        tracked = self.target.tracked
        self._remove(run for run_id, run in tracked.items() if run_id not in sources)
        self._copies = Copies(sources.keys(), self.target.index.misnamed(self.target.name))
        self._remove([self.target.tracked.pop(name) for name in self._copies.tracked])
        ready = [each for each in sources.values() if each.stamp]
        news = [each for each in ready if not self._is_tracked(each)]
        self.changes.unchanged += len(ready) - len(news)
        self._bring(sorted(news, key=lambda each: (each.written, each.run_id)))
        under_way = [each for each in sources.values() if not each.stamp]
        self.changes.problems += self.live.update(self.target, under_way, self._copies)
        self.target.parents.update()
        try:
            comparison = track_comparison(self.target, folder / COMPARISON)
            show_overview(self.target, folder / COMPARISON, comparison)
        except Damaged as error:
            self.changes.problems.append(str(error))

    def _is_tracked(self, source: scan.RunFiles) -> bool:
        tracked = self.target.tracked.get(source.run_id)
        return tracked is not None and tracked.stamp == source.stamp

    def _remove(self, vanished: Iterable[Tracked]) -> None:
        for run in list(vanished):
            self.target.forget(run)
            self.changes.removed += 1

    def _bring(self, news: list[scan.RunFiles]) -> None:
        for reads in self._batches(news):
            try:
                self._write(reads)
                self._failures = 0
            except (Unreachable, Refused) as error:
                self._one_by_one(reads, error)

    def _batches(self, news: list[scan.RunFiles]) -> Iterator[list[_Read]]:
        """Yield as many runs as one transaction takes; long runs are fewer, to bound memory."""
        batch, points = list[_Read](), 0
        for source in news:
            if read := self._read(source):
                batch.append(read)
                points += len(read.run.points)
            if len(batch) >= self.target.store.batch or points > _MOST_POINTS:
                yield batch
                batch, points = [], 0
        if batch:
            yield batch

    def _read(self, source: scan.RunFiles) -> _Read | None:
        try:
            read = _Read(source, *read_run(source.folder, self.target.name))
            self._copies.check(source, read.document.run_id)
        except Vanished:
            return None
        except Damaged as error:
            self.changes.problems.append(str(error))
            return None
        return read

    def _one_by_one(self, reads: list[_Read], error: Unreachable | Refused) -> None:
        """Bring one run to MLflow; errors concern only this run, unless the server is down."""
        if len(reads) == 1:
            self._carry_on_or_stop(reads[0], error)
            return
        for read in reads:
            try:
                self._write([read])
                self._failures = 0
            except (Unreachable, Refused) as each:
                self._carry_on_or_stop(read, each)

    def _carry_on_or_stop(self, read: _Read, error: Unreachable | Refused) -> None:
        self._failures += 1
        if self._failures >= _GIVE_UP:
            raise error
        self.target.store.experiment(self.target.name)  # raises if the server is down
        self.changes.problems.append(f"{read.source.path}: left out, {error}")

    def _write(self, reads: list[_Read]) -> None:
        fresh, rows = [], []
        self.target.parents.make((read.run, read.document) for read in reads)
        for read in reads:
            parent = self.target.parents.of(read.run, read.document)
            read.run.tags["mlflow.parentRunId"] = parent
            tracked = self.target.tracked.get(read.source.run_id)
            if tracked is None or not self._keeps_its_place(tracked, read.run):
                fresh.append(read)
            else:
                rows.append(read.tracked(tracked.mlflow_id, tracked.place))
        runs = [replace(read.run, name=self._name(read)) for read in fresh]
        ids = self.target.store.create(self.target.experiment, runs)
        rows += [read.tracked(mlflow_id) for read, mlflow_id in zip(fresh, ids, strict=True)]
        self.target.keep(*rows)
        for each in rows:
            self._count(each)

    def _name(self, read: _Read) -> str:
        return self.target.parents.name_of(read.run, read.document)

    def _count(self, run: Tracked) -> None:
        tracked = self.target.tracked.get(run.run_id)
        if tracked is None:
            self.changes.new += 1
        elif tracked.content == run.content:  # a copy of the folder, or another database's run
            self.changes.unchanged += 1
        else:
            self.changes.changed += 1

    def _keeps_its_place(self, tracked: Tracked, run: MlflowRun) -> bool:
        """Complete MLflow's run if it was shown live; returns False after removing it."""
        parent = run.tags["mlflow.parentRunId"]
        if tracked.content == run.mlflow_id and tracked.status == run.status:
            if parent in self.target.parents.new:  # the one that it lay under is gone
                self.target.store.log(tracked.mlflow_id, [], {"mlflow.parentRunId": parent})
            return True
        if tracked.is_live and agrees(tracked, run):
            self.target.store.complete(tracked.mlflow_id, run, tracked.generation)
            return True
        self.target.forget(tracked)
        return False
