"""Calls of a user's own function, in the form that travels to workers and back."""

import pickle
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from deap import base, creator

from evosweep.errors import RunError
from evosweep.evaluation import current, seeds
from evosweep.evaluation.open_pickle import dumps, pickled
from evosweep.processes.activity import seat

Arguments = tuple[object, ...]
"""The arguments of one call."""

_SIMPLE = frozenset({int, float, bool, str, bytes, complex, type(None)})


class Bare(NamedTuple):
    """Arguments of calls with one individual each, which is a list of simple genes."""

    kind: bytes
    """The pickled class of the individuals."""
    genomes: list[list[object]]

    def rows(self) -> list[Arguments]:
        """Return the arguments of each call."""
        make = _loaded(self.kind)
        return [(make(genome),) for genome in self.genomes]


@dataclass(slots=True)
class Returned:
    """The values of a chunk of calls."""

    values: list[Any] = field(default_factory=list)
    seconds: float = 0.0
    error: BaseException | None = None
    """The exception of the call after the last value."""
    drew: bool = False
    """True if a call drew random numbers without a seed of its own."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Some calls of one function: a chunk of a batch."""

    number: int
    batch: int
    indices: Sequence[int]
    function: bytes
    """The pickled function."""
    arguments: "bytes | Bare"
    """The pickled rows; or individuals that need no pickle."""
    seed: int | None = None
    """Each call is seeded from this number and its index; None: no call is seeded."""
    followed: bool = False
    """True if another round of chunks comes after this one."""

    def work(self) -> Returned:
        """Make the calls in this process, and restore its random generators."""
        before, returned = seeds.state(), Returned()
        started = time.perf_counter()
        try:
            self._call_all(returned.values)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # one that is no Exception would end the worker
            returned.error = _sendable(error)
        finally:
            seat().leave()
        returned.seconds = time.perf_counter() - started
        if not before.is_current():
            returned.drew = self.seed is None
            before.restore()
        return returned

    def value(self) -> Any:
        """Make the only call; returns its value or raises its exception."""
        return self.all_values()[0]

    def all_values(self) -> list[Any]:
        """Make the calls; returns their values or raises the exception of the first failing one."""
        returned = self.work()
        if returned.error is not None:
            raise returned.error
        return returned.values

    def _call_all(self, values: list[Any]) -> None:
        function, place = _loaded(self.function), seat()
        current.enter(max(0, self.batch - 1))  # batch 0 has what was submitted
        arguments = self.arguments
        rows = arguments.rows() if isinstance(arguments, Bare) else pickle.loads(arguments)
        for index, row in zip(self.indices, rows, strict=True):
            place.take(self.batch, index)
            if self.seed is not None:
                seeds.seed_evaluation(self.seed, self.batch, index)
            values.append(function(*row))


def travelling(rows: Sequence[Arguments]) -> "bytes | Bare":
    """Return the arguments of some calls in the form that travels."""
    if genomes := _bare(rows):
        return Bare(_class_of(rows).pickled, genomes)
    try:
        return dumps(rows)
    except Exception:
        for row in rows:
            pickled(row, "the arguments given to map")  # names what does not pickle
        raise


def _bare(rows: Sequence[Arguments]) -> list[list[object]] | None:
    """Return the genomes of bare individuals of one class; None for other individuals."""
    kind = _class_of(rows)
    if kind.fitness is None:
        return None
    genomes: list[list[object]] = []
    for row in rows:
        if not kind.is_all_of(row):
            return None
        genome = _copied(row[0])
        if not _SIMPLE.issuperset(map(type, genome)):
            return None
        genomes.append(genome)
    return genomes


def _copied(individual: Any) -> list[object]:
    return list.copy(individual)


@dataclass(frozen=True, slots=True)
class _Class:
    """The class of the first argument of some calls."""

    kind: type
    fitness: type | None
    """The class of its fitness, if it is a plain class of `creator` on `list`; else None."""
    pickled: bytes

    @classmethod
    def of(cls, kind: type) -> "_Class":
        """Return the class, with the facts that decide if its objects travel as bare genomes."""
        fitness = _fitness_class(kind)
        return cls(kind, fitness, dumps(kind) if fitness else b"")

    def is_all_of(self, row: Arguments) -> bool:
        """Return True if the only argument is an unevaluated individual of this class."""
        if len(row) != 1 or type(row[0]) is not self.kind:
            return False
        attributes = row[0].__dict__
        if len(attributes) != 1 or type(fitness := attributes.get("fitness")) is not self.fitness:
            return False
        return not any(fitness.__dict__.values())


_classes: dict[type, _Class] = {}


def _class_of(rows: Sequence[Arguments]) -> _Class:
    kind = type(rows[0][0]) if rows[0] else type(None)
    if kind not in _classes:
        _classes[kind] = _Class.of(kind)
    return _classes[kind]


def _fitness_class(kind: type) -> type | None:
    if not isinstance(kind, creator.MetaCreator) or _parent(kind) is not list:
        return None
    classes = {name: value for name, value in kind.reduce_args[2].items() if _is_class(value)}
    fitness = classes.get("fitness")
    if len(classes) != 1 or not isinstance(fitness, creator.MetaCreator):
        return None
    return fitness if issubclass(fitness, base.Fitness) else None


def _parent(kind: type) -> type:
    return kind.__mro__[1]


def _is_class(value: object) -> bool:
    return isinstance(value, type)


@lru_cache(maxsize=8)
def _loaded(data: bytes) -> Any:
    """Return the function or class that a parent sent; the last ones are cached."""
    return pickle.loads(data)


def _sendable(error: BaseException) -> BaseException:
    """Return an exception with the worker's traceback, or a copy of its text if it cannot
    pickle."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RunError(f"map: {type(error).__name__}: {error}")
    return error
