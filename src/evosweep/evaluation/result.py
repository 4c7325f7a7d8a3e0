"""Arguments and results of evaluations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy

from evosweep.evaluation.failure import FailureReason
from evosweep.genomes.fitness import fitness_of
from evosweep.genomes.form import Plain

Row = tuple[tuple[object, ...], dict[str, object]]
"""The positional and keyword arguments of one evaluation."""

Fitness = tuple[float, ...]
Table = tuple[Fitness, ...]
"""One fitness for each individual, if a single evaluation gets a whole population."""


@dataclass(slots=True)
class Outcome:
    """The result of a chunk; fitnesses stop at the first failure that no policy covers."""

    fitnesses: list[Fitness | Table] = field(default_factory=list)
    genomes: list[Plain] | None = None
    seconds: float = 0.0
    flags: list[int] | None = None
    cpu: float = 0.0
    """CPU seconds of the process that evaluated, with all its threads."""
    process: int = 0
    """The id of that process."""
    host: str = ""
    """The name of its host."""
    terms: str = ""
    """The terms of that process, if they differ from its parent's, so that it evaluated nothing."""
    failure: FailureReason | None = None
    digest: bytes = b""
    """Digest by which the journal recognises the chunk's genomes."""


def result_of(returned: object, objectives: int, *, infinite: bool) -> Fitness | Table:
    """Return an evaluation's fitness, or its list of fitnesses; raises `BadFitness`."""
    if isinstance(returned, list | tuple) and returned and _is_row(returned[0]):
        return tuple(fitness_of(each, objectives, infinite) for each in returned)
    return fitness_of(returned, objectives, infinite)


def _is_row(value: object) -> bool:
    return isinstance(value, list | tuple) or getattr(value, "shape", ()) != ()


def row_of(item: object) -> Row:
    """Return a row that travelled as an item of a chunk."""
    assert isinstance(item, tuple)
    arguments, keywords = item
    return arguments, keywords


def rows_of(result: Fitness | Table | None) -> Table:
    """Return the fitnesses of a result: several, or the only one."""
    rows = [row for row in result or () if isinstance(row, tuple)]
    single = [value for value in result or () if isinstance(value, float)]
    return tuple(rows) if rows else (tuple(single),)


def table_of(fitnesses: Sequence[Fitness], objectives: int) -> numpy.ndarray:
    """Return fitnesses in the journal's layout, shape (individuals, objectives)."""
    values = chain.from_iterable(fitnesses)
    shape = (len(fitnesses), objectives)
    return numpy.fromiter(values, float, shape[0] * shape[1]).reshape(shape)
