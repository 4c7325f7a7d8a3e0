"""Make the hall of fame of an algorithm, which may put its members back into the population."""

from collections.abc import Sequence
from typing import Literal

from deap import tools

from evosweep.fast import HallOfFame, ParetoFront
from evosweep.genomes.digest import same_genome

Choice = int | Literal["pareto", "none"] | None
"""A number of best individuals; the Pareto front; none; or None: the objectives decide."""


def chosen(choice: Choice) -> tools.HallOfFame | None:
    """Return the hall of fame that a config chooses."""
    if choice == "none":
        return None
    if choice == "pareto":
        return ParetoFront(similar=same_genome)
    return HallOfFame(choice or 1, similar=same_genome)


def suit(hall: tools.HallOfFame | None, choice: Choice, weights: Sequence[float]) -> None:
    """Turn the default hall into a Pareto front if there are several objectives.

    It changes in place, since the algorithm already holds it when the first individual shows how
    many objectives there are.
    """
    if choice is None and hall is not None and len(weights) > 1:
        hall.__class__ = ParetoFront
        hall.__init__(similar=same_genome)
