"""List the runs left out of tables: failed, damaged, unfinished, missing or earlier ones."""

from collections.abc import Mapping

from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.numbers.words import plural
from evosweep.compare.page.material import Material
from evosweep.compare.page.section import Section
from evosweep.compare.read.study import Study
from evosweep.errors import one_line, printable

KINDS = ("problem", "algorithm", "backend")
FAILURE_COLUMNS = (
    Column("run_id", "run"),
    Column("kind", "outcome"),
    Column("problem", "problem"),
    Column("algorithm", "algorithm"),
    Column("backend", "backend"),
    Column("seed", "seed"),
    Column("error", "error"),
)


def failures_section(material: Material) -> Section | None:
    """Return the section on runs that are left out of tables; None if there is none."""
    if not material.study.failures:
        return None
    return Section("failures", "Failures", tables=[failures_table(material.study)])


def earlier_section(study: Study) -> Section | None:
    """Return the folded section on runs of older code or of other combinations; or None."""
    if not study.earlier:
        return None
    title = f"Earlier versions ({plural(len(study.earlier), 'run')})"
    section = Section("earlier", title, [f"They are in no number. Compared: {study.basis}."])
    section.folded = [earlier_table(study)]
    return section


def earlier_table(study: Study, folder: str = "") -> Table:
    """Return a row for each run that was set aside, with the digests of its code."""
    rows: list[Row] = [
        {
            "run_id": run.run_id,
            "problem": _label(run.problem),
            "algorithm": _label(run.algorithm),
            "backend": _label(run.backend),
            "seed": run.seed,
            "problem_code": run.sources.get("problem", "")[:6],
            "algorithm_code": run.sources.get("algorithm", "")[:6],
            "finished": run.finished,
        }
        for run in study.earlier
    ]
    columns = (
        Column("run_id", "run"),
        *FAILURE_COLUMNS[2:6],
        Column("problem_code", "code of the problem"),
        Column("algorithm_code", "code of the algorithm"),
        Column("finished", "finished"),
    )
    name, title = (f"earlier_{folder}", f", {folder}") if folder else ("earlier", "")
    return Table(name, f"Runs that were set aside{title}", columns, rows)


def failures_table(study: Study, folder: str = "") -> Table:
    """Return a row for each run that has failed, is damaged, unfinished or missing."""
    rows: list[Row] = [
        {
            "run_id": failure.run_id,
            "kind": failure.kind,
            **{kind: _label(failure.part(kind)) for kind in KINDS},
            "seed": failure.seed,
            "error": one_line(failure.error),
        }
        for failure in study.failures
    ]
    note = (
        "They are in no other table. make run, or the same evosweep run, tries them again; the "
        "folder of a damaged run is to be removed before."
    )
    name, title = (f"failures_{folder}", f", {folder}") if folder else ("failures", "")
    return Table(name, f"Runs that are in no number{title}", FAILURE_COLUMNS, rows, note=note)


def _label(part: Mapping[str, object]) -> str:
    return printable(str(part.get("name") or part.get("use") or ""))
