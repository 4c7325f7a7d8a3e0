"""Sentences on one problem: leaders, ties, the budget, and significance."""

from dataclasses import replace

import numpy as np

from evosweep.compare.numbers.effects import effect
from evosweep.compare.numbers.location import median
from evosweep.compare.numbers.results import distances
from evosweep.compare.numbers.significance import EQUAL, all_equal
from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.table import digits_apart, show
from evosweep.compare.numbers.words import first_of, plural
from evosweep.compare.page.material import Material
from evosweep.compare.sections.stages import seeds_of

DIGITS = 4


def problem_sentence(material: Material, problem: str) -> str:
    """Return sentences on a problem's best algorithms, their lead, and its significance."""
    standing = material.standings[problem]
    if len(standing.order) == 1:
        return _alone(material, standing)
    if all_equal(np.concatenate(list(standing.values.values()))):
        value = show(standing.median(standing.order[0]), DIGITS)
        told = f"{problem}: every run of every algorithm gave {value}; there is nothing to tell."
        return f"{told} {seeds_of(standing, material.options.alpha)}".strip()
    parts = [
        _budgets(standing),
        _lead(material, standing),
        _sureness(standing, material.options.alpha),
        _with_all_evaluations(material, standing),
        seeds_of(standing, material.options.alpha),
    ]
    return f"{problem}: {' '.join(filter(None, parts))}"


def leads(material: Material, problem: str) -> list[str]:
    """Return the algorithms with the best median on a problem."""
    return material.standings[problem].leaders


def _alone(material: Material, standing: Standing) -> str:
    name = standing.order[0]
    count = plural(len(standing.values[name]), "run")
    value = _value(material, standing, name)
    return f"{standing.problem}: one algorithm, {name}; median {value}, {count}."


def _budgets(standing: Standing) -> str:
    """Return the budget at which results are compared, as the start of a sentence."""
    if standing.at_common_budget:
        return f"at {standing.budget.common} evaluations, the largest common budget,"
    if standing.budget.unequal:
        return (
            f"budgets are unequal, {_span(standing)} evaluations, and no trace shows the results "
            "at a common one; of the final results,"
        )
    return ""


def _span(standing: Standing) -> str:
    medians = standing.budget.medians.values()
    return f"{show(min(medians), 6)} to {show(max(medians), 6)}"


def _lead(material: Material, standing: Standing) -> str:
    leaders = standing.leaders
    others = [name for name in standing.order if name not in leaders]
    verb = "has" if len(leaders) == 1 else "tie for"
    best = _value(material, standing, leaders[0], others[0] if others else "")
    text = f"{first_of(leaders)} {verb} the best median ({best})"
    if not others:
        return f"{text}."
    second = standing.losses[others[0]]
    tied = [name for name in others if standing.losses[name] == second]
    value = _number(material, standing, others[0], leaders[0])
    return f"{text}; {first_of(tied)} {'has' if len(tied) == 1 else 'have'} {value}."


def _value(material: Material, standing: Standing, name: str, other: str = "") -> str:
    far = _far(material, standing, name) is not None
    measure = "distance to the optimum" if far else standing.quality.measure
    return f"{measure} {_number(material, standing, name, other)}"


def _number(material: Material, standing: Standing, name: str, other: str = "") -> str:
    """Return a median with enough digits to distinguish it from another algorithm's."""
    value = _shown(material, standing, name)
    rival = _shown(material, standing, other) if other else value
    return show(value, digits_apart(value, rival, DIGITS))


def _shown(material: Material, standing: Standing, name: str) -> float:
    far = _far(material, standing, name)
    return standing.median(name) if far is None else far


def _far(material: Material, standing: Standing, name: str) -> float | None:
    """Return the median distance to the optimum, if that is known."""
    runs = material.study.problems[standing.problem][name]
    gaps = distances(runs, standing.values[name])
    return None if gaps is None else median(gaps)


def _sureness(standing: Standing, alpha: float) -> str:
    leaders = standing.leaders
    others = [name for name in standing.order if name not in leaders]
    pairs = [pair for pair in standing.pairs if len(set(pair.names) & set(leaders)) == 1]
    tested = [pair for pair in pairs if not pair.reason]
    if not others or not tested:
        return "Not tested." if any(pair.reason != EQUAL for pair in pairs) else ""
    if len(pairs) == 1:
        return _one(standing, alpha)
    beaten = len(standing.beaten(alpha))
    verb = "It is" if len(leaders) == 1 else "They are"
    untested = len(pairs) - len(tested)
    rest = f"; {plural(untested, 'pair')} not tested" if untested else ""
    return (
        f"{verb} {_better_than(beaten, len(others))} "
        f"(Holm-corrected, level {alpha:g}{_over_looks(standing)}{rest})."
    )


def _better_than(beaten: int, others: int) -> str:
    if others == 1:
        return f"{'' if beaten else 'not '}significantly better than the other one"
    share = {0: "none", others: "each"}.get(beaten, str(beaten))
    return f"significantly better than {share} of {others} others"


def _over_looks(standing: Standing) -> str:
    return "" if standing.look is None else " over all looks"


def _one(standing: Standing, alpha: float) -> str:
    """Return the sentence on two algorithms, with a word for the effect if there is an effect."""
    (pair,) = standing.pairs
    best = standing.leaders[0]
    sides = (pair.one, pair.other) if pair.names[0] == best else (pair.other, pair.one)
    size = effect(*sides)
    numbers = f"p{_over_looks(standing)} = {pair.corrected:.3g}, A12 = {size.a12:.3g}"
    if pair.favours(best, alpha):
        return f"The difference is significant ({numbers}, a {size.size} effect)."
    if pair.decides(alpha):
        other = pair.names[1] if pair.names[0] == best else pair.names[0]
        return f"By ranks, {other} is significantly better ({numbers})."
    return f"The difference is not significant ({numbers})."


def _with_all_evaluations(material: Material, standing: Standing) -> str:
    """Return a sentence on the leaders by final results, if other results are compared."""
    if not standing.at_common_budget:
        return ""
    groups = material.study.problems[standing.problem]
    values = {name: standing.quality.of(runs) for name, runs in groups.items()}
    final = replace(standing, values=values, pairs=[])
    if final.leaders == standing.leaders:
        return f"So it is with all their evaluations, {_span(standing)}."
    verb = "has" if len(final.leaders) == 1 else "tie for"
    value = _value(material, final, final.leaders[0])
    return (
        f"With all their evaluations, {_span(standing)}, {first_of(final.leaders)} {verb} the best "
        f"median ({value})."
    )
