"""From a study to its page: which numbers and pictures stand where."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from evosweep.compare.numbers import methods, results
from evosweep.compare.numbers.agreement import disagreements
from evosweep.compare.numbers.finals import fronts_of
from evosweep.compare.numbers.fronts import Fronts, read_fronts
from evosweep.compare.numbers.summary import summarise
from evosweep.compare.page.material import Material, Options, gather
from evosweep.compare.page.section import Page, Section
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.compare.sections import sentences, tables
from evosweep.compare.sections.anytime import anytime_section
from evosweep.compare.sections.failures import failures_section, failures_table
from evosweep.compare.sections.problems import problems_section


def build_page(study: Study, options: Options, out: Path) -> Page:
    """The whole report of one experiment, to be written into the folder `out`."""
    with np.errstate(invalid="ignore"):  # infinite results are results: inf - inf is no mistake
        found = gather(study, options)
        return _empty(found) if isinstance(found, Study) else _full(found, out)


def _full(found: Material, out: Path) -> Page:
    fronts = _fronts(found)
    runs = tables.runs_table(found, out)
    sections = [
        failures_section(found),
        _results(found),
        tables.statistics_section(found),
        problems_section(found, fronts),
        anytime_section(found),
        tables.fronts_section(found, fronts),
        tables.populations_section(found),
        tables.agreement_section(found),
        tables.efficiency_section(found),
        tables.runs_section(runs),
        Section("methods", "Methods", methods.methods(found.options.alpha)),
    ]
    return Page(
        f"Comparison: {found.study.name}",
        sentences.subtitle(found),
        sentences.summary(found),
        [*sentences.outcomes(found.study), *disagreements(found.agreement), *found.unread],
        [section for section in sections if section is not None],
        [runs],
    )


def _results(found: Material) -> Section:
    options = found.options
    table = results.results_table(
        found.study, found.qualities, found.traces, target=options.target, alpha=options.alpha
    )
    return Section("results", "Results", tables=[summarise(found.study, found.qualities), table])


def _fronts(found: Material) -> dict[str, Fronts]:
    known = fronts_of(found.finals)
    return {
        problem: read_fronts(problem, groups, known, true_front)
        for problem, groups in found.study.problems.items()
        if next(iter(groups.values()))[0].objectives > 1
    }


def true_front(run: Run) -> Any:
    """The true front of a built-in problem that knows it, or None.

    A user's own problem is not imported: a comparison reads results, it runs no one's code.
    """
    from evosweep.errors import EvosweepError
    from evosweep.plugins.builtins import PROBLEMS
    from evosweep.plugins.loading import load_problem
    from evosweep.problems.traits import Traits

    use, params = str(run.problem.get("use")), run.problem.get("params") or {}
    if use not in PROBLEMS:
        return None
    try:
        front = Traits.of(load_problem(use)(**_keywords(params))).front
    except (EvosweepError, ImportError, TypeError):
        return None
    return None if front is None else front()


def _keywords(params: Mapping[str, Any]) -> dict[str, Any]:
    return dict(params)


def _empty(study: Study) -> Page:
    """The page of an experiment in which no run has finished."""
    listed = failures_table(study)
    return Page(
        f"Comparison: {study.name}",
        "No run has finished.",
        ["There is nothing to compare yet: no run has a receipt."],
        sentences.outcomes(study),
        [Section("failures", "Failures", tables=[listed])],
        [],
    )
