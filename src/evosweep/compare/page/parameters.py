"""Add swept parameters as columns to every file with problems or algorithms."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from evosweep.compare.numbers.table import Column, Row, Table, Value
from evosweep.compare.read.labels import facts_of, varying
from evosweep.compare.read.study import Study

Swept = Mapping[str, Mapping[str, Value]]
"""The values of differing parameters by the label of a problem, or of an algorithm."""


@dataclass(frozen=True)
class Parameters:
    """The swept parameters of the problems and of the algorithms of a study."""

    problem: Swept = field(default_factory=dict)
    algorithm: Swept = field(default_factory=dict)

    def added_to(self, table: Table) -> Table:
        """Return the table with additional columns such as `algorithm.population`."""
        for kind, swept in (("problem", self.problem), ("algorithm", self.algorithm)):
            if any(column.key == kind for column in table.columns):
                table = _with_columns(table, kind, swept)
        return table


def parameters_of(study: Study) -> Parameters:
    """Return the parameters that differ between problems, or between algorithms, of a study."""
    return Parameters(_swept(study.problem_labels), _swept(study.algorithm_labels))


def _swept(labels: Mapping[str, str]) -> Swept:
    """Return values by label; a parameter counts if it differs within a name or a function."""
    members = {label: json.loads(text) for text, label in labels.items()}
    keys = [key for key in _differing(members.values()) if key != "code"]
    return {
        label: {key: _plain(facts_of(part).get(key)) for key in keys}
        for label, part in members.items()
    }


def _differing(parts: Iterable[Mapping[str, object]]) -> list[str]:
    groups: dict[object, list[Mapping[str, object]]] = {}
    for part in parts:
        groups.setdefault(part.get("use"), []).append(facts_of(part))
    return list(dict.fromkeys(key for facts in groups.values() for key in varying(facts)))


def _plain(value: object) -> Value:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, separators=(",", ":"))


def _with_columns(table: Table, kind: str, swept: Swept) -> Table:
    keys = list(dict.fromkeys(key for facts in swept.values() for key in facts))
    rows: list[Row] = [
        {**row, **{f"{kind}.{key}": value for key, value in _of(swept, row, kind).items()}}
        for row in table.rows
    ]
    columns = [Column(f"{kind}.{key}", f"{kind}: {key}") for key in keys]
    return replace(table, columns=[*table.columns, *columns], rows=rows)


def _of(swept: Swept, row: Row, kind: str) -> Mapping[str, Value]:
    return swept.get(str(row.get(kind)), {})
