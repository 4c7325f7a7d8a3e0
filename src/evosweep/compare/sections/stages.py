"""Seeds in stages, in plain words: how many each problem took, and what that saved."""

from evosweep.compare.numbers.efficiency_tables import duration
from evosweep.compare.numbers.methods import boundary_in_words
from evosweep.compare.numbers.stages_table import (
    ENOUGH,
    GOING_ON,
    missing_runs,
    outcome,
    stages_table,
)
from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.words import plural
from evosweep.compare.page.material import Material
from evosweep.compare.page.section import Section
from evosweep.compare.sections.advice import typical


def stages_section(material: Material) -> Section | None:
    """Return the seeds of each problem, and the levels of its tests; None without stages."""
    study = material.study
    if study.stages is None:
        return None
    table = stages_table(study, material.standings, material.options.alpha)
    text = boundary_in_words(study.stages, material.options.alpha)
    return Section("stages", "As many seeds as it took", [text], tables=[table])


def seeds_of(standing: Standing, alpha: float) -> str:
    """Return how many seeds a problem took, as the end of its sentence."""
    look = standing.look
    if look is None or len(standing.order) == 1:
        return ""
    most = f"{look.seeds} of at most {len(look.stages)} seeds"
    if not look.number:
        return "Under way: the first stage of seeds is not complete."
    ends = outcome(standing, look, alpha)
    if ends == GOING_ON:
        return f"Under way: {most}."
    if look.stages.precision is None:
        what = "Decided after" if ends == ENOUGH else "Not all decided by"
    else:
        within = f"A12 to within {look.stages.precision:g}"
        what = f"{within} after" if ends == ENOUGH else f"Not {within} by"
    return f"{what} {most}." if ends == ENOUGH else f"{what} {look.seeds} seeds, the most."


def saved(material: Material) -> list[str]:
    """Return one sentence on what stopping early has saved; none without stages."""
    study, alpha = material.study, material.options.alpha
    if study.stages is None:
        return []
    most, counted = len(study.stages), plural(len(material.standings), "problem")
    looks = {name: each.look for name, each in material.standings.items() if each.look is not None}
    ends = {name: outcome(material.standings[name], look, alpha) for name, look in looks.items()}
    early = [name for name, look in looks.items() if ends[name] == ENOUGH and not look.is_last]
    going = sum(end == GOING_ON for end in ends.values())
    rest = f"; {going} under way" if going else ""
    text = f"Seeds came in stages: {len(early)} of {counted} took fewer than {most}{rest}."
    missing = [
        each for name in early for each in missing_runs(study.problems[name], study, looks[name])
    ]
    if not missing:
        return [text]
    runs = sum(count for count, _ in missing)
    work = sum(count * typical([run.seconds for run in own]) for count, own in missing)
    every = runs + len(study.runs)
    return [f"{text} That saved {runs:,} of {every:,} runs, about {duration(work)} of work."]
