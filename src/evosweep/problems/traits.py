"""What is known about a problem beside its toolbox."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy


@dataclass(frozen=True)
class Traits:
    """What a problem declares about itself; a toolbox without `traits` has the defaults.

    stochastic        evaluate draws random numbers: it is seeded for each evaluation
    lamarckian        evaluate returns (fitness, improved genome)
    infinite          evaluate may return infinity
    attributes        attributes of an individual that evaluate reads: they are sent to it
    genome            kind of genome: "bits", "integers", "reals", "permutation", "tree"
    optimum           best value of the (one) objective that exists, where it is known
    target            value of the objective at which the problem counts as solved
    reference_point   for the hypervolume: a value an objective, as the objectives are evaluated
    front             the true Pareto front as an array (points, objectives)
    bounds            the lowest and the highest value of a gene of a real-valued problem
    batch_tolerance   how far evaluate_batch may lie from evaluate, relatively; 0: equal to the bit
    dataset           the data behind the problem as (X, y) or whatever describes it
    """

    stochastic: bool = False
    lamarckian: bool = False
    infinite: bool = False
    attributes: tuple[str, ...] = ()
    genome: str = ""
    optimum: float | None = None
    target: float | None = None
    reference_point: tuple[float, ...] | None = None
    front: Callable[[], numpy.ndarray | list[tuple[float, float]]] | None = None
    bounds: tuple[float, float] | None = None
    batch_tolerance: float = 0.0
    dataset: Callable[[], object] | None = None

    @staticmethod
    def of(toolbox: object) -> "Traits":
        """The traits that a toolbox carries, or the defaults."""
        traits = getattr(toolbox, "traits", None)
        return traits if isinstance(traits, Traits) else Traits()
