"""All problems at a glance: the diagram of ranks, the heat map of wins, convergence in panels."""

from evosweep.compare.numbers.wins import contestants, count_duels
from evosweep.compare.page.material import Material
from evosweep.compare.page.section import Section
from evosweep.compare.plots.canvas import Plot
from evosweep.compare.plots.convergence import Curves
from evosweep.compare.plots.critical import plot_critical_difference
from evosweep.compare.plots.multiples import MOST_PANELS, plot_multiples
from evosweep.compare.plots.wins import plot_wins


def rank_diagrams(material: Material) -> list[Plot]:
    """Return the critical difference diagram of each ranking with a significant test."""
    alpha = material.options.alpha
    diagrams = [
        plot_critical_difference(ranking, alpha, material.styles) for ranking in material.rankings
    ]
    return [diagram for diagram in diagrams if diagram is not None]


def wins_map(material: Material) -> list[Plot]:
    """Return the heat map of wins, unless no two algorithms share a problem."""
    names = contestants(material.standings)
    duels = count_duels(material.standings, names, material.options.alpha)
    return [plot_wins(duels, names)] if duels else []


def panels(material: Material) -> list[Plot]:
    """Return the convergence on all problems, unless no run has a trace."""
    shown = [_curves(material, problem) for problem in list(material.study.problems)[:MOST_PANELS]]
    shown = [curves for curves in shown if curves.traces]
    return [plot_multiples(shown, material.styles)] if shown else []


def overview_section(plots: list[Plot], problems: int) -> Section | None:
    """Return the section with the pictures that are not beside the verdict."""
    section = Section("overview", "All problems at a glance", plots=plots)
    if problems > MOST_PANELS:
        section.paragraphs.append(
            f"Panels are of the first {MOST_PANELS} of {problems} problems; the tables have all."
        )
    return section if plots else None


def _curves(material: Material, problem: str) -> Curves:
    run = next(iter(material.study.problems[problem].values()))[0]
    shown = material.drawn(problem)
    traces = material.traces_of(problem)
    return Curves(
        problem,
        material.qualities[problem].measure,
        {name: traces[name] for name in shown if name in traces},
        run.traits.get("optimum") if run.objectives == 1 else None,
    )
