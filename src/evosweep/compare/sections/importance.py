"""The section on the importance of parameters: sentences, tables and pictures."""

from collections.abc import Sequence

import numpy as np

from evosweep.compare.numbers.anova import terms_of
from evosweep.compare.numbers.design import Design, designs_of
from evosweep.compare.numbers.importance import (
    Importance,
    importance,
    importance_table,
    over_problems,
)
from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.words import plural
from evosweep.compare.page.material import Material
from evosweep.compare.page.section import Section
from evosweep.compare.plots.canvas import Plot
from evosweep.compare.plots.importance import plot_effects, plot_pairs, plot_settings
from evosweep.compare.read.labels import unique_stems

MOST_DRAWN = 4  # most designs with pictures
FEWEST_NAMED = 0.01  # a share below this is not named in a sentence


def importance_section(material: Material) -> Section | None:
    """Return the importance of swept parameters; None if no algorithm has two of them."""
    designs = designs_of(material.study)
    if not designs:
        return None
    section = Section("importance", "Which parameter matters")
    stems = unique_stems([f"{design.name} {place}" for place, design in enumerate(designs)])
    importances: list[Importance] = []
    for design, stem in zip(designs, stems.values(), strict=True):
        each = [importance(design, standing) for standing in _shared(material, design)]
        overall = over_problems(each)
        importances += [*([overall] if overall else []), *each]
        section.paragraphs += [sentence(one) for one in ([overall] if overall else each)]
        shown = overall or next((one for one in each if not one.reason), None)
        if material.options.pictures and shown and len(section.plots) < 3 * MOST_DRAWN:
            section.plots += [plot_effects(f"effects-{stem}", shown)]
            section.plots += [plot_pairs(f"pairs-{stem}", shown)]
            section.plots += [_settings(material, design, stem, each)]
    table = importance_table(importances)
    (section.tables if len(table.rows) <= 30 else section.folded).append(table)
    return section


def _settings(material: Material, design: Design, stem: str, each: Sequence[Importance]) -> Plot:
    """Return the plot of settings on the first problem with shares."""
    problem = next(one.problem for one in each if not one.reason)
    losses = material.standings[problem].losses
    tested = {label: losses[label] for label in design.points if label in losses}
    return plot_settings(f"settings-{stem}", design, tested, problem)


def _shared(material: Material, design: Design) -> list[Standing]:
    return [
        standing
        for standing in material.standings.values()
        if any(label in standing.values for label in design.points)
    ]


def sentence(importance: Importance) -> str:
    """Return a sentence on the parameters that explain most."""
    where = f"{importance.design.name}, {importance.problem}"
    if importance.reason:
        return f"Importance, {where}: not told: {importance.reason}."
    terms, (low, high) = terms_of(len(importance.design.parameters)), importance.interval
    order = np.argsort(-importance.shares, kind="stable")
    named = [place for place in order if importance.shares[place] >= FEWEST_NAMED][:3]
    parts = [
        f"{importance.name(terms[place])} explains {importance.shares[place]:.0%} "
        f"({low[place]:.0%} to {high[place]:.0%})"
        for place in named
    ]
    score = "" if importance.score is None else f", out-of-bag score {importance.score:.2g}"
    count = plural(len(importance.design.points), "configuration")
    return (
        f"Importance, {where}: of the variance between {count}, {'; '.join(parts)} "
        f"({importance.method}{score})."
    )
