"""Show configurations as parent runs in MLflow, with aggregates over seeds.

Step n of an aggregate covers the first n finished runs, so that its history only grows, and a
rebuilt database has the same history. If a run changes or vanishes, the history is wrong; then a
new parent is made, and the runs are moved to it. Convergence is by generation, and each run changes
all of its values. A database gets them again with every run. A server, where no value can be taken
back, gets them when no run of the configuration is under way any more.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from evosweep.files.content_id import content_id
from evosweep.records.record import Named
from evosweep.track.content import note
from evosweep.track.content.mlflow_run import FINISHED, MlflowRun, Point, accepted_keys
from evosweep.track.content.names import (
    configuration_id,
    configuration_parameters,
    own_name,
    pair_name,
    run_name,
)
from evosweep.track.content.swept import Facts, facts_of, problem_names
from evosweep.track.passes.arrangement import arranged
from evosweep.track.passes.index import Index, Parent, Tracked
from evosweep.track.passes.index_damage import fields_of
from evosweep.track.passes.parent_news import (
    CONVERGENCE,
    DUE,
    OLD,
    WHOLE,
    Due,
    News,
    news_of,
)
from evosweep.track.store.protocol import MlflowExperiment, Store, Update

RANK = "rank"


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

    def make(self, runs: Iterable[tuple[MlflowRun, Named]]) -> None:
        """Make the parents that runs lack, all at once."""
        documents: dict[str, Named] = {}
        new: dict[str, MlflowRun] = {}
        for run, document in runs:
            configuration = run.tags["configuration"]
            if configuration not in self.by_configuration and configuration not in new:
                new[configuration] = parent_run(self.experiment.name, document, run.start)
                documents[configuration] = document
        ids = self.store.create(self.experiment, list(new.values())) if new else []
        self.new.update(ids)
        self._keep(
            Parent(each, mlflow_id, name=run.name, facts=json.dumps(facts_of(documents[each])))
            for (each, run), mlflow_id in zip(new.items(), ids, strict=True)
        )

    def of(self, run: MlflowRun, document: Named) -> str:
        """Return the MLflow id of a run's parent, which is made if there is none."""
        self.make([(run, document)])
        parent = self.by_configuration[run.tags["configuration"]]
        if parent.facts == "{}":
            self._keep([replace(parent, facts=json.dumps(facts_of(document)))])
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
        due: list[Due] = []
        for parent in list(self.by_configuration.values()):
            now = counts.get(parent.configuration, {})
            metric = metrics.get(parent.configuration, parent.metric)
            renamed = parent.metric and parent.metric != metrics.get(parent.configuration)
            has_news = parent.configuration in configurations or bool(renamed)
            if not now:
                self._remove(parent)
            elif parent.stale or parent.previous or self._must_start_over(parent, has_news):
                due.append(Due(self._made_anew(parent), now, metric))
            elif has_news or parent.curve == DUE or json.dumps(now) != parent.counts:
                due.append(Due(parent, now, metric, has_news))
        for at in range(0, len(due), self.store.batch):
            self._bring([self._news(each) for each in due[at : at + self.store.batch]])
        self._arrange()

    def _keep(self, parents: Iterable[Parent]) -> None:
        new = {parent.configuration: parent for parent in parents}
        self.by_configuration |= new
        self.index.keep_parents(self.experiment.name, new.values())

    def _remove(self, parent: Parent) -> None:
        self.store.delete(parent.mlflow_id)
        del self.by_configuration[parent.configuration]
        self.index.drop_parent(self.experiment.name, parent.configuration)

    def _must_start_over(self, parent: Parent, has_news: bool) -> bool:
        """Return True if a convergence that cannot be taken back is out of date, and the runs at
        rest."""
        if self.store.rewrites or (has_news and self.follows):
            return False
        return parent.curve == OLD or (parent.curve == WHOLE and has_news)

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

    def _news(self, due: Due) -> News:
        runs = self.index.runs_of(self.experiment.name, due.parent.configuration)
        return news_of(due, list(runs), rewrites=self.store.rewrites, follows=self.follows)

    def _bring(self, news: Sequence[News]) -> None:
        self.store.update([each.update for each in news])
        self.index.settle(self.experiment.name, [turn for each in news for turn in each.turns])
        self._keep(each.parent for each in news)

    def _metrics(self) -> dict[str, str]:
        """Return the metric of each configuration's convergence: one metric per problem."""
        problems = problem_names(self.facts)
        names = accepted_keys({f"{CONVERGENCE}{problem}" for problem in problems.values()})
        return {key: names[f"{CONVERGENCE}{problem}"] for key, problem in problems.items()}

    def _arrange(self) -> None:
        """Name, sort and rank all configurations."""
        parents = self.by_configuration
        changed = [each for each in arranged(parents, self.facts) if each != self._now(each)]
        for at in range(0, len(changed), self.store.batch):
            self._show(changed[at : at + self.store.batch])

    def _now(self, parent: Parent) -> Parent:
        return self.by_configuration[parent.configuration]

    def _show(self, changed: Sequence[Parent]) -> None:
        """Show names, places, colours and ranks that have changed."""
        names: dict[str, str] = {}
        for each in changed:
            if each.name != self._now(each).name:
                names |= self._names(each)
        if names:
            self.store.rename(names)
        if updates := [new for each in changed if (new := self._arrangement(each))]:
            self.store.update(updates)
        for each in changed:
            if not self.store.rewrites and each.rank != self._now(each).rank:
                self.store.show(each.mlflow_id, RANK, float(each.rank) if each.rank else None)
        self._keep(changed)

    def _arrangement(self, parent: Parent) -> Update | None:
        now, tags = self._now(parent), {"place": parent.place, "mlflow.runColor": parent.colour}
        moved = (parent.place, parent.colour) != (now.place, now.colour)
        ranked = self.store.rewrites and parent.rank != now.rank
        if not (moved or ranked):
            return None
        return Update(
            parent.mlflow_id,
            tags=tags if moved else {},
            families=(RANK,) if ranked else (),
            replaced=[Point(RANK, float(parent.rank), 0, 0)] if ranked and parent.rank else (),
        )

    def _names(self, parent: Parent) -> dict[str, str]:
        """Return the names of a configuration and its runs; those under way keep theirs."""
        names = {parent.mlflow_id: parent.name}
        for run in self.index.runs_of(self.experiment.name, parent.configuration):
            own = fields_of(run.summary).get("own_name")
            if own:
                names[run.mlflow_id] = run_name(own, parent.name)
        return names
