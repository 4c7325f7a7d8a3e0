"""Anytime performance over all problems: profiles, fixed budgets, fixed targets."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers import anytime
from evosweep.compare.numbers.targets import Targets, profile_targets
from evosweep.compare.page.material import Material
from evosweep.compare.page.section import Section
from evosweep.compare.plots.canvas import MOST_LINES, Plot
from evosweep.compare.plots.ecdf import Axes, plot_profile
from evosweep.compare.read.labels import natural
from evosweep.compare.read.traces import Trace

Floats = NDArray[np.float64]
Problems = Mapping[str, Mapping[str, list[Trace]]]


def anytime_section(material: Material) -> Section:
    """Return profiles over all problems and the two tables, or a sentence if there are no data."""
    section = Section("anytime", "Performance at any time")
    problems = {name: material.traces_of(name) for name in material.study.problems}
    problems = {name: groups for name, groups in problems.items() if groups}
    if not problems:
        section.paragraphs.append("No run has a journal or a logbook that can be read.")
        return section
    targets = {name: _targets(material, name, groups) for name, groups in problems.items()}
    larger = {name: material.qualities[name].larger for name in problems}
    optima = {
        name: optimum for name in problems if (optimum := _optimum(material, name)) is not None
    }
    if material.options.pictures:
        section.plots = _profiles(material, problems, targets)
    section.folded = [
        anytime.fixed_target_table(problems, targets, larger, optima),
        anytime.fixed_budget_table(problems, optima),
    ]
    return section


def _optimum(material: Material, problem: str) -> float | None:
    run = next(iter(material.study.problems[problem].values()))[0]
    optimum = run.traits.get("optimum") if run.objectives == 1 else None
    return None if optimum is None else float(optimum)


def _targets(material: Material, problem: str, groups: Mapping[str, list[Trace]]) -> Targets:
    run = next(iter(material.study.problems[problem].values()))[0]
    traces = [trace for group in groups.values() for trace in group]
    return profile_targets(run, traces, material.qualities[problem].larger)


def _profiles(material: Material, problems: Problems, targets: Mapping[str, Targets]) -> list[Plot]:
    """Return ECDF and data profile of the ranked algorithms and problems."""
    ranking = material.rankings[0]
    problems = {name: problems[name] for name in ranking.problems if name in problems}
    order = np.argsort(ranking.ranks, kind="stable")[:MOST_LINES]
    names = sorted((ranking.names[place] for place in order), key=natural)
    names = [name for name in names if all(name in groups for groups in problems.values())]
    if not names or len(problems) < 2:
        return []
    return [_ecdf(material, problems, targets, names), *_data_profile(material, problems, names)]


def _ecdf(
    material: Material, problems: Problems, targets: Mapping[str, Targets], names: list[str]
) -> Plot:
    reached = {
        name: np.concatenate(
            [
                anytime.hits(
                    groups[name], targets[problem].values, material.qualities[problem].larger
                ).ravel()
                for problem, groups in problems.items()
            ]
        )
        for name in names
    }
    words = Axes(
        "All problems: targets reached",
        "evaluations",
        "share of runs and targets",
        "evaluations",
        caption="Targets as in the problems' own profiles.",
        styles=material.styles,
    )
    return plot_profile("ecdf", words, reached)


def _data_profile(material: Material, problems: Problems, names: list[str]) -> list[Plot]:
    """Return the data profile; it needs genomes of a fixed length, for the simplex gradient."""
    lengths = {
        problem: next(iter(material.study.problems[problem].values()))[0].genome_length
        for problem in problems
    }
    if any(length is None for length in lengths.values()):
        return []
    reached = {
        name: np.concatenate(
            [
                _convergence(groups, name, material.qualities[problem].larger)
                / ((lengths[problem] or 0) + 1)
                for problem, groups in problems.items()
            ]
        )
        for name in names
    }
    words = Axes(
        "Data profile",
        "evaluations / (genes + 1)",
        "share of runs that converged",
        "simplex_gradients",
        caption="A run has converged with 99.9 % of the improvement of the best run (Moré and "
        "Wild 2009).",
        styles=material.styles,
    )
    return [plot_profile("data-profile", words, reached)]


def _convergence(groups: Mapping[str, list[Trace]], name: str, larger: bool) -> Floats:
    everything = [trace for group in groups.values() for trace in group]
    target = anytime.convergence_target(everything, larger)
    return anytime.hits(groups[name], np.array([target]), larger).ravel()
