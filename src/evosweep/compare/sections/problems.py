"""Problem by problem: convergence, final results, profile, and fronts, each drawn."""

from collections.abc import Mapping, Sequence

from evosweep.compare import anytime
from evosweep.compare.fronts import Fronts
from evosweep.compare.material import Material
from evosweep.compare.page import Section
from evosweep.compare.plots.boxes import plot_boxes
from evosweep.compare.plots.canvas import Plot
from evosweep.compare.plots.convergence import Curves, plot_convergence
from evosweep.compare.plots.ecdf import Axes, plot_profile
from evosweep.compare.plots.fronts import plot_attainment, plot_difference
from evosweep.compare.plots.parallel import plot_parallel
from evosweep.compare.report import file_name
from evosweep.compare.sentences import problem_sentence
from evosweep.compare.summary import anchor
from evosweep.compare.targets import profile_targets
from evosweep.compare.traces import Trace

Groups = Mapping[str, Sequence[Trace]]

MOST_DRAWN = 12  # problems with plots; the tables have all


def problems_section(found: Material, fronts: Mapping[str, Fronts]) -> Section:
    """A part for each problem."""
    section = Section("problems", "Problem by problem")
    names = list(found.study.problems)
    if len(names) > MOST_DRAWN:
        section.paragraphs.append(
            f"Plots are of the first {MOST_DRAWN} of {len(names)} problems; the tables have all."
        )
    for place, problem in enumerate(names):
        part = Section(anchor("problem", problem), problem, [problem_sentence(found, problem)])
        if place < MOST_DRAWN:
            part.plots = draw(found, problem, fronts.get(problem))
            part.paragraphs += _left_out(found, problem)
        section.parts.append(part)
    return section


def _left_out(found: Material, problem: str) -> list[str]:
    shown, every = len(found.drawn(problem)), len(found.study.problems[problem])
    if shown == every:
        return []
    return [f"The plots show the {shown} algorithms with the best medians, of {every}."]


def draw(found: Material, problem: str, fronts: Fronts | None) -> list[Plot]:
    """The plots of one problem."""
    shown = found.drawn(problem)
    groups = {name: t for name, t in found.traces_of(problem).items() if name in shown}
    quality, stem = found.qualities[problem], file_name(problem)
    runs = {name: found.study.problems[problem][name] for name in shown}
    plots = []
    if groups:
        plots += _curves(found, problem, groups)
        plots.append(_profile(found, problem, groups))
    samples = {name: quality.of(members) for name, members in runs.items()}
    plots.append(plot_boxes(f"results-{stem}", problem, quality.measure, samples))
    if fronts is not None and len(fronts.joint):
        plots += _fronts(found, fronts, shown)
    return plots


def _fronts(found: Material, fronts: Fronts, shown: Sequence[str]) -> list[Plot]:
    problem, stem = fronts.problem, file_name(fronts.problem)
    if len(fronts.weights) > 2:
        return [plot_parallel(f"front-{stem}", fronts, shown)]
    plots = [plot_attainment(f"attainment-{stem}", fronts, shown)]
    if len(shown) > 1:
        best = found.by_median(problem)[:2]
        plots.append(plot_difference(f"difference-{stem}", fronts, best[0], best[1]))
    return plots


def _curves(found: Material, problem: str, groups: Groups) -> list[Plot]:
    runs = next(iter(found.study.problems[problem].values()))
    optimum = runs[0].traits.get("optimum") if runs[0].objectives == 1 else None
    curves = Curves(problem, found.qualities[problem].measure, groups, optimum)
    backends = sorted(
        {found.study.backend(r) for rs in found.study.problems[problem].values() for r in rs}
    )
    return [
        plot_convergence(f"convergence-{file_name(problem)}", curves),
        plot_convergence(f"seconds-{file_name(problem)}", curves, ", ".join(backends)),
    ]


def _profile(found: Material, problem: str, groups: Groups) -> Plot:
    larger = found.qualities[problem].larger
    run = next(iter(found.study.problems[problem].values()))[0]
    targets = profile_targets(run, [t for ts in groups.values() for t in ts], larger)
    reached = {name: anytime.hits(ts, targets.values, larger) for name, ts in groups.items()}
    words = Axes(
        f"{problem}: targets reached",
        "evaluations",
        "share of runs and targets",
        "evaluations",
        f"Targets: {targets.origin}.",
    )
    return plot_profile(f"ecdf-{file_name(problem)}", words, reached)
