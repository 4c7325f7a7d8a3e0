"""The index of tracked runs: one small SQLite file per tracking address, in `results/.track`.

Without it, every pass would read 10,000 records to find that nothing changed. All of its content is
also in MLflow and the run folders. If it is deleted, damaged or out of date, it is made again.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from types import TracebackType

from evosweep.errors import Damaged
from evosweep.files.writing import remove
from evosweep.track.passes.index_damage import UNUSABLE, fields_of, is_of_the_disk

_TABLES = """
CREATE TABLE IF NOT EXISTS experiments (name TEXT PRIMARY KEY, identity TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
  experiment TEXT NOT NULL, run_id TEXT NOT NULL, stamp TEXT NOT NULL, mlflow_id TEXT NOT NULL,
  content TEXT NOT NULL, configuration TEXT NOT NULL, status TEXT NOT NULL,
  finished INTEGER NOT NULL, generation INTEGER NOT NULL, summary TEXT NOT NULL, place INTEGER,
  PRIMARY KEY (experiment, run_id)
);
CREATE INDEX IF NOT EXISTS runs_by_configuration ON runs (experiment, configuration, status);
CREATE INDEX IF NOT EXISTS runs_to_count ON runs (experiment, configuration) WHERE place IS NULL;
CREATE TABLE IF NOT EXISTS parents (
  experiment TEXT NOT NULL, configuration TEXT NOT NULL, mlflow_id TEXT NOT NULL,
  stale INTEGER NOT NULL, previous TEXT, counts TEXT NOT NULL,
  facts TEXT NOT NULL, name TEXT NOT NULL, result REAL, place TEXT NOT NULL, colour TEXT NOT NULL,
  rank INTEGER NOT NULL, curve TEXT NOT NULL, metric TEXT NOT NULL, logarithmic INTEGER NOT NULL,
  PRIMARY KEY (experiment, configuration)
);
"""
_VERSION = 2


@dataclass(frozen=True, slots=True)
class Tracked:
    """One row of the index: a run that MLflow has."""

    run_id: str
    stamp: str
    """Of its record or failure: modification time, size and name of the file."""
    mlflow_id: str
    content: str
    """Digest of its record, see `MlflowRun.mlflow_id`."""
    configuration: str
    status: str
    finished: int = 0
    generation: int = -1
    """The last generation that was shown while the run was under way."""
    summary: str = "{}"
    """`MlflowRun.summary` as JSON, with `run_id` if that is not the folder's name; while the
    run is under way, its evaluations so far.
    """
    place: int | None = None
    """Its turn in the aggregate of its configuration, from 1."""

    @property
    def is_live(self) -> bool:
        """True if MLflow shows it as under way or as stopped."""
        return self.generation >= 0


@dataclass(frozen=True, slots=True)
class Parent:
    """The MLflow run of a configuration."""

    configuration: str
    mlflow_id: str
    stale: bool = False
    """True if a run that it counts has changed or vanished."""
    previous: str | None = None
    """The parent that it replaces, until every run is moved."""
    counts: str = "{}"
    """Number of runs by status at its last update, as JSON."""
    facts: str = "{}"
    """Its parameters as JSON, see `content.swept`."""
    name: str = ""
    """Its present name in MLflow."""
    result: float | None = None
    """Its median result, with a sign so that less is better."""
    place: str = ""
    """The text by which MLflow sorts it."""
    colour: str = ""
    """The colour of its algorithm."""
    rank: int = 0
    """Its rank on its problem, 0 without a result."""
    curve: str = ""
    """True if its convergence is in MLflow, see `parents`: whole, or still to come (due, old)."""
    metric: str = ""
    """The metric that has its convergence, with its problem's name."""
    logarithmic: bool = False
    """True if the axis of that metric is logarithmic."""


_RUN = (
    "run_id, stamp, mlflow_id, content, configuration, status, finished, generation, summary, place"
)
_PARENT = (
    "configuration, mlflow_id, stale, previous, counts, facts, name, result, place, "
    "colour, rank, curve, metric, logarithmic"
)
_fields_of_run = attrgetter(*_RUN.split(", "))
_fields_of_parent = attrgetter(*_PARENT.split(", "))

_KEEP_RUN = f"INSERT OR REPLACE INTO runs VALUES ({', '.join('?' * 11)})"
_KEEP_PARENT = f"INSERT OR REPLACE INTO parents VALUES ({', '.join('?' * 15)})"


@cache
def _schema_of_new() -> set[str]:
    with Index(None) as new:
        return new._schema()


