"""Vectorised evaluation: a chunk is one call of a problem's `evaluate_batch`.

A problem may register `evaluate_batch(genomes) -> values`, with arrays of shape (n, genes) and
(n, objectives). It replaces `evaluate`, within the tolerance of the problem's traits. The values of
a row must depend only on this row, to the last bit, since chunks may have any size.
"""

from collections.abc import Callable, Iterable, Sequence
from weakref import WeakSet

import numpy

from evosweep.genomes.fitness import BadFitness, fitness_of

Matrix = numpy.ndarray
EvaluateBatch = Callable[[Matrix], object]

_looked_at: WeakSet[EvaluateBatch] = WeakSet()  # functions of which a row was evaluated alone here


class BadRow(Exception):
    """Values that are not a fitness, and the number of their row."""

    def __init__(self, row: int, error: BadFitness) -> None:
        super().__init__(str(error))
        self.row, self.remedy = row, error.remedy


def fitnesses(
    evaluate_batch: EvaluateBatch,
    individuals: Sequence[object],
    objectives: int,
    infinite: bool,
) -> list[tuple[float, ...]]:
    """Return the fitness of each individual; raises `BadRow` for values that are none."""
    genomes = numpy.array([_genes(individual) for individual in individuals])
    values = _values(evaluate_batch, genomes, objectives)
    if len(genomes) > 1 and evaluate_batch not in _looked_at:
        _check_alone(evaluate_batch, genomes[:1], values[0], objectives)
    checked = []
    for row, returned in enumerate(values.tolist()):
        try:
            checked.append(fitness_of(returned, objectives, infinite))
        except BadFitness as error:
            raise BadRow(row, error) from None
    return checked


def _genes(individual: object) -> list[object]:
    if not isinstance(individual, Iterable):
        raise BadRow(
            0, BadFitness("an individual is no list", "drop evaluate_batch", covered=False)
        )
    return list(individual)


def _values(evaluate_batch: EvaluateBatch, genomes: Matrix, objectives: int) -> Matrix:
    values = numpy.asarray(evaluate_batch(genomes.copy()))
    expected = (len(genomes), objectives)
    if values.shape != expected:
        message = f"evaluate_batch returned an array of shape {values.shape} for {expected}"
        remedy = "return a row for each genome and a column for each objective"
        raise BadRow(0, BadFitness(message, remedy, covered=False))
    return values


def _check_alone(
    evaluate_batch: EvaluateBatch, first: Matrix, among: Matrix, objectives: int
) -> None:
    """Check, once per process, that the first genome has the same values alone and in a batch."""
    alone = _values(evaluate_batch, first, objectives)[0]
    if alone.tobytes() != among.tobytes():
        message = f"evaluate_batch gives {alone.tolist()} alone and {among.tolist()} among others"
        remedy = (
            "compute each row by itself: a matrix product, say, rounds by the size of the batch"
        )
        raise BadRow(0, BadFitness(message, remedy, covered=False))
    _looked_at.add(evaluate_batch)
