"""Results in a notebook: `evosweep.load(FOLDER)` and its data frames."""

import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from evosweep.compare.read.folders import open_studies
from evosweep.compare.read.study import Study
from evosweep.errors import InputError, did_you_mean, one_line, shown
from evosweep.notebook.columns import READERS, UNREADABLE, Kind, Wanted
from evosweep.notebook.frames import NAMES, Library, NamedRun, Names, as_frame, together

if TYPE_CHECKING:
    from evosweep.notebook.frames import Frame

_LIBRARIES = ("pandas", "polars")
_ROWS = 250_000
_RUNS = 1000
"""Most runs whose tables are concatenated at a time."""


class LeftOut(UserWarning):
    """A data frame lacks runs whose files are damaged or missing."""


class Results:
    """The finished runs in a folder of results, as data frames.

    Files are read when a method returns a frame, and not before.

    Every frame begins with the columns `experiment`, `run_id`, `problem`, `algorithm`, `backend`
    (categories) and `seed`. Files are data: nothing in them is imported or unpickled. A run that
    cannot be read is left out with a warning, and `left_out` names it.

    Parameters
    ----------
    path
        `results`, or `results/<experiment>`.
    frames
        The library of the data frames: "pandas" or "polars".
    """

    def __init__(
        self,
        path: str | Path,
        frames: Library = "pandas",
        *,
        chosen: Callable[[NamedRun], bool] = lambda _: True,
    ) -> None:
        if frames not in _LIBRARIES:
            raise InputError(f"frames: {shown(frames)}; allowed: {', '.join(_LIBRARIES)}")
        self.path, self._library, self._chosen = Path(path), frames, chosen
        if not self.path.is_dir():
            raise InputError(f"{path}: there is no such folder of results")
        self._unread: dict[str, None] = {}

    @property
    def left_out(self) -> list[str]:
        """One line for each run without a receipt, and for each file that could not be read."""
        failures = (
            f"{failure.run_id}: {failure.kind}: {one_line(failure.error)}"
            for study in self._studies
            for failure in study.failures
        )
        return [*failures, *self._unread]

    def select(self, **labels: object) -> "Results":
        """Return the runs with these labels: `select(problem="onemax", seed=[1, 2, 3])`.

        Parameters
        ----------
        labels
            By `experiment`, `run_id`, `problem`, `algorithm`, `backend` or `seed`: a value, or
            several of them.
        """
        for name in labels:
            if name not in NAMES:
                hint = did_you_mean(name, NAMES)
                raise InputError(f"select: no {shown(name)}; allowed: {', '.join(NAMES)}{hint}")
        allowed = {name: _values(wanted) for name, wanted in labels.items()}

        def chosen(run: NamedRun) -> bool:
            return self._chosen(run) and all(
                run.label(name) in values for name, values in allowed.items()
            )

        some = Results(self.path, self._library, chosen=chosen)
        some.__dict__["_studies"] = self._studies  # read once
        return some

    def __len__(self) -> int:
        return len(self._runs)

    def __repr__(self) -> str:
        return f"<evosweep results in {self.path}>"

    def runs(self, columns: Wanted = None) -> "Frame":
        """Return one row per run: parameters, best fitness, evaluations, seconds, digest."""
        return self._frame("runs", columns)

    def generations(self, columns: Wanted = None) -> "Frame":
        """Return one row per generation of each run: the logbook, with `best_so_far`."""
        return self._frame("generations", columns)

    def populations(self, columns: Wanted = None) -> "Frame":
        """Return one row per individual of each final population: genome, fitness and rank."""
        return self._frame("populations", columns)

    def evaluations(self, columns: Wanted = None) -> "Frame":
        """Return one row per evaluation of each run, in the run's order, from its journal."""
        return self._frame("evaluations", columns)

    def fronts(self, columns: Wanted = None) -> "Frame":
        """Return one row per non-dominated point of each final population with several
        objectives."""
        return self._frame("fronts", columns)

    def batches(
        self, kind: Kind, columns: Wanted = None, *, rows: int = _ROWS
    ) -> "Iterator[Frame]":
        """Yield a frame in parts, in bounded memory.

        Parameters
        ----------
        kind
            "runs", "generations", "populations", "evaluations" or "fronts".
        columns
            As for the method of that name.
        rows
            Approximate number of rows of a part; a run is never divided.

        Yields
        ------
        DataFrame
            A part; all parts have the same categories, so they can be concatenated.
        """
        if kind not in READERS:
            raise InputError(f"batches: {shown(kind)}; allowed: {', '.join(READERS)}")
        for table in self._tables(kind, columns, rows):
            yield as_frame(table, self._library)

    def _frame(self, kind: Kind, wanted: Wanted) -> "Frame":
        parts = list(self._tables(kind, wanted, _ROWS))
        return as_frame(together(parts), self._library)

    def _tables(self, kind: Kind, wanted: Wanted, rows: int) -> Iterator[pa.Table]:
        """Yield tables of about so many rows, at least one."""
        names, read = Names(self._runs), READERS[kind]
        before = len(self._unread)
        queue: list[tuple[NamedRun, pa.Table]] = []
        seen: set[str] = set(NAMES)
        count = parts = 0
        for run in self._runs if kind != "fronts" else self._with_several_objectives:
            try:
                table = read(run.run, wanted)
            except UNREADABLE as error:
                self._unread[f"{run.run.run_id}: no {kind}: {one_line(error)}"] = None
                continue
            seen |= set(table.column_names)
            queue.append((run, table))
            count += table.num_rows
            if count >= rows or len(queue) >= _RUNS:
                yield _part(names, queue, wanted)
                queue, count, parts = [], 0, parts + 1
        if unknown := [name for name in wanted or () if name not in seen]:
            hint = did_you_mean(unknown[0], seen)
            raise InputError(f"{kind}: no column {shown(unknown[0])} in {self.path}{hint}")
        if queue or not parts:
            yield _part(names, queue, wanted)
        self._warn(list(self._unread)[before:])

    def _warn(self, lines: list[str]) -> None:
        if lines:
            more = f" (and {len(lines) - 1} more, see left_out)" if len(lines) > 1 else ""
            warnings.warn(f"{lines[0]}{more}", LeftOut, stacklevel=5)

    @cached_property
    def _studies(self) -> list[Study]:
        return open_studies(self.path)

    @cached_property
    def _runs(self) -> list[NamedRun]:
        return [run for run in NamedRun.all_of(self._studies) if self._chosen(run)]

    @property
    def _with_several_objectives(self) -> list[NamedRun]:
        return [run for run in self._runs if run.run.objectives > 1]


