"""List all runs: one table for files, and in the page the runs of each configuration."""

from collections.abc import Collection, Sequence
from os.path import relpath
from pathlib import Path

from evosweep.compare.numbers import efficiency
from evosweep.compare.numbers.table import Column, Row, Table, Value
from evosweep.compare.page.material import Material
from evosweep.compare.page.section import Section
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.compare.sections.run_pages import page_name

MOST_LISTED = 2000  # most runs of a page that shows all; else each configuration shows its first
FIRST_RUNS = 10

PHASE_COLUMNS = tuple(Column(f"{phase}_seconds", phase, "s", 3) for phase in efficiency.PHASES)
RUN_COLUMNS = (
    Column("run_id", "run", link="link"),
    Column("problem", "problem"),
    Column("algorithm", "algorithm"),
    Column("backend", "backend"),
    Column("seed", "seed"),
    Column("result", "result"),
    Column("evaluations", "evaluations"),
    Column("generations", "generations"),
    Column("wall_seconds", "wall time", "s", 3),
    Column("digest", "population digest", cut=12),
)


def runs_table(material: Material, out: Path, pages: Collection[str]) -> Table:
    """Return a row for each run, with a link to its page or, relative to `out`, its receipt."""
    common = _within_common_budget(material)
    rows = [
        {
            **_run_row(material, run),
            "link": _link(run, out, pages),
            "result_common": common.get(run.run_id),
        }
        for run in material.study.runs
    ]
    speed = (Column("speedup", "speed-up", "×", 3), Column("efficiency", "efficiency", "", 3))
    marks = (
        Column("mixed", "resumed in another environment"),
        Column("result_common", "result at the common budget"),
    )
    return Table("runs", "All runs", (*RUN_COLUMNS, *PHASE_COLUMNS, *speed, *marks), rows)


def _within_common_budget(material: Material) -> dict[str, float]:
    """Return the results within the common budget by run_id, for problems of unequal budgets."""
    return {
        run.run_id: float(value)
        for problem, standing in material.standings.items()
        for name, values in standing.budget.values.items()
        for run, value in zip(material.study.problems[problem][name], values, strict=True)
    }


def _link(run: Run, out: Path, pages: Collection[str]) -> str:
    page = page_name(run)
    return page if page in pages else Path(relpath(run.folder.record, out)).as_posix()


def _run_row(material: Material, run: Run) -> dict[str, Value]:
    problem = material.study.problem(run)
    speedup = efficiency.speedup_of(material.study, run)
    phases = {f"{phase}_seconds": run.timings.get(phase) for phase in efficiency.PHASES}
    return {
        **phases,
        "speedup": speedup,
        "efficiency": None if speedup is None else speedup / run.workers,
        "run_id": run.run_id,
        "problem": problem,
        "algorithm": material.study.algorithm(run),
        "backend": material.study.backend(run),
        "seed": run.seed,
        "result": material.qualities[problem].values[run.run_id],
        "evaluations": run.evaluations,
        "generations": run.generations,
        "wall_seconds": run.seconds,
        "digest": run.digest,
        "mixed": run.mixed,
    }


def runs_section(study: Study, runs: Table) -> Section:
    """Return the folded lists of runs by configuration, to which the tables link."""
    groups: dict[tuple[object, object], list[Row]] = {}
    for row in runs.rows:
        groups.setdefault((row["problem"], row["algorithm"]), []).append(row)
    many = len(runs.rows) > MOST_LISTED
    section = Section("runs", "Runs")
    if many:
        section.paragraphs.append(
            f"The first {FIRST_RUNS} runs of each configuration, of {len(runs.rows)} in all; "
            "runs.csv beside this page has every one."
        )
    for (problem, algorithm), rows in sorted(groups.items(), key=str):
        shown = rows[:FIRST_RUNS] if many else rows
        key = str(problem), str(algorithm)
        section.parts.append(_configuration(study.anchor("runs", *key), key, shown, len(rows)))
    return section


def _configuration(place: str, key: tuple[str, str], rows: Sequence[Row], total: int) -> Section:
    columns = [column for column in RUN_COLUMNS if column.key not in ("problem", "algorithm")]
    first = f": the first of {total} runs" if len(rows) < total else ""
    table = Table(place, f"{', '.join(key)}{first}", columns, rows, saved=False)
    return Section(place, "", folded=[table], problem=key[0], algorithm=key[1])
