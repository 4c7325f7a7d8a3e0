"""The section on single problems: a sentence and pictures for each."""

from collections.abc import Mapping

from evosweep.compare.numbers.fronts import Fronts
from evosweep.compare.numbers.results import distances
from evosweep.compare.page.material import MOST_DRAWN, Material
from evosweep.compare.page.section import Section
from evosweep.compare.read.processes import map_many
from evosweep.compare.sections.pictures import Pictured, draw
from evosweep.compare.sections.verdict import problem_sentence

PARALLEL_FROM = 3  # fewest problems for several processes; one takes a second or two


def problems_section(material: Material, fronts: Mapping[str, Fronts]) -> Section:
    """Return a section with a part for each problem."""
    section = Section("problems", "Problem by problem")
    names, pictured = list(material.study.problems), material.pictured
    if pictured and len(names) > len(pictured):
        section.paragraphs.append(
            f"Plots are of the first {MOST_DRAWN} of {len(names)} problems; the tables have all."
        )
    section.parts = [
        Section(
            material.study.anchor("problem", problem),
            problem,
            [problem_sentence(material, problem)],
            problem=problem,
        )
        for problem in names
    ]
    wanted = [_pictured(material, problem, fronts.get(problem)) for problem in pictured]
    drawn = map_many(draw, wanted, worthwhile=PARALLEL_FROM, chunk=1)
    for part, shown, plots in zip(section.parts[: len(wanted)], wanted, drawn, strict=True):
        part.plots = plots
        part.paragraphs += _left_out(material, shown)
    return section


def _pictured(material: Material, problem: str, fronts: Fronts | None) -> Pictured:
    names, quality = material.drawn(problem), material.qualities[problem]
    groups = material.study.problems[problem]
    samples = {name: quality.of(groups[name]) for name in names}
    far = {name: distances(groups[name], sample) for name, sample in samples.items()}
    to_optimum = {name: distance for name, distance in far.items() if distance is not None}
    return Pictured(
        problem=problem,
        stem=material.study.stems[0][problem],
        example=next(iter(groups.values()))[0],
        quality=quality,
        backends=sorted({material.study.backend(run) for runs in groups.values() for run in runs}),
        measure="distance to the optimum" if to_optimum else quality.measure,
        samples=to_optimum or samples,
        traces={
            name: traces for name, traces in material.traces_of(problem).items() if name in names
        },
        fronts=fronts,
        best=material.standings[problem].order[:2],
        styles=material.styles,
    )


def _left_out(material: Material, shown: Pictured) -> list[str]:
    drawn, every = len(shown.samples), len(material.study.problems[shown.problem])
    if drawn == every:
        return []
    return [f"The plots show the {drawn} algorithms with the best medians, of {every}."]
