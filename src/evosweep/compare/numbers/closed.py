"""Whether a pair of algorithms has what stages of seeds go on for."""

from evosweep.compare.numbers.effects import effect
from evosweep.compare.numbers.significance import Pair
from evosweep.config.stages import Stages


def is_closed(pair: Pair, stages: Stages, alpha: float) -> bool:
    """Return True if a pair asks for no more seeds."""
    if stages.precision is None:
        return pair.decides(alpha)
    return half_width(pair, alpha) <= stages.precision


def half_width(pair: Pair, alpha: float) -> float:
    """Return half the width of A12's interval, which holds over all looks."""
    if pair.look is not None and not pair.look.number:
        return float("nan")
    size = effect(pair.one, pair.other, pair.level(alpha))
    return (size.high - size.low) / 4  # of delta, which is twice as wide
