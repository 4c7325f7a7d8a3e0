"""The target of a pass: one experiment in MLflow and in the index, with its tracked runs."""

from evosweep.track.passes.index import Index, Parent, Tracked
from evosweep.track.passes.parents import ParentRuns
from evosweep.track.store.protocol import Store, StoredRun

COMPARISON = "comparison"
COMPARISON_KEY = ".comparison"
"""The key of the comparison in the index; no run's folder can have this name."""
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
        """Take runs out of MLflow's bin; returns True if MLflow has lost some of them."""
        runs, parents = self.index.runs(self.name), self.index.parents(self.name)
        ids = {each.mlflow_id for each in runs.values()}
        ids |= {each.mlflow_id for each in parents.values()}
        self.restored, lost = self.store.restore(self.experiment, ids)
        return bool(lost)

    def _start_over(self) -> None:
        """Fill the index from this database, since it described another one."""
        self.index.restart(self.name, self.experiment.identity)
        runs = self.store.stored_runs(self.experiment)
        parents = (each for each in runs if each.kind == "configuration")
        self.index.keep_parents(
            self.name, [Parent(each.configuration, each.mlflow_id) for each in parents]
        )
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