def _part(names: Names, queue: list[tuple[NamedRun, pa.Table]], wanted: Wanted) -> pa.Table:
    runs, tables = [run for run, _ in queue], [table for _, table in queue]
    own = together(tables) if tables else pa.table({})
    first = names.columns(runs, [table.num_rows for table in tables])
    clash = {name: f"own_{name}" for name in own.column_names if name in first}
    if clash:
        own = own.rename_columns([clash.get(name, name) for name in own.column_names])
    whole = {**first, **dict(zip(own.column_names, own.columns, strict=True))}
    kept = whole if wanted is None else {
        name: values for name, values in whole.items() if name in NAMES or name in wanted
    }  # fmt: skip
    return pa.table(kept)


def _values(wanted: object) -> Collection[object]:
    if isinstance(wanted, Iterable) and not isinstance(wanted, str):
        return list(wanted)
    return [wanted]


def load(path: str | Path, frames: Library = "pandas") -> Results:
    """Open the results in a folder, as data frames.

    Parameters
    ----------
    path
        `results`, or `results/<experiment>`.
    frames
        The library of the data frames: "pandas" or "polars".

    Returns
    -------
    Results
        With `runs()`, `generations()`, `populations()`, `evaluations()` and `fronts()`. The files
        are read when one of them is called.

    Raises
    ------
    InputError
        If there is no such folder, or the library is neither of the two.
    """
    return Results(path, frames)
