"""Build one data frame, of pandas or Polars, from the tables of many runs.

The names of runs are categories: memory holds each label once, and a small number per row.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from evosweep.compare.extra import need
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study

if TYPE_CHECKING:
    import pandas
    import polars

    Frame = pandas.DataFrame | polars.DataFrame
"""A data frame of the chosen library."""

Library = Literal["pandas", "polars"]
NAMES = ("experiment", "run_id", "problem", "algorithm", "backend", "seed")
"""The first columns of every data frame."""
_UNLIKE = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError)
_TOGETHER = 256  # number of tables that are concatenated at a time


@dataclass(frozen=True)
class NamedRun:
    """A run with its labels."""

    run: Run
    experiment: str
    problem: str
    algorithm: str
    backend: str

    @classmethod
    def all_of(cls, studies: Sequence[Study]) -> list["NamedRun"]:
        """Return the runs of several studies, in their order."""
        return [
            cls(
                run,
                study.name,
                study.problem(run),
                study.algorithm(run),
                backend=study.backend(run),
            )
            for study in studies
            for run in study.runs
        ]

    def label(self, name: str) -> object:
        """Return the run's value in a column of `NAMES`."""
        source = self.run if name in ("run_id", "seed") else self
        value: object = getattr(source, name)
        return value


class Names:
    """The columns that name the run of each row, with the same categories in every part."""

    def __init__(self, runs: Sequence[NamedRun]) -> None:
        self._runs = runs

    @cached_property
    def _categories(self) -> dict[str, dict[object, int]]:
        texts = [name for name in NAMES if name != "seed"]
        return {
            name: {label: code for code, label in enumerate(dict.fromkeys(
                each.label(name) for each in self._runs))}
            for name in texts
        }  # fmt: skip

    def columns(self, runs: Sequence[NamedRun], lengths: Sequence[int]) -> dict[str, pa.Array]:
        """Return the columns for some runs; `lengths` are their numbers of rows."""
        columns = {}
        for name in NAMES:
            known = self._categories.get(name)
            labels = [each.label(name) for each in runs]
            values = labels if known is None else [known[label] for label in labels]
            repeated = np.repeat(np.array(values, np.int64 if known is None else np.int32), lengths)
            columns[name] = (
                pa.array(repeated)
                if known is None
                else pa.DictionaryArray.from_arrays(repeated, pa.array(list(known), pa.string()))
            )
        return columns


def together(tables: Sequence[pa.Table]) -> pa.Table:
    """Concatenate tables; a column without a single type becomes text."""
    while len(tables) > 1:
        tables = [_joined(tables[at : at + _TOGETHER]) for at in range(0, len(tables), _TOGETHER)]
    return tables[0]


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    try:
        joined = pa.concat_tables(tables, promote_options="permissive")
    except _UNLIKE:
        unlike = _unlike_columns(tables)
        joined = pa.concat_tables(
            [_as_text(table, unlike) for table in tables], promote_options="permissive"
        )
    return joined.combine_chunks()


def _unlike_columns(tables: Sequence[pa.Table]) -> set[str]:
    by_name: dict[str, list[pa.Schema]] = {}
    for table in tables:
        for field in table.schema:
            by_name.setdefault(field.name, []).append(pa.schema([field]))
    return {name for name, schemas in by_name.items() if not _are_alike(schemas)}


def _are_alike(schemas: Sequence[pa.Schema]) -> bool:
    try:
        pa.unify_schemas(schemas, promote_options="permissive")
    except _UNLIKE:
        return False
    return True


def _as_text(table: pa.Table, names: set[str]) -> pa.Table:
    for place, field in enumerate(table.schema):
        if field.name in names and field.type != pa.string():
            values = [None if v is None else json.dumps(v) for v in table[place].to_pylist()]
            table = table.set_column(place, field.name, pa.array(values, pa.string()))
    return table


def as_frame(table: pa.Table, library: Library) -> "Frame":
    """Convert a table to a data frame of pandas or Polars."""
    if library == "polars":
        polars_module = need("polars")
        frame: Frame = polars_module.from_arrow(table)
        return frame
    need("pandas")
    made: Frame = table.to_pandas(split_blocks=True, self_destruct=True)
    return made
