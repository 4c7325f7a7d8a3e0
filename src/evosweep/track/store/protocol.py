"""The operations that tracking needs from MLflow; each may be repeated.

Existing entries stay, and missing ones are added.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Protocol

from evosweep.track.content.mlflow_run import MlflowRun, Point
from evosweep.track.store.address import Address


@dataclass(frozen=True, slots=True)
class MlflowExperiment:
    """An experiment in MLflow."""

    name: str
    id: str
    identity: str
    """It differs for an experiment with the same name in another or a rebuilt database."""
    location: str
    tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Its tags at the time of the look-up."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run that MLflow has, by its tags."""

    mlflow_id: str
    kind: str
    folder: str
    configuration: str
    content: str
    status: str


@dataclass(frozen=True, slots=True)
class Update:
    """What to change in a run that MLflow has."""

    mlflow_id: str
    points: Sequence[Point] = ()
    """Metrics to add."""
    tags: Mapping[str, str] = field(default_factory=dict)
    families: Sequence[str] = ()
    """Metrics whose names start with one of these are replaced, if the store rewrites."""
    replaced: Sequence[Point] = ()
    """What replaces them."""
    status: str = ""
    """Its status from now on; empty to leave it."""
    end: int | None = None
    """Its end in milliseconds since the epoch."""


class Store(Protocol):
    """The operations that tracking needs from MLflow."""

    address: Address
    batch: int
    """The best number of runs for one call of `create`."""
    rewrites: bool
    """True if it can take metrics back."""

    def experiment(self, name: str) -> MlflowExperiment:
        """Return the experiment of a folder of that name, created or restored if need be.

        One that was renamed in MLflow is found by its tag, and keeps its new name there.
        """

    def stored_runs(self, experiment: MlflowExperiment) -> list[StoredRun]:
        """Return the runs of an experiment into which these results alone are tracked, else
        none."""

    def create(self, experiment: MlflowExperiment, runs: Sequence[MlflowRun]) -> list[str]:
        """Create whole runs; returns their MLflow ids."""

    def complete(self, mlflow_id: str, run: MlflowRun, after: int) -> None:
        """Complete a run that was shown up to generation `after`."""

    def log(self, mlflow_id: str, points: Sequence[Point], tags: dict[str, str]) -> None:
        """Add metrics, and set tags."""

    def update(self, updates: Sequence[Update]) -> None:
        """Change runs, each of which is named once."""

    def show(self, mlflow_id: str, key: str, value: float | None) -> None:
        """Make a value the last of a metric; None leaves none, if metrics can be taken back."""

    def rename(self, names: Mapping[str, str]) -> None:
        """Give runs other names, by their ids."""

    def tag(self, experiment: MlflowExperiment, tags: Mapping[str, str]) -> None:
        """Set the tags of an experiment that it has not yet."""

    def end(self, mlflow_id: str, status: str, end: int | None) -> None:
        """Set the status of a run and its end, in milliseconds since the epoch."""

    def delete(self, mlflow_id: str) -> None:
        """Move a run to MLflow's bin."""

    def restore(self, experiment: MlflowExperiment, ids: Set[str]) -> tuple[int, Set[str]]:
        """Take runs out of MLflow's bin; returns their number, and the `ids` that MLflow has lost.

        For a server the second is empty, since it would need a list of all runs.
        """

    def copy(self, mlflow_id: str, new_id: str) -> MlflowRun:
        """Return a run without its metrics and files, to be created under a new id."""