class Index:
    """The index in the file `path`, or in memory alone if that cannot be written."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def __enter__(self) -> "Index":
        try:
            self._open(self.path)
        except (*UNUSABLE, OSError, MemoryError):  # a damaged page may ask for any memory
            self._open_anew()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        if isinstance(error, UNUSABLE) and self.path is not None and not is_of_the_disk(error):
            with suppress(OSError, Damaged):
                remove(self.path, inside=self.path.parents[1])
            reason = f"was damaged ({error}) and is removed; call again, and it is made anew"
            raise Damaged(self.path.parent, self.path.name, reason) from error

    def _open(self, path: Path | None) -> None:
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")  # a lost index is made again
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError(f"index of version {version}")
        if version and self._schema() != _schema_of_new():
            raise sqlite3.DatabaseError("index of other tables")
        self._db.executescript(_TABLES + f"PRAGMA user_version = {_VERSION};")

    def _schema(self) -> set[str]:
        """Return what the file declares. Views and triggers of others could keep SQLite busy for
        ever."""
        return {str(row[0]) for row in self._db.execute("SELECT sql FROM sqlite_master")}

    def _open_anew(self) -> None:
        try:
            if self.path:
                remove(self.path, inside=self.path.parents[1])
            self._open(self.path)
        except (*UNUSABLE, OSError, Damaged):
            self._open(None)

    def identity(self, experiment: str) -> str | None:
        """Return the MLflow experiment that the rows describe."""
        row = self._db.execute(
            "SELECT identity FROM experiments WHERE name = ?", (experiment,)
        ).fetchone()
        return row[0] if row else None

    def restart(self, experiment: str, identity: str) -> None:
        """Forget an experiment, since MLflow has a new one with this name."""
        self._db.execute("BEGIN")
        for table in ("runs", "parents"):
            self._db.execute(f"DELETE FROM {table} WHERE experiment = ?", (experiment,))
        self._db.execute("INSERT OR REPLACE INTO experiments VALUES (?, ?)", (experiment, identity))
        self._db.execute("COMMIT")

    def experiments(self) -> list[str]:
        """Return the experiments that were tracked from here."""
        return [row[0] for row in self._db.execute("SELECT name FROM experiments ORDER BY name")]

    def runs(self, experiment: str) -> dict[str, Tracked]:
        """Return the tracked runs of an experiment by run_id, without the summaries of finished
        ones."""
        columns = _RUN.replace("summary", "CASE WHEN generation < 0 THEN '{}' ELSE summary END")
        rows = self._db.execute(f"SELECT {columns} FROM runs WHERE experiment = ?", (experiment,))
        return {row[0]: Tracked(*row) for row in rows}

    def misnamed(self, experiment: str) -> dict[str, str]:
        """Return the run_ids that tracked folders of other names hold, by the folder's name."""
        rows = self._db.execute(
            "SELECT run_id, summary FROM runs WHERE experiment = ? AND summary LIKE ?",
            (experiment, '%"run_id"%'),
        )
        held = ((name, fields_of(summary).get("run_id")) for name, summary in rows)
        return {name: run_id for name, run_id in held if run_id}

    def runs_of(self, experiment: str, configuration: str) -> Iterator[Tracked]:
        """Yield the runs of a configuration: first those with a turn, then the others by time."""
        rows = self._db.execute(
            f"SELECT {_RUN} FROM runs WHERE experiment = ? AND configuration = ? "
            "ORDER BY place IS NULL, place, finished, run_id",
            (experiment, configuration),
        )
        yield from (Tracked(*row) for row in rows)

    def counts(self, experiment: str) -> dict[str, dict[str, int]]:
        """Return the number of runs of each configuration by status."""
        rows = self._db.execute(
            "SELECT configuration, status, COUNT(*) FROM runs WHERE experiment = ? "
            "GROUP BY configuration, status ORDER BY configuration, status",
            (experiment,),
        )
        counts: dict[str, dict[str, int]] = {}
        for configuration, status, count in rows:
            counts.setdefault(configuration, {})[status] = count
        return counts

    def to_count(self, experiment: str) -> set[str]:
        """Return the configurations with a finished run that its parent does not count yet."""
        rows = self._db.execute(
            "SELECT DISTINCT configuration FROM runs "
            "WHERE experiment = ? AND place IS NULL AND status = 'FINISHED'",
            (experiment,),
        )
        return {row[0] for row in rows}

    def keep(self, experiment: str, runs: Iterable[Tracked]) -> None:
        """Note what MLflow has now."""
        rows = [(experiment, *_fields_of_run(run)) for run in runs]
        self._many(_KEEP_RUN, rows)

    def settle(self, experiment: str, turns: Iterable[tuple[int, str]]) -> None:
        """Note the turns (place, run_id) that a parent has given."""
        rows = [(place, experiment, run_id) for place, run_id in turns]
        self._many("UPDATE runs SET place = ? WHERE experiment = ? AND run_id = ?", rows)

    def drop(self, experiment: str, run: Tracked) -> None:
        """Forget a run; the parent that counts it becomes stale."""
        stale = "UPDATE parents SET stale = 1 WHERE experiment = ? AND configuration = ?"
        if run.place is not None:
            self._db.execute(stale, (experiment, run.configuration))
        self._db.execute(
            "DELETE FROM runs WHERE experiment = ? AND run_id = ?", (experiment, run.run_id)
        )

    def parents(self, experiment: str) -> dict[str, Parent]:
        """Return the parents of an experiment, by configuration."""
        rows = self._db.execute(
            f"SELECT {_PARENT} FROM parents WHERE experiment = ?", (experiment,)
        )
        return {row[0]: Parent(*row) for row in rows}

    def keep_parents(self, experiment: str, parents: Iterable[Parent]) -> None:
        """Note parents."""
        self._many(_KEEP_PARENT, [(experiment, *_fields_of_parent(each)) for each in parents])

    def replace_parent(self, experiment: str, parent: Parent) -> None:
        """Note a parent that was created again: it has counted no run yet."""
        self._db.execute("BEGIN")
        self._db.execute(
            "UPDATE runs SET place = NULL WHERE experiment = ? AND configuration = ?",
            (experiment, parent.configuration),
        )
        self._db.execute(_KEEP_PARENT, (experiment, *_fields_of_parent(parent)))
        self._db.execute("COMMIT")

    def drop_parent(self, experiment: str, configuration: str) -> None:
        """Forget a parent."""
        self._db.execute(
            "DELETE FROM parents WHERE experiment = ? AND configuration = ?",
            (experiment, configuration),
        )

    def _many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        self._db.execute("BEGIN")
        try:
            self._db.executemany(statement, rows)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
