"""The outcome in sentences, for the top of the report and the terminal."""

from collections import Counter

from evosweep.compare.numbers import efficiency_tables, rank_tables
from evosweep.compare.numbers.words import listed, plural
from evosweep.compare.page.material import Material
from evosweep.compare.read.study import Study
from evosweep.compare.sections.advice import seeds_advice
from evosweep.compare.sections.stages import saved
from evosweep.compare.sections.verdict import leads, problem_sentence

MOST_PROBLEMS = 8  # most problems with a sentence each; more are counted


def summary(material: Material) -> list[str]:
    """Return the sentences of the summary, the most important first."""
    return [
        *_ranked(material, tested=True),
        *_problems(material),
        *saved(material),
        *_ranked(material, tested=False),
        _agreement(material),
        *efficiency_tables.advice(material.timings),
        *_cautions(material),
    ]


def _ranked(material: Material, *, tested: bool) -> list[str]:
    return [
        rank_tables.sentence(ranking, material.options.alpha)
        for ranking in material.rankings
        if tested == (not ranking.reason) and (tested or len(material.study.problems) > 1)
    ]


def subtitle(material: Material) -> str:
    """Return the numbers of problems, algorithms and runs in one line."""
    study = material.study
    algorithms = {algorithm for _, algorithm in study.configurations}
    backends = {study.backend(run) for run in study.runs}
    seeds = {run.seed for run in study.runs}
    counts = [
        (len(study.runs), "run"),
        (len(study.problems), "problem"),
        (len(algorithms), "algorithm"),
        (len(backends), "backend"),
        (len(seeds), "seed"),
    ]
    return ", ".join(plural(count, word) for count, word in counts) + "."


def _problems(material: Material) -> list[str]:
    names = list(material.study.problems)
    if len(names) <= MOST_PROBLEMS:
        return [problem_sentence(material, name) for name in names]
    leaders = [leads(material, name) for name in names]
    wins = Counter(leading[0] for leading in leaders if len(leading) == 1)
    best = [f"{name} on {count}" for name, count in wins.most_common(5)]
    ties = sum(len(leading) > 1 for leading in leaders)
    best += [f"several tie on {ties}"] if ties else []
    return [f"Best median, over {len(names)} problems: {', '.join(best)}."]


def _agreement(material: Material) -> str:
    verdicts = Counter(row["verdict"] for row in material.agreement.rows)
    compared = verdicts["agree"] + verdicts["DISAGREE"]
    parts = []
    if verdicts["DISAGREE"]:
        parts.append(
            f"BACKENDS DISAGREE on {verdicts['DISAGREE']} of {compared} specs: the final "
            "populations differ. See Agreement."
        )
    elif compared:
        parts.append(
            f"All backends agree: {plural(compared, 'spec')} ran on more than one, each with the "
            "same final population to the bit."
        )
    if verdicts["clock"]:
        parts.append(
            f"A clock ended the runs of {plural(verdicts['clock'], 'spec')} at different "
            "generations; they are equal as far as they go together."
        )
    if verdicts["mixed"]:
        parts.append(
            f"On {plural(verdicts['mixed'], 'spec')}, a run that was resumed in another "
            "environment differs from the others."
        )
    if verdicts["asynchronous"]:
        parts.append(
            f"The runs of {plural(verdicts['asynchronous'], 'spec')} are asynchronous and had "
            "their results in different orders: they are not compared for agreement."
        )
    if not parts:
        return "No spec ran on more than one backend, so there is no agreement to check."
    return " ".join(parts)


def _cautions(material: Material) -> list[str]:
    study = material.study
    cautions = seeds_advice(material)
    if not cautions and min(len(runs) for runs in study.configurations.values()) == 1:
        cautions.append(
            "Some configurations have a single seed: their results have no spread and no test. "
            "Add seeds."
        )
    resumed = sum(run.resumed > 0 for run in study.runs)
    if resumed:
        cautions.append(f"{plural(resumed, 'run')} resumed after a stop: not among the times.")
    grown = sum(run.grown_from is not None for run in study.runs)
    if grown:
        shorter = "a shorter one" if grown == 1 else "shorter ones"
        cautions.append(f"{plural(grown, 'run')} grew from {shorter}: not among the times.")
    penalised = sum(run.penalised > 0 for run in study.runs)
    if penalised:
        cautions.append(f"{plural(penalised, 'run')} gave a penalty to failed evaluations.")
    return [*cautions, *set_aside(study)]


def set_aside(study: Study) -> list[str]:
    """Return lines on the choice of runs, if there are other runs too."""
    if not study.earlier:
        return []
    return [
        f"Compared: {study.basis}. Set aside, and listed below: earlier versions "
        f"({plural(len(study.earlier), 'run')})."
    ]


def outcomes(study: Study) -> list[str]:
    """Return the numbers of runs left out of tables, by reason; nothing if there are none."""
    kinds = Counter(_kind(failure.kind) for failure in study.failures)
    return [f"{plural(kinds[kind], 'run')} {kind}: named under Failures." for kind in sorted(kinds)]


def _kind(kind: str) -> str:
    return kind if kind in ("damaged", "missing", "unfinished") else "failed"


def warnings(material: Material) -> list[str]:
    """Return warnings that limit the meaning of numbers, such as unequal budgets."""
    study = material.study
    unequal = [name for name, each in material.standings.items() if each.budget.unequal]
    lines = []
    if unequal:
        count = f"{len(unequal)} of {plural(len(study.problems), 'problem')}"
        where = f" ({listed(unequal)})" if len(unequal) <= MOST_PROBLEMS else ""
        lines.append(
            f"UNEQUAL BUDGETS on {count}{where}: more evaluations give better results whatever the "
            "algorithm. Algorithms are compared at the largest common budget; their final results "
            "stand beside it."
        )
    mixed = [run.run_id for run in study.runs if run.mixed]
    if mixed:
        lines.append(
            f"MIXED: {plural(len(mixed), 'run')} resumed in another environment, so no environment "
            f"repeats {'it' if len(mixed) == 1 else 'them'}: {', '.join(mixed)}."
        )
    return lines
