"""Runs that are in no number: failed, damaged, unfinished, missing; each is named."""

from collections.abc import Mapping

from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.page.material import Material
from evosweep.compare.page.section import Section
from evosweep.compare.read.study import Study

FAILURE_COLUMNS = (
    Column("run_id", "run"),
    Column("kind", "outcome"),
    Column("problem", "problem"),
    Column("algorithm", "algorithm"),
    Column("backend", "backend"),
    Column("seed", "seed"),
    Column("error", "error"),
)


def failures_section(found: Material) -> Section | None:
    """Every run that is in no number, named; None where there is none."""
    if not found.study.failures:
        return None
    return Section("failures", "Failures", tables=[failures_table(found.study)])


def failures_table(study: Study, folder: str = "") -> Table:
    """A row for each run that has failed, is damaged, unfinished or missing."""
    rows: list[Row] = [
        {
            "run_id": failure.run_id,
            "kind": failure.kind,
            **{part: _label(failure.spec, part) for part in ("problem", "algorithm", "backend")},
            "seed": failure.spec.get("seed"),
            "error": failure.error,
        }
        for failure in study.failures
    ]
    note = (
        "They are in no other table. make run, or the same evosweep run, tries them again; the "
        "folder of a damaged run is to be removed before."
    )
    name, title = (f"failures_{folder}", f", {folder}") if folder else ("failures", "")
    return Table(name, f"Runs that are in no number{title}", FAILURE_COLUMNS, rows, note)


def _label(spec: Mapping[str, object], part: str) -> str:
    described = spec.get(part)
    if not isinstance(described, Mapping):
        return ""
    return str(described.get("name") or described.get("use") or "")
