"""Show configurations as parent runs in MLflow, with aggregates over seeds.

Step n of an aggregate covers the first n finished runs, so that its history only grows, and a
rebuilt database has the same history. If a run changes or vanishes, the history is wrong; then a
new parent is made, and the runs are moved to it. Convergence is by generation, and each run changes
all of its values. A database gets them again with every run. A server, where no value can be taken
back, gets them when no run of the configuration is under way any more.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from evosweep.files.content_id import content_id
from evosweep.records.record import Named
from evosweep.track.content import note
from evosweep.track.content.aggregate import Aggregate
from evosweep.track.content.convergence import is_log_worthy
from evosweep.track.content.mlflow_run import FINISHED, MlflowRun, Point, Summary, accepted_keys
from evosweep.track.content.names import (
    configuration_id,
    configuration_parameters,
    own_name,
    pair_name,
    run_name,
)
from evosweep.track.content.swept import (
    Facts,
    colours_of,
    facts_of,
    names_of,
    problem_names,
)
from evosweep.track.passes.index import Index, Parent, Tracked
from evosweep.track.passes.index_damage import fields_of
from evosweep.track.store.protocol import MlflowExperiment, Store

CONVERGENCE = "convergence/"
"""Prefix of a metric with the problem's name, so that MLflow's page has a chart per problem."""
RANK = "rank"
_FAMILIES = (CONVERGENCE, "best_so_far", "front_hypervolume")
_DUE, _OLD, _WHOLE = "due", "old", "whole"
_STATUSES = ("RUNNING", "FINISHED", "FAILED", "KILLED")


def parent_run(experiment: str, document: Named, start: int) -> MlflowRun:
    """Return the parent run of a configuration, before any aggregate."""
    configuration = configuration_id(document)
    mlflow_id = content_id(experiment, "configuration", configuration)
    tags = {
        "kind": "configuration",
        "evosweep": "entry",
        "configuration": configuration,
        "content": mlflow_id,
        "mlflow.source.name": "evosweep track",
        "mlflow.source.type": "LOCAL",
        "mlflow.note.content": note.of_configuration(document.spec, configuration),
    }
    params = configuration_parameters(document)
    name = pair_name(document.spec)
    return MlflowRun(mlflow_id, name, FINISHED, start=start, end=start, params=params, tags=tags)


class ParentRuns:
    """The parents of one experiment, kept up to date with the index of its runs.

    `follows` is True if another pass will come soon.
    """

    def __init__(
        self, store: Store, index: Index, experiment: MlflowExperiment, follows: bool = False
    ) -> None:
        self.store, self.index, self.experiment = store, index, experiment
        self.follows = follows
        self.by_configuration = index.parents(experiment.name)
        self.new: set[str] = set()
        """MLflow's ids of the parents that this pass has made."""

    def of(self, run: MlflowRun, document: Named) -> str:
        """Return the MLflow id of a run's parent, which is made if there is none."""
        configuration = run.tags["configuration"]
        parent = self.by_configuration.get(configuration)
        if parent is None:
            new = parent_run(self.experiment.name, document, run.start)
            mlflow_id = self.store.create(self.experiment, [new])[0]
            self.new.add(mlflow_id)
            parent = Parent(configuration, mlflow_id, name=new.name)
        facts = json.dumps(facts_of(document)) if parent.facts == "{}" else parent.facts
        if self.by_configuration.get(configuration) != replace(parent, facts=facts):
            self._keep(replace(parent, facts=facts))
        return parent.mlflow_id

    def name_of(self, run: MlflowRun, document: Named) -> str:
        """Return the name of a run below its parent, see `of`."""
        parent = self.by_configuration[run.tags["configuration"]]
        return run_name(own_name(document.spec), parent.name)

    @property
    def facts(self) -> dict[str, Facts]:
        """Return the parameters of each configuration that has them in the index."""
        parents = self.by_configuration.values()
        return {each.configuration: fields_of(each.facts) for each in parents if each.facts != "{}"}

    @property
    def convergence(self) -> dict[str, bool]:
        """Return True, by the metric of a problem's convergence, if its axis is logarithmic."""
        shown = [each for each in self.by_configuration.values() if each.metric]
        metrics = sorted({each.metric for each in shown})
        return {key: any(p.logarithmic for p in shown if p.metric == key) for key in metrics}

    def miss(self, run: Tracked) -> None:
        """Make the parent of a run that has gone stale if it counts it, as the index does."""
        parent = self.by_configuration.get(run.configuration)
        if parent is not None and run.place is not None:
            self.by_configuration[run.configuration] = replace(parent, stale=True)

    def update(self) -> None:
        """Update every parent to the state of its runs in the index."""
        counts = self.index.counts(self.experiment.name)
        configurations = self.index.to_count(self.experiment.name)
        metrics = self._metrics()
        for parent in list(self.by_configuration.values()):
            now = counts.get(parent.configuration, {})
            renamed = parent.metric and parent.metric != metrics.get(parent.configuration)
            has_news = parent.configuration in configurations or bool(renamed)
            if not now:
                self._remove(parent)
            elif parent.stale or parent.previous or self._must_start_over(parent, has_news):
                self._update(self._made_anew(parent), now)
            elif has_news or parent.curve == _DUE or json.dumps(now) != parent.counts:
                self._update(parent, now, has_news)
        self._arrange()

    def _keep(self, parent: Parent) -> None:
        self.by_configuration[parent.configuration] = parent
        self.index.keep_parent(self.experiment.name, parent)

    def _remove(self, parent: Parent) -> None:
        self.store.delete(parent.mlflow_id)
        del self.by_configuration[parent.configuration]
        self.index.drop_parent(self.experiment.name, parent.configuration)

    def _must_start_over(self, parent: Parent, has_news: bool) -> bool:
        """Return True if a convergence that cannot be taken back is out of date, and the runs at
        rest."""
        if self.store.rewrites or (has_news and self.follows):
            return False
        return parent.curve == _OLD or (parent.curve == _WHOLE and has_news)

    def _made_anew(self, parent: Parent) -> Parent:
        """Replace a stale parent by one without history; a killed replacement is continued."""
        if parent.previous is None:
            new_id = content_id(self.experiment.name, "configuration", parent.mlflow_id)
            copy = self.store.copy(parent.mlflow_id, new_id)
            mlflow_id = self.store.create(self.experiment, [copy])[0]
            parent = replace(
                parent,
                mlflow_id=mlflow_id,
                previous=parent.mlflow_id,
                stale=False,
                curve="",
                rank=0,
            )
            self.index.replace_parent(self.experiment.name, parent)
        for run in self.index.runs_of(self.experiment.name, parent.configuration):
            self.store.log(run.mlflow_id, [], {"mlflow.parentRunId": parent.mlflow_id})
        self.store.delete(str(parent.previous))
        return replace(parent, previous=None)

    def _update(self, parent: Parent, counts: dict[str, int], has_news: bool = True) -> None:
        name = self.experiment.name
        runs = list(self.index.runs_of(name, parent.configuration))
        finished = [run for run in runs if run.status == FINISHED]
        aggregate, points, turns = new_points(finished)
        tags = {f"runs_{status.lower()}": str(counts.get(status, 0)) for status in _STATUSES}
        self.store.log(parent.mlflow_id, points, tags)
        end = max((run.finished for run in runs), default=0)
        metric = self._metrics().get(parent.configuration, parent.metric)
        curve = self._convergence(metric, aggregate, end)
        state = self._log_curve(parent, curve, has_news)
        self.store.end(parent.mlflow_id, _status(counts), end or None)
        self.index.settle(name, turns)
        self._keep(
            replace(
                parent,
                counts=json.dumps(counts),
                curve=state,
                result=aggregate.result(),
                metric=metric if curve else "",
                logarithmic=is_log_worthy([each.value for each in curve if each.key == metric]),
            )
        )

    def _log_curve(self, parent: Parent, points: list[Point], has_news: bool) -> str:
        """Show the convergence, or leave it to a later pass; returns the state it is in."""
        if self.store.rewrites:
            self.store.rewrite(parent.mlflow_id, points, _FAMILIES)
            return _WHOLE
        if has_news and self.follows:
            return _OLD if parent.curve in (_OLD, _WHOLE) else _DUE
        if parent.curve in ("", _DUE):
            self.store.log(parent.mlflow_id, points, {})
        return _WHOLE

    def _convergence(self, metric: str, aggregate: Aggregate, end: int) -> list[Point]:
        curves = aggregate.convergence()
        curves[metric] = curves.get("best_so_far_median") or curves.get(
            "front_hypervolume_median", []
        )
        return [
            Point(key, value, end, step) for key, points in curves.items() for step, value in points
        ]

    def _metrics(self) -> dict[str, str]:
        """Return the metric of each configuration's convergence: one metric per problem."""
        problems = problem_names(self.facts)
        names = accepted_keys({f"{CONVERGENCE}{problem}" for problem in problems.values()})
        return {key: names[f"{CONVERGENCE}{problem}"] for key, problem in problems.items()}

    def _arrange(self) -> None:
        """Name, sort and rank all configurations."""
        names = names_of(self.facts)
        colours = colours_of(self.facts)
        ranks = self._ranks()
        for place, (configuration, rank) in enumerate(ranks.items(), 1):
            parent = self.by_configuration[configuration]
            arranged = replace(
                parent, name=names.get(configuration, parent.name), place=f"{place:05d}", rank=rank
            )
            if arranged.name != parent.name:
                self._rename(arranged)
            colour = colours.get(configuration, parent.colour)
            if (arranged.place, colour) != (parent.place, parent.colour):
                tags = {"place": arranged.place, "mlflow.runColor": colour}
                self.store.log(parent.mlflow_id, [], tags)
                arranged = replace(arranged, colour=colour)
            if rank != parent.rank:
                self.store.show(parent.mlflow_id, RANK, float(rank) if rank else None)
            if arranged != parent:
                self._keep(arranged)

    def _rename(self, parent: Parent) -> None:
        """Give a configuration and its runs their names; those under way keep theirs."""
        names = {parent.mlflow_id: parent.name}
        for run in self.index.runs_of(self.experiment.name, parent.configuration):
            own = fields_of(run.summary).get("own_name")
            if own:
                names[run.mlflow_id] = run_name(own, parent.name)
        self.store.rename(names)

    def _ranks(self) -> dict[str, int]:
        """Return each configuration's rank on its problem; 0 without a result."""
        problems = problem_names(self.facts)

        def order(parent: Parent) -> tuple[str, bool, float, str]:
            problem = problems.get(parent.configuration, "")
            return problem, parent.result is None, parent.result or 0.0, parent.configuration

        ranks: dict[str, int] = {}
        results: dict[str, list[float]] = defaultdict(list)
        for parent in sorted(self.by_configuration.values(), key=order):
            before = results[problems.get(parent.configuration, "")]
            if parent.result is None:
                ranks[parent.configuration] = 0
            else:
                before.append(parent.result)
                ranks[parent.configuration] = 1 + before.index(parent.result)
        return ranks


def _status(counts: dict[str, int]) -> str:
    """Return the status of a configuration by its runs: under way, or done if any run is."""
    return next(status for status in _STATUSES if counts.get(status))


def new_points(
    runs: Iterable[Tracked],
) -> tuple[Aggregate, list[Point], list[tuple[int, str]]]:
    """Return (aggregate, points, turns) of the finished runs of a configuration."""
    aggregate = Aggregate()
    points: list[Point] = []
    turns: list[tuple[int, str]] = []
    for place, run in enumerate(runs, 1):
        try:
            aggregate.add(cast("Summary", fields_of(run.summary)))
        except (KeyError, TypeError, ValueError) as error:
            raise sqlite3.DataError(f"the summary of {run.run_id}: {error!r}") from None
        if run.place is None:
            points += [Point(key, value, run.finished, place) for key, value in aggregate.values()]
            turns.append((place, run.run_id))
    return aggregate, points, turns
