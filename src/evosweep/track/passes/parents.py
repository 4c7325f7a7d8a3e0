"""Configurations as parent runs: what their runs give together, seed by seed.

Step n of a curve is the aggregate of the first n finished runs, so the history only grows and a
rebuilt database has the same one. A run that changes or vanishes makes the history wrong: the
parent is then made anew and its runs are moved to it.
"""

import json
from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import isnan

from evosweep.records.record import Named
from evosweep.track.content import note
from evosweep.track.content.mlflow_run import FINISHED, MlflowRun, Point, Summary, content_id
from evosweep.track.content.names import (
    configuration_id,
    configuration_name,
    configuration_parameters,
)
from evosweep.track.passes.index import Index, Parent, Tracked
from evosweep.track.store.protocol import MlflowExperiment, Store


def parent_run(experiment: str, document: Named, start: int) -> MlflowRun:
    """The parent run of a configuration, before any aggregate."""
    configuration = configuration_id(document)
    spec = document.spec
    mlflow_id = content_id(experiment, "configuration", configuration)
    tags = {
        "kind": "configuration",
        "evosweep": "entry",
        "configuration": configuration,
        "content": mlflow_id,
        "mlflow.source.name": "evosweep track",
        "mlflow.source.type": "LOCAL",
        "mlflow.note.content": note.of_configuration(spec, configuration),
    }
    params = configuration_parameters(spec)
    name = configuration_name(spec)
    return MlflowRun(mlflow_id, name, FINISHED, start=start, end=start, params=params, tags=tags)


_STATUSES = ("RUNNING", "FINISHED", "FAILED", "KILLED")


class ParentRuns:
    """The parents of one experiment, kept up to date with the index of its runs."""

    def __init__(self, store: Store, index: Index, experiment: MlflowExperiment) -> None:
        self.store, self.index, self.experiment = store, index, experiment
        self.by_configuration = index.parents(experiment.name)
        self.new: set[str] = set()
        """MLflow's ids of those that were made in this pass."""

    def of(self, run: MlflowRun, document: Named) -> str:
        """The MLflow id of a run's parent, which is made where there is none."""
        configuration = run.tags["configuration"]
        if configuration not in self.by_configuration:
            parent = parent_run(self.experiment.name, document, run.start)
            mlflow_id = self.store.create(self.experiment, [parent])[0]
            self.new.add(mlflow_id)
            self._keep(Parent(configuration, mlflow_id))
        return self.by_configuration[configuration].mlflow_id

    def update(self) -> None:
        """Brings every parent to what the index has of its runs."""
        counts = self.index.counts(self.experiment.name)
        waiting = self.index.to_count(self.experiment.name)
        for parent in list(self.by_configuration.values()):
            now = counts.get(parent.configuration, {})
            text = json.dumps(now)
            if not now:
                self._remove(parent)
            elif parent.stale or parent.previous:
                self._update(self._made_anew(parent), now)
            elif parent.configuration in waiting or text != parent.counts:
                self._update(parent, now)

    def _keep(self, parent: Parent) -> None:
        self.by_configuration[parent.configuration] = parent
        self.index.keep_parent(self.experiment.name, parent)

    def _remove(self, parent: Parent) -> None:
        self.store.delete(parent.mlflow_id)
        del self.by_configuration[parent.configuration]
        self.index.drop_parent(self.experiment.name, parent.configuration)

    def _made_anew(self, parent: Parent) -> Parent:
        """A parent without history in the place of a stale one; goes on where it was killed."""
        if parent.previous is None:
            new_id = content_id(self.experiment.name, "configuration", parent.mlflow_id)
            copy = self.store.copy(parent.mlflow_id, new_id)
            mlflow_id = self.store.create(self.experiment, [copy])[0]
            parent = Parent(parent.configuration, mlflow_id, previous=parent.mlflow_id)
            self.index.replace_parent(self.experiment.name, parent)
        for run in self.index.runs_of(self.experiment.name, parent.configuration):
            self.store.log(run.mlflow_id, [], {"mlflow.parentRunId": parent.mlflow_id})
        self.store.delete(str(parent.previous))
        return replace(parent, previous=None)

    def _update(self, parent: Parent, counts: dict[str, int]) -> None:
        name = self.experiment.name
        runs = list(self.index.runs_of(name, parent.configuration))
        points, turns = new_points(run for run in runs if run.status == FINISHED)
        tags = {f"runs_{status.lower()}": str(counts.get(status, 0)) for status in _STATUSES}
        self.store.log(parent.mlflow_id, points, tags)
        end = max((run.finished for run in runs), default=0)
        self.store.end(parent.mlflow_id, _status(counts), end or None)
        self.index.settle(name, turns)
        self._keep(replace(parent, counts=json.dumps(counts)))


def _status(counts: dict[str, int]) -> str:
    """The status of a configuration by its runs: under way, or done if any run is."""
    return next(status for status in _STATUSES if counts.get(status))


@dataclass
class Aggregate:
    """Running statistics of a configuration: a seed counts once, whatever its backends."""

    runs: int = 0
    best: list[float] = field(default_factory=list)
    hypervolume: list[float] = field(default_factory=list)
    evaluations: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    successes: list[bool] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    disagreements: set[str] = field(default_factory=set)

    def add(self, run: Summary) -> None:
        """Counts a finished run, by its summary (see `MlflowRun.summary`)."""
        self.runs += 1
        insort(self.seconds, run["seconds"])
        digest = self.digests.setdefault(run["spec_id"], run["digest"])
        if digest != run["digest"]:
            self.disagreements.add(run["spec_id"])
        if len(self.digests) > len(self.evaluations):
            self._add_seed(run)

    def _add_seed(self, run: Summary) -> None:
        insort(self.evaluations, run["evaluations"])
        pairs = ((self.best, run.get("best")), (self.hypervolume, run.get("hypervolume")))
        for values, value in pairs:
            if value is not None and not isnan(value):
                insort(values, value)
        success = run.get("success")
        if success is not None:
            self.successes.append(success)

    def values(self) -> Iterator[tuple[str, float]]:
        """(metric, value) of the runs counted so far; MLflow's comparison starts with the first."""
        for name in ("best", "hypervolume"):
            values = getattr(self, name)
            if values:
                yield f"{name}_median", quantile(values, 0.5)
                yield f"{name}_q1", quantile(values, 0.25)
                yield f"{name}_q3", quantile(values, 0.75)
        if self.successes:
            yield "success_rate", sum(self.successes) / len(self.successes)
        yield "evaluations_median", quantile(self.evaluations, 0.5)
        yield "seconds_median", quantile(self.seconds, 0.5)
        yield "runs", float(self.runs)
        yield "seeds", float(len(self.digests))
        yield "agreement", float(not self.disagreements)


def quantile(values: list[float], level: float) -> float:
    """The quantile of sorted values, with linear interpolation (Hyndman and Fan's type 7)."""
    place = level * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    share = place - low
    return values[low] if share == 0 else values[low] * (1 - share) + values[high] * share


def new_points(runs: Iterable[Tracked]) -> tuple[list[Point], list[tuple[int, str]]]:
    """(points, turns) that the finished runs of a configuration, in order, add to its parent."""
    aggregate = Aggregate()
    points: list[Point] = []
    turns: list[tuple[int, str]] = []
    for place, run in enumerate(runs, 1):
        aggregate.add(json.loads(run.summary))
        if run.place is None:
            points += [Point(key, value, run.finished, place) for key, value in aggregate.values()]
            turns.append((place, run.run_id))
    return points, turns
