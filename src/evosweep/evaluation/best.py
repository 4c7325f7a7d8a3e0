"""The best of all evaluations of a run, even if its algorithm does not keep it."""

from collections.abc import Sequence

from evosweep.genomes.deap_types import Individual
from evosweep.genomes.readable import readable


class Best:
    """The best so far: one value per objective and, with one objective, its genome."""

    def __init__(self) -> None:
        self.values: tuple[float, ...] = ()
        """The best value of each objective, in raw units; empty before the first evaluation."""
        self.genome: object = None
        """The genome of the best individual as JSON data; None for several objectives."""
        self.weights: tuple[float, ...] = ()
        """The weights of the first individual that was evaluated."""
        self._seen: object = None
        """The object that held these weights in the last individual; a tuple cannot change."""

    def note(
        self, individuals: Sequence[Individual], fitnesses: Sequence[tuple[float, ...]]
    ) -> None:
        """Update with the fitnesses of a batch; the first of equal ones is kept.

        Individuals with other objectives than the first one, such as other species, are ignored.
        """
        weights = individuals[0].fitness.weights
        if weights is not self._seen and not self._are_of_run(weights):
            return
        if len(weights) == 1:
            self._note_one(individuals, fitnesses)
        else:
            columns = zip(*fitnesses, *([self.values] if self.values else []), strict=True)
            self.values = tuple(
                max(column) if weight >= 0 else min(column)
                for weight, column in zip(weights, columns, strict=True)
            )

    def _are_of_run(self, weights: Sequence[float]) -> bool:
        """Return True if these weights equal those of the first individual of the run."""
        numbers = tuple(map(float, weights))
        self.weights = self.weights or numbers
        if numbers != self.weights:
            return False
        self._seen = weights if type(weights) is tuple else None
        return True

    def _note_one(
        self, individuals: Sequence[Individual], fitnesses: Sequence[tuple[float, ...]]
    ) -> None:
        best = (max if self.weights[0] >= 0 else min)(fitnesses)
        if not self.values or best[0] * self.weights[0] > self.values[0] * self.weights[0]:
            self.values = best
            self.genome = readable(individuals[fitnesses.index(best)])
