"""Facts about a problem that its toolbox does not state."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy


@dataclass(frozen=True)
class Traits:
    """What a problem declares about itself; a toolbox without `traits` has the defaults.

    Attributes
    ----------
    stochastic
        `evaluate` draws random numbers: it is seeded for each evaluation.
    lamarckian
        `evaluate` returns (fitness, improved genome).
    infinite
        `evaluate` may return infinity.
    attributes
        Attributes of an individual that `evaluate` reads: they are sent to the worker.
    genome
        Kind of genome: "bits", "integers", "reals", "permutation", "tree".
    optimum
        Best value of the only objective, if it is known.
    target
        Value of the objective at which the problem counts as solved.
    reference_point
        For the hypervolume: one value per objective, in the units that `evaluate` returns.
    front
        Returns the true Pareto front as an array (points, objectives).
    bounds
        Lowest and highest value of a gene of a real-valued problem.
    batch_tolerance
        Largest relative difference between `evaluate_batch` and `evaluate`; 0: equal to the bit.
    dataset
        Returns the data behind the problem as (X, y) or any other description.
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
        """Return the traits that a toolbox carries, or the defaults."""
        traits = getattr(toolbox, "traits", None)
        return traits if isinstance(traits, Traits) else Traits()
