"""One experiment as a pass has it: in MLflow, in the index, and the runs tracked of it so far."""

from evosweep.track.passes.index import Index, Parent, Tracked
from evosweep.track.passes.parents import ParentRuns
from evosweep.track.store.protocol import Store, StoredRun

COMPARISON = "comparison"
COMPARISON_KEY = ".comparison"
"""The comparison's place in the index, if no run's folder can be."""
_UNKNOWN = "?"


class Target:
    """An experiment to bring up to date; what was deleted in MLflow is there again."""

    def __init__(self, store: Store, index: Index, name: str, follows: bool = False) -> None:
        self.store, self.index, self.name = store, index, name
        self.experiment = store.experiment(name)
        self.restored = 0
        if index.identity(name) != self.experiment.identity or self._restore():
            self._start_over()
        self.parents = ParentRuns(store, index, self.experiment, follows)
        self.tracked = index.runs(name)
        self.comparison = self.tracked.pop(COMPARISON_KEY, None)

    def forget(self, run: Tracked) -> None:
        """Remove a run from MLflow and from the index."""
        self.store.delete(run.mlflow_id)
        self.index.drop(self.name, run)
        self.parents.miss(run)

    def keep(self, *runs: Tracked) -> None:
        """Note what MLflow has now."""
        self.index.keep(self.name, runs)

    def _restore(self) -> bool:
        """Take runs out of MLflow's bin; whether MLflow lacks some altogether."""
        runs, parents = self.index.runs(self.name), self.index.parents(self.name)
        ids = {each.mlflow_id for each in runs.values()}
        ids |= {each.mlflow_id for each in parents.values()}
        self.restored, lost = self.store.restore(self.experiment, ids)
        return bool(lost)

    def _start_over(self) -> None:
        """The index is about another database: takes over what this one has."""
        self.index.restart(self.name, self.experiment.identity)
        runs = self.store.stored_runs(self.experiment)
        for each in runs:
            if each.kind == "configuration":
                parent = Parent(each.configuration, each.mlflow_id)
                self.index.keep_parent(self.name, parent)
        self.keep(*(_taken_over(each) for each in runs if each.kind in ("run", COMPARISON)))


def _taken_over(run: StoredRun) -> Tracked:
    return Tracked(
        run.folder,
        _UNKNOWN,
        mlflow_id=run.mlflow_id,
        content=run.content,
        configuration=run.configuration,
        status=run.status,
    )
