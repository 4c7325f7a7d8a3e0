"""The outcome in plain words: what comes first in the report and on the terminal."""

from collections import Counter

import numpy as np

from evosweep.compare.numbers import efficiency, ranking
from evosweep.compare.numbers.effects import effect
from evosweep.compare.numbers.significance import Pair, all_equal, better
from evosweep.compare.numbers.table import show
from evosweep.compare.page.material import Material
from evosweep.compare.read.study import Study

MOST_PROBLEMS = 8  # with a sentence each; beyond, they are counted


def summary(found: Material) -> list[str]:
    """The sentences of the summary, most important first."""
    return [
        *_problems(found),
        ranking.sentence(found.ranking, found.options.alpha),
        _agreement(found),
        *efficiency.advice(found.timings),
        *_cautions(found),
    ]


def subtitle(found: Material) -> str:
    """How much was compared, in one line."""
    study = found.study
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


def plural(count: int, word: str) -> str:
    """A count with its noun."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _problems(found: Material) -> list[str]:
    names = list(found.study.problems)
    if len(names) <= MOST_PROBLEMS:
        return [problem_sentence(found, name) for name in names]
    wins = Counter(found.by_median(name)[0] for name in names)
    listed = ", ".join(f"{name} on {count}" for name, count in wins.most_common(5))
    return [f"Best median, over {len(names)} problems: {listed}."]


def problem_sentence(found: Material, problem: str) -> str:
    """Which algorithm did best on a problem, by how much, and how sure that is."""
    order, quality = found.by_median(problem), found.qualities[problem]
    values = {name: quality.of(found.study.problems[problem][name]) for name in order}
    best = order[0]
    median = show(float(np.median(values[best])), 6)
    if len(order) == 1:
        count = plural(len(values[best]), "run")
        return f"{problem}: one algorithm, {best}; median {quality.measure} {median}, {count}."
    second = show(float(np.median(values[order[1]])), 6)
    if all_equal(np.concatenate(list(values.values()))):
        return f"{problem}: every run of every algorithm gave {median}; there is nothing to tell."
    lead = f"{problem}: {best} has the best median ({quality.measure} {median})"
    rest = f"; {order[1]} has the same" if median == second else f"; {order[1]} has {second}"
    return f"{lead}{rest}. {_sureness(found, problem, best)}"


def _sureness(found: Material, problem: str, best: str) -> str:
    pairs = [p for p in found.pairs if p.problem == problem and best in p.names]
    tested = [pair for pair in pairs if not pair.reason]
    if not tested:
        return f"No test: {pairs[0].reason}." if pairs else ""
    sure = [pair for pair in tested if pair.corrected < found.options.alpha]
    sure = [pair for pair in sure if (better(pair) > 0) == (pair.names[0] == best)]
    if len(pairs) == 1:
        return _one(pairs[0], best, bool(sure))
    beaten = {0: "none", len(pairs): "each"}.get(len(sure), str(len(sure)))
    return (
        f"It is significantly better than {beaten} of the {len(pairs)} others "
        f"(Holm-corrected, level {found.options.alpha:g})."
    )


def _one(pair: Pair, best: str, sure: bool) -> str:
    sides = (pair.one, pair.other) if pair.names[0] == best else (pair.other, pair.one)
    size = effect(*sides)
    verdict = "The difference is significant" if sure else "The difference is not significant"
    return f"{verdict} (p = {pair.corrected:.3g}, A12 = {size.a12:.3g}, a {size.size} effect)."


def _agreement(found: Material) -> str:
    verdicts = Counter(row["verdict"] for row in found.agreement.rows)
    compared = verdicts["agree"] + verdicts["DISAGREE"]
    said = []
    if verdicts["DISAGREE"]:
        said.append(
            f"BACKENDS DISAGREE on {verdicts['DISAGREE']} of {compared} specs: the final "
            "populations differ. See Agreement."
        )
    elif compared:
        said.append(
            f"All backends agree: {plural(compared, 'spec')} ran on more than one, each with the "
            "same final population to the bit."
        )
    if verdicts["clock"]:
        said.append(
            f"A clock ended the runs of {plural(verdicts['clock'], 'spec')} at different "
            "generations; they are equal as far as they go together."
        )
    if not said:
        return "No spec ran on more than one backend, so there is no agreement to check."
    return " ".join(said)


def _cautions(found: Material) -> list[str]:
    study, cautions = found.study, []
    smallest = min(len(runs) for runs in study.configurations.values())
    if smallest == 1:
        cautions.append(
            "Some configurations have a single seed: their results have no spread and no test. "
            "Add seeds."
        )
    resumed = sum(run.resumed > 0 for run in study.runs)
    if resumed:
        cautions.append(f"{plural(resumed, 'run')} resumed after a stop: not among the times.")
    penalised = sum(run.penalised > 0 for run in study.runs)
    if penalised:
        cautions.append(f"{plural(penalised, 'run')} gave a penalty to failed evaluations.")
    return cautions


def outcomes(study: Study) -> list[str]:
    """What went wrong, counted: failed, damaged, unfinished, missing. Nothing where all is well."""
    kinds = Counter(_kind(failure.kind) for failure in study.failures)
    return [f"{plural(kinds[kind], 'run')} {kind}: named under Failures." for kind in sorted(kinds)]


def _kind(kind: str) -> str:
    return kind if kind in ("damaged", "missing", "unfinished") else "failed"
