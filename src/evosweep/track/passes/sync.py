"""One pass: what the run folders have and MLflow lacks is brought there, and nothing else."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from evosweep.errors import Damaged, EvosweepError
from evosweep.records.reading import read_outcome
from evosweep.track.content.entry import Entry, read_entry
from evosweep.track.passes import comparison, scan
from evosweep.track.passes.comparison import KEY, track_comparison
from evosweep.track.passes.index import Index, Parent, Tracked
from evosweep.track.passes.live import Live
from evosweep.track.passes.parents import Parents
from evosweep.track.store.client import Known, Store
from evosweep.track.store.patience import Unreachable, one_line

_GIVE_UP = 3
_UNKNOWN = "?"


@dataclass
class Outcome:
    """What a pass did, and what it could not do."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def acted(self) -> bool:
        """Whether anything was brought or removed."""
        return bool(self.new or self.changed or self.removed)

    def __str__(self) -> str:
        parts = [f"{getattr(self, name)} {name}" for name in ("new", "changed", "removed")]
        return ", ".join([*parts, f"{self.unchanged} unchanged"])


class Pass:
    """One pass over one experiment."""

    def __init__(
        self, store: Store, index: Index, name: str, outcome: Outcome, live: Live | None = None
    ) -> None:
        self.store, self.index, self.name, self.outcome = store, index, name, outcome
        self.experiment = store.experiment(name)
        if index.identity(name) != self.experiment.identity:
            self._start_over()
        self.parents = Parents(store, index, self.experiment)
        self.tracked = index.runs(name)
        self.comparison = self.tracked.pop(KEY, None)
        self.failures = 0
        self.live = live or Live()

    def run(self, folder: Path, found: dict[str, scan.Found]) -> None:
        """Brings MLflow's experiment to the state of the run folders, by their names.

        `folder` is the experiment's, which may be gone.
        """
        ready = [each for each in found.values() if each.stamp]
        news = [each for each in ready if not self._is_known(each)]
        self.outcome.unchanged += len(ready) - len(news)
        self._remove(run for run_id, run in self.tracked.items() if run_id not in found)
        self._bring(sorted(news, key=lambda each: (each.written, each.run_id)))
        under_way = [each for each in found.values() if not each.stamp]
        self.live.update(self, under_way)
        self.parents.update()
        compared = folder / comparison.FOLDER
        track_comparison(self.store, self.index, self.experiment, compared, self.comparison)

    def _start_over(self) -> None:
        """The index is about another database: takes over what this one has."""
        self.index.restart(self.name, self.experiment.identity)
        known = self.store.known(self.experiment)
        for each in known:
            if each.kind == "configuration":
                parent = Parent(each.configuration, each.mlflow_id, False, None, "{}")
                self.index.keep_parent(self.name, parent)
        kinds = ("run", comparison.FOLDER)
        self.index.keep(self.name, [_taken_over(each) for each in known if each.kind in kinds])

    def _is_known(self, found: scan.Found) -> bool:
        known = self.tracked.get(found.run_id)
        return known is not None and known.stamp == found.stamp

    def _remove(self, vanished: Iterable[Tracked]) -> None:
        for run in list(vanished):
            self.store.delete(run.mlflow_id)
            self.index.drop(self.name, run)
            self.outcome.removed += 1

    def _bring(self, news: list[scan.Found]) -> None:
        source = iter(news)
        while chunk := list(islice(source, self.store.batch)):
            pairs = [pair for each in chunk if (pair := self._read(each))]
            try:
                self._write(pairs)
                self.failures = 0
            except Unreachable as error:
                self._carry_on_or_stop(error)

    def _read(self, found: scan.Found) -> tuple[scan.Found, Entry] | None:
        try:
            return found, read_entry(found.folder, self.name)
        except FileNotFoundError:  # it is being discarded, or run again
            return None
        except Damaged as damage:
            self.outcome.problems.append(str(damage))
            return None
        except (OSError, ValueError, KeyError, TypeError, EvosweepError) as error:
            self.outcome.problems.append(
                f"{found.path}: cannot be tracked, its record is damaged "
                f"({type(error).__name__}: {one_line(error)}); restore it, or run it again"
            )
            return None

    def _write(self, pairs: list[tuple[scan.Found, Entry]]) -> None:
        fresh, done = [], []
        for found, entry in pairs:
            entry.tags["mlflow.parentRunId"] = self._parent(found, entry)
            known = self.tracked.get(found.run_id)
            if known is None or not self._keeps_its_place(known, entry):
                fresh.append((found, entry))
            else:
                done.append(_tracked(found, entry, known.mlflow_id, known.place))
        ids = self.store.create(self.experiment, [entry for _, entry in fresh])
        done += [
            _tracked(*pair, mlflow_id, None) for pair, mlflow_id in zip(fresh, ids, strict=True)
        ]
        self.index.keep(self.name, done)
        for run in done:
            self._count(run)

    def _count(self, run: Tracked) -> None:
        known = self.tracked.get(run.run_id)
        if known is None:
            self.outcome.new += 1
        elif known.content == run.content:  # a copy of the folder, or another database's run
            self.outcome.unchanged += 1
        else:
            self.outcome.changed += 1

    def _keeps_its_place(self, known: Tracked, entry: Entry) -> bool:
        """Whether MLflow's run stays, made whole where it was shown live; else it is removed."""
        if known.content == entry.mlflow_id and known.status == entry.status:
            return True
        if known.is_live and self.live.agrees(known, entry):
            self.store.complete(known.mlflow_id, entry, known.generation)
            return True
        self.store.delete(known.mlflow_id)
        self.index.drop(self.name, known)
        return False

    def _parent(self, found: scan.Found, entry: Entry) -> str:
        return self.parents.of(entry, read_outcome(found.folder)[0])

    def _carry_on_or_stop(self, error: Unreachable) -> None:
        """One run that the server fails does not keep the others from it; a dead server does."""
        self.failures += 1
        if self.failures >= _GIVE_UP:
            raise error
        self.store.experiment(self.name)  # raises Unreachable where the server is down
        self.outcome.problems.append(str(error))


def _taken_over(known: Known) -> Tracked:
    return Tracked(
        known.folder, _UNKNOWN, known.mlflow_id, known.content, known.configuration, known.status
    )


def _tracked(found: scan.Found, entry: Entry, mlflow_id: str, place: int | None) -> Tracked:
    return Tracked(
        found.run_id,
        found.stamp,
        mlflow_id,
        entry.mlflow_id,
        entry.tags["configuration"],
        entry.status,
        entry.end or entry.start,
        -1,
        json.dumps(entry.summary),
        place,
    )
