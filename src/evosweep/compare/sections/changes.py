"""Report on a change: compare two results folders."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.changes import (
    SEED_COLUMNS,
    Change,
    changes_table,
    distinct,
    match,
    place,
    seeds_table,
)
from evosweep.compare.numbers.finals import Final, fronts_of, read_finals
from evosweep.compare.numbers.pair_tables import outcome
from evosweep.compare.numbers.table import Column, Row, Table, show
from evosweep.compare.numbers.words import plural
from evosweep.compare.page.material import Options
from evosweep.compare.page.parameters import parameters_of
from evosweep.compare.page.section import Page, Section
from evosweep.compare.plots.boxes import plot_boxes
from evosweep.compare.plots.canvas import Plot
from evosweep.compare.plots.styles import Styles
from evosweep.compare.read.labels import unique_stems
from evosweep.compare.read.run import Run, differs
from evosweep.compare.read.study import Study
from evosweep.compare.sections.failures import earlier_table, failures_table
from evosweep.compare.sections.sentences import outcomes

Floats = NDArray[np.float64]
MOST_DRAWN = 24

ONLY_COLUMNS = (Column("folder", "only in"), *SEED_COLUMNS[:4], Column("run_id", "run"))


def _only_table(sides: Sequence[tuple[str, Study, Sequence[Run]]]) -> Table:
    rows: list[Row] = [
        {
            "folder": name,
            "problem": study.problem(run),
            "algorithm": study.algorithm(run),
            "backend": study.backend(run),
            "seed": run.seed,
            "run_id": run.run_id,
        }
        for name, study, runs in sides
        for run in runs
    ]
    return Table("unmatched", "Runs without a counterpart", ONLY_COLUMNS, rows)


def build_changes(before: Study, after: Study, options: Options) -> Page:
    """Return the report on a change; damaged runs are among the failures."""
    before, old = read_finals(before, fronts_only=True)
    after, new = read_finals(after, fronts_only=True)
    fronts = {**_by_place(before, old), **_by_place(after, new)}
    alpha = options.alpha
    changes, gone, come = match(before, after, fronts, alpha)
    table = changes_table(changes, alpha)
    section = Section("changes", "Before and after", tables=[table], folded=[seeds_table(changes)])
    first = changes[:MOST_DRAWN] if options.pictures else []
    drawn = [change for change in first if change.same < len(change.before)]
    stems = unique_stems(", ".join(change.key) for change in drawn)
    section.plots = [_plot(change, stems[", ".join(change.key)]) for change in drawn]
    sections = [section]
    if gone or come:
        sides = (("before", before, gone), ("after", after, come))
        sections.append(Section("unmatched", "Only in one", tables=[_only_table(sides)]))
    folders = (("before", before), ("after", after))
    failed = [
        Section(f"failures-{name}", f"Failures {name}", tables=[failures_table(study, name)])
        for name, study in folders
        if study.failures
    ]
    aside = [
        Section(f"earlier-{name}", f"Set aside {name}", folded=[earlier_table(study, name)])
        for name, study in folders
        if study.earlier
    ]
    loud = [*before.disagreements, *after.disagreements, *unequal_twins(changes)]
    return Page(
        f"Changes: {after.name}",
        f"Before: {before.folder}. After: {after.folder}.",
        [*_sentences(changes, gone, come, alpha), *_set_aside(folders)],
        [*(f"{name}: {line}" for name, study in folders for line in outcomes(study)), *loud],
        sections=[*sections, *failed, *aside],
        loud=loud,
        parameters=parameters_of(after),
    )


def _set_aside(folders: Sequence[tuple[str, Study]]) -> list[str]:
    """Return lines on the code of each side, if the folder also holds runs of other code."""
    return [
        f"{name.capitalize()}: {study.basis}; set aside: earlier versions "
        f"({plural(len(study.earlier), 'run')})."
        for name, study in folders
        if study.earlier
    ]


def unequal_twins(changes: Sequence[Change]) -> list[str]:
    """Return a line for each run_id that has different populations in the two folders.

    Equal run_ids mean equal code, parameters, seed and backend, so that the machines disagree.
    """
    return [
        f"DISAGREEMENT: {', '.join(change.key)}, seed {old.seed}: run {old.run_id} is in both "
        f"folders, with unequal populations ({old.digest[:12]} and {new.digest[:12]})"
        for change in changes
        for old, new in zip(change.before, change.after, strict=True)
        if old.run_id == new.run_id and differs(old, new)
    ]


def _by_place(study: Study, finals: Mapping[str, Final]) -> dict[str, Floats]:
    fronts = fronts_of(finals)
    return {place(run): fronts[run.run_id] for run in study.runs if run.run_id in fronts}


def _plot(change: Change, stem: str) -> Plot:
    samples = {
        "before": change.quality.of(distinct(change.before)),
        "after": change.quality.of(distinct(change.after)),
    }
    title = ", ".join(change.key)
    return plot_boxes(
        f"change-{stem}", title, change.quality.measure, samples, styles=Styles.of(samples)
    )


def _sentences(
    changes: Sequence[Change], gone: Sequence[Run], come: Sequence[Run], alpha: float
) -> list[str]:
    if not changes:
        return ["No run of the one folder corresponds to a run of the other."]
    seeds = sum(len(change.before) for change in changes)
    same = sum(change.same for change in changes)
    lines = [f"{same} of {plural(seeds, 'pair')} of runs end with the same population to the bit."]
    counts = {"before": 0, "after": 0}
    for change in changes:
        if change.pair.decides(alpha):
            counts["after" if outcome(change.pair, alpha).startswith("after") else "before"] += 1
    lines.append(
        f"Significantly better after: {counts['after']} of "
        f"{plural(len(changes), 'configuration')}, each backend counted; significantly worse: "
        f"{counts['before']}."
    )
    ratios = np.array([change.time_ratio for change in changes])
    ratios = ratios[np.isfinite(ratios)]
    if len(ratios):
        lines.append(
            f"Wall time after over before: median {show(float(np.median(ratios)), 3)}, from "
            f"{show(float(ratios.min()), 3)} to {show(float(ratios.max()), 3)}."
        )
    if gone or come:
        lines.append(
            f"Without a counterpart: {plural(len(gone), 'run')} before, {len(come)} after."
        )
    return lines
