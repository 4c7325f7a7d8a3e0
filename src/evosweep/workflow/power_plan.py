"""How many seeds the comparisons of a config need: what `evosweep check --power` says."""

from collections.abc import Iterator, Sequence
from math import comb

from evosweep.compare.numbers.power import EFFECTS, effect_for, in_stages, seeds_for
from evosweep.compare.numbers.words import plural, some
from evosweep.config.comparisons import algorithms_of, by_comparison
from evosweep.config.experiment import Experiment
from evosweep.config.grid import combinations
from evosweep.config.stages import Stages
from evosweep.errors import printable

_LEVEL = 0.05


def power_lines(
    experiment: Experiment, power: float, effects: Sequence[float] | None = None
) -> Iterator[str]:
    """Yield lines on the seeds that each effect needs, by the number of algorithms.

    Parameters
    ----------
    power
        The probability with which an effect is to be found.
    effects
        Values of A12; Vargha and Delaney's small, medium and large one by default.
    """
    problems: dict[int, list[str]] = {}
    for group in by_comparison(combinations(experiment)):
        problems.setdefault(len(algorithms_of(group)), []).append(printable(group[0].labels[0]))
    for algorithms, labels in sorted(problems.items()):
        where = some(labels, "problem")
        if algorithms < 2:
            yield f"{where}: one algorithm, and nothing to test"
            continue
        pairs = comb(algorithms, 2)
        yield (
            f"{where}: {plural(pairs, 'pair')} of algorithms, power {power:g} at level {_LEVEL:g} "
            f"(Noether 1987; Holm: {_LEVEL / pairs:.3g} for the clearest pair)"
        )
        for a12 in effects or EFFECTS:
            yield _line(a12, experiment, pairs, power)
        if not isinstance(experiment.seeds, Stages):
            yield _found(len(experiment.seeds), pairs, power)


def _line(a12: float, experiment: Experiment, pairs: int, power: float) -> str:
    word = f" ({EFFECTS[a12]})" if a12 in EFFECTS else ""
    text = f"  A12 {a12:g}{word}: {seeds_for(a12, pairs=pairs, power=power):,} seeds"
    if isinstance(experiment.seeds, Stages):
        looks = experiment.seeds.looks
        plan = in_stages(a12, looks, experiment.seeds.spending, pairs=pairs)
        text += (
            f"; in these stages, up to {looks[-1]:,}: power {plan.power:.2g}, {plan.seeds:.0f} "
            "seeds on average"
        )
    return text


def _found(seeds: int, pairs: int, power: float) -> str:
    least = effect_for(seeds, pairs=pairs, power=power)
    if least >= 1:
        return f"  the {plural(seeds, 'seed')} of this config find no effect that often"
    return f"  the {plural(seeds, 'seed')} of this config find A12 {least:.2f} and above"
