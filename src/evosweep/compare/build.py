"""Build the page of a study: the order of its numbers and pictures."""

from pathlib import Path

import numpy as np

from evosweep.compare.numbers import methods, results
from evosweep.compare.numbers.agreement import backends_of, disagreements
from evosweep.compare.numbers.finals import fronts_of
from evosweep.compare.numbers.fronts import Floats, Fronts, read_fronts
from evosweep.compare.numbers.pivot import pivot_tables
from evosweep.compare.numbers.summary import summarise
from evosweep.compare.page.material import Material, Options, gather
from evosweep.compare.page.parameters import parameters_of
from evosweep.compare.page.section import Page, Section
from evosweep.compare.plots.canvas import Plot
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.compare.sections import sentences, tables
from evosweep.compare.sections.anytime import anytime_section
from evosweep.compare.sections.failures import earlier_section, failures_section, failures_table
from evosweep.compare.sections.importance import importance_section
from evosweep.compare.sections.overview import (
    overview_section,
    panels,
    rank_diagrams,
    wins_map,
)
from evosweep.compare.sections.problems import problems_section
from evosweep.compare.sections.provenance import provenance_section
from evosweep.compare.sections.run_pages import run_pages
from evosweep.compare.sections.runs import runs_section, runs_table
from evosweep.compare.sections.stages import stages_section


def build_page(study: Study, options: Options, out: Path) -> Page:
    """Return the whole report of one experiment; links in it are relative to the folder `out`."""
    with np.errstate(
        invalid="ignore", over="ignore"
    ):  # infinite results are valid, so that inf - inf is no error
        material = gather(study, options)
        return _empty(material) if isinstance(material, Study) else _full(material, out)


def _full(material: Material, out: Path) -> Page:
    fronts = _fronts(material)
    pages = run_pages(material, out)
    runs = runs_table(material, out, pages)
    study, alpha = material.study, material.options.alpha
    pivots = pivot_tables(study, material.standings, alpha)
    first, diagrams, glance = _pictures_of_all(material)
    sections = [
        tables.ranks_section(material, diagrams),
        Section("pivot", "Problems and algorithms", tables=pivots),
        overview_section(glance, len(study.problems)),
        failures_section(material),
        problems_section(material, fronts),
        _results(material),
        stages_section(material),
        tables.tests_section(material),
        importance_section(material),
        anytime_section(material),
        tables.fronts_section(material, fronts),
        tables.populations_section(material),
        tables.agreement_section(material),
        tables.efficiency_section(material),
        runs_section(study, runs),
        earlier_section(study),
        provenance_section(material),
        Section("methods", "Methods", methods.methods(alpha, study.stages)),
    ]
    loud = [*study.disagreements, *disagreements(material.agreement)]
    return Page(
        f"Comparison: {study.name}",
        sentences.subtitle(material),
        sentences.summary(material),
        [
            *sentences.outcomes(study),
            *sentences.warnings(material),
            *study.alerts,
            *loud,
            *material.unread,
        ],
        sections=[section for section in sections if section is not None],
        extra=[runs],
        loud=loud,
        parameters=parameters_of(study),
        first=first,
        run_pages=pages,
    )


def _pictures_of_all(material: Material) -> tuple[Plot | None, list[Plot], list[Plot]]:
    """Return the picture beside the verdict, the diagrams of ranks, and all other pictures."""
    if not material.options.pictures:
        return None, [], []
    diagrams, rest = rank_diagrams(material), [*wins_map(material), *panels(material)]
    for plots in (diagrams, rest):
        if plots:
            return plots.pop(0), diagrams, rest
    return None, [], []


def _results(material: Material) -> Section:
    options, study = material.options, material.study
    table = results.results_table(
        study,
        material.standings,
        material.traces,
        backends_of(study, material.agreement),
        target=options.target,
        alpha=options.alpha,
    )
    summary = summarise(study, material.qualities)
    return Section("results", "Results", tables=[table], folded=[summary])


def _fronts(material: Material) -> dict[str, Fronts]:
    final_fronts = fronts_of(material.finals)
    return {
        problem: read_fronts(problem, groups, final_fronts, true_front)
        for problem, groups in material.study.problems.items()
        if next(iter(groups.values()))[0].objectives > 1
    }


def true_front(run: Run) -> Floats | None:
    """Return the true front of a built-in problem that declares it, or None.

    A user's own problem is not imported, since a comparison runs no user code.
    """
    from evosweep.errors import EvosweepError
    from evosweep.plugins.builtins import PROBLEMS
    from evosweep.plugins.loading import load_problem
    from evosweep.problems.traits import Traits

    use, params = run.problem["use"], run.problem.get("params", {})
    if use not in PROBLEMS:
        return None
    try:
        front = Traits.of(load_problem(use)(**params)).front
        return None if front is None else np.asarray(front(), dtype=np.float64)
    except (EvosweepError, ImportError, TypeError, ValueError, ArithmeticError, MemoryError):
        return None  # the receipt has parameters that the problem lacks


def _empty(study: Study) -> Page:
    """Return the page of an experiment in which no run has finished."""
    listed = failures_table(study)
    return Page(
        f"Comparison: {study.name}",
        "No run has finished.",
        ["There is nothing to compare yet: no run has a receipt."],
        sentences.outcomes(study),
        sections=[Section("failures", "Failures", tables=[listed])],
    )
