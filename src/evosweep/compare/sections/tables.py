"""The sections that mostly consist of tables: statistics, fronts, populations, efficiency."""

from collections.abc import Mapping

from evosweep.compare.numbers import efficiency_tables, fronts, populations, rank_tables
from evosweep.compare.numbers.agreement import disagreements, matrix
from evosweep.compare.numbers.pair_tables import pairs_table
from evosweep.compare.page.material import Material
from evosweep.compare.page.section import Section
from evosweep.compare.plots.canvas import Plot
from evosweep.compare.plots.efficiency import plot_phases
from evosweep.compare.plots.genes import plot_genes

MOST_SHOWN = 40  # most pairs in an open table; more are folded
MOST_BARS = 12  # most bars of a plot of phases


def ranks_section(material: Material, diagrams: list[Plot]) -> Section:
    """Return the ranking over the problems, its diagrams, and the names that it leaves out."""
    alpha = material.options.alpha
    section = Section("statistics", "Ranks over the problems", plots=diagrams)
    for ranking in material.rankings:
        section.paragraphs.append(rank_tables.sentence(ranking, alpha))
        section.paragraphs += rank_tables.left_out(ranking)
        posthoc = rank_tables.posthoc_table(ranking)
        section.folded += [posthoc] if posthoc else []
    ranked = [ranking for ranking in material.rankings if len(ranking.names) > 1]
    if ranked:
        section.tables.append(rank_tables.ranks_table(ranked))
    return section


def tests_section(material: Material) -> Section:
    """Return the tested pairs by problem; also at the common budget, if there is one."""
    alpha = material.options.alpha
    section = Section("tests", "Which differences are real")
    common = [
        pair
        for standing in material.standings.values()
        if standing.at_common_budget
        for pair in standing.pairs
    ]
    if not material.pairs:
        section.paragraphs.append("One algorithm per problem: there is no pair to test.")
        return section
    for pairs, at_common in ((common, True), (material.pairs, False)):
        table = pairs_table(pairs, alpha, common=at_common)
        if pairs:
            (section.tables if len(pairs) <= MOST_SHOWN else section.folded).append(table)
    return section


def fronts_section(material: Material, by_problem: Mapping[str, fronts.Fronts]) -> Section | None:
    """Return indicators and the joint front; None if no problem has several objectives."""
    if not by_problem:
        return None
    items = list(by_problem.values())
    section = Section("fronts", "Several objectives")
    section.tables = [fronts.indicators_table(items, material.qualities)]
    section.folded = [fronts.joint_table(items)]
    return section


def populations_section(material: Material) -> Section:
    """Return diversity and duplicates, and the genes of each problem's best algorithm."""
    section = Section("populations", "Final populations")
    varied = {run_id: final.diversity for run_id, final in material.finals.items()}
    section.tables = [populations.populations_table(material.study, varied)]
    for problem in material.pictured:
        best = material.standings[problem].order[0]
        quantiles = populations.gene_quantiles(material.study.problems[problem][best])
        if quantiles is not None:
            name = f"genes-{material.study.stems[0][problem]}"
            section.plots.append(plot_genes(name, problem, best, quantiles))
    return section


def agreement_section(material: Material) -> Section:
    """Return the matrix of backends, and a row for each spec."""
    loud = disagreements(material.agreement)
    section = Section("agreement", "Agreement of the backends", alerts=loud)
    backends = matrix(material.study)
    if len(backends.rows) > 1:
        section.tables = [backends]
    else:
        section.paragraphs.append(
            "Every run is of one backend. Add another to the config, and the same population will "
            "have to come out."
        )
    (section.tables if loud else section.folded).append(material.agreement)
    return section


def efficiency_section(material: Material) -> Section:
    """Return advice, the table of times, and a plot of times for each problem."""
    section = Section(
        "efficiency", "Time and efficiency", efficiency_tables.advice(material.timings)
    )
    if material.untimed:
        section.paragraphs.append(
            f"Left out: {material.untimed} runs that were resumed, grew from "
            "shorter ones, or have no timings."
        )
    section.tables = [efficiency_tables.efficiency_table(material.timings)]
    for problem in material.pictured:
        stem = material.study.stems[0][problem]
        timings = [timing for timing in material.timings if timing.place[0] == problem]
        if 0 < len(timings) <= MOST_BARS:
            section.plots.append(plot_phases(f"time-{stem}", problem, timings))
    return section
