"""A batch: the evaluations of one call of a program, of individuals or with other arguments."""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from evosweep.errors import InputError, shown
from evosweep.evaluation.result import Fitness, Outcome, Row, Table, rows_of
from evosweep.genomes import blocks
from evosweep.genomes.form import Form
from evosweep.records.journal_entry import PENALISED


@dataclass
class Batch:
    """The items of one `toolbox.map` call or single evaluation, and their results so far."""

    number: int
    items: Sequence[object]
    """The individuals; or a row of arguments for each evaluation."""
    source: Sequence[object]
    """The source of the genomes: the items, or copies if evaluations change the items."""
    results: list[Fitness | Table | None]
    rows: Sequence[Row] | None = None
    """The items if they are rows; None if they are individuals."""
    objectives: int = 0
    """Number of values that an evaluation returns; 0: any number."""
    has_looked: bool = False
    """True once the surroundings of its evaluations were compared (`as_given`)."""

    @classmethod
    def of_individuals(
        cls, number: int, individuals: Sequence[object], *, changed: bool
    ) -> "Batch":
        """Make a batch of individuals; `changed` says that their evaluation changes them."""
        source = list(map(copy.deepcopy, individuals)) if changed else individuals
        weights = weights_of(individuals[0])
        empty: list[Fitness | Table | None] = [None] * len(individuals)
        return cls(number, individuals, source=source, objectives=len(weights), results=empty)

    @classmethod
    def of_rows(cls, number: int, rows: Sequence[Row]) -> "Batch":
        """Make a batch of evaluations with other arguments than a single individual."""
        return cls(number, rows, rows=rows, source=rows, results=[None] * len(rows))

    def arguments(self, index: int) -> Row:
        """Return the arguments of the evaluation of an item."""
        return ((self.items[index],), {}) if self.rows is None else self.rows[index]

    @property
    def spread(self) -> bool:
        """True if the items are rows."""
        return self.rows is not None

    def first_of(self, index: int) -> object:
        """Return the individual of an item, or the first argument in its place."""
        arguments, keywords = self.arguments(index)
        return arguments[0] if arguments else next(iter(keywords.values()), None)

    def has(self, indices: Sequence[int], digest: bytes, form: Form) -> bool:
        """Return True if the items at these indices have the genomes of the journal's digest."""
        if self.is_table(digest, form):
            return len(indices) == len(self._population or ())
        inside = max(indices) < len(self.items)
        return inside and blocks.digest(self.source, indices, form) == digest

    def is_table(self, digest: bytes, form: Form) -> bool:
        """Return True if the only argument is a population with this digest."""
        population = self._population
        if population is None:
            return False
        return blocks.digest(population, range(len(population)), form) == digest

    def laid_out(
        self, indices: Sequence[int], outcome: Outcome, form: Form
    ) -> tuple[Sequence[int], Outcome]:
        """Return the fitnesses of rows in the journal's layout: one for each individual.

        Raises `InputError` for several fitnesses that are not those of a population.
        """
        population, fitnesses = self._population, outcome.fitnesses
        given_up = outcome.flags is not None and outcome.flags[0] == PENALISED
        if population is not None and given_up:
            fitnesses = [rows_of(fitnesses[0]) * len(population)]
        table = rows_of(fitnesses[0])
        if table != fitnesses[0]:
            return indices, outcome
        if len(table) != len(population or ()):
            given = shown(self.arguments(indices[0]))
            raise InputError(
                f"evaluate returned {len(table)} fitnesses for {given}; several are those of a "
                "population, which is the only argument: return one for each individual"
            )
        places = range(len(table))
        flags = outcome.flags and outcome.flags * len(table)
        digest = blocks.digest(population or (), places, form)
        return places, replace(outcome, fitnesses=list(table), flags=flags, digest=digest)

    def put(
        self, indices: Sequence[int], fitnesses: Sequence[Fitness], *, table: bool = False
    ) -> None:
        """Store fitnesses of items; `table`: the only row has one fitness per individual."""
        if table:
            self.results[0] = tuple(fitnesses)
            return
        for index, fitness in zip(indices, fitnesses, strict=True):
            self.results[index] = fitness

    @property
    def _population(self) -> Sequence[object] | None:
        """The population, if it is the only argument of the only evaluation."""
        if self.rows is None or len(self.rows) != 1:
            return None
        arguments, keywords = self.rows[0]
        first = arguments[0] if len(arguments) == 1 and not keywords else None
        return first if isinstance(first, list | tuple) and _is_population(first) else None

    @property
    def missing(self) -> list[int]:
        """The items that have no fitness yet."""
        return [index for index, result in enumerate(self.results) if result is None]

    @property
    def individuals(self) -> Sequence[object] | None:
        """The individuals to which the fitnesses belong; None if that is not clear."""
        if not self.spread:
            return self.items if self.objectives else None
        first = self._population or [self.first_of(index) for index in range(len(self.items))]
        fitnesses = self.fitnesses
        fitting = [len(weights_of(each)) for each in first] == [len(each) for each in fitnesses]
        return first if fitting else None

    @property
    def fitnesses(self) -> list[Fitness]:
        """All fitnesses; those of a table come one after the other."""
        return [fitness for result in self.results for fitness in rows_of(result)]


def weights_of(item: object) -> Sequence[float]:
    """Return the weights of an individual's fitness; () for an object that is no individual."""
    return getattr(getattr(item, "fitness", None), "weights", None) or ()


def first_weights(items: Iterable[object]) -> Sequence[float]:
    """Return the weights of the first individual in arguments, at any depth of lists."""
    for item in items:
        if weights := weights_of(item):
            return weights
        if isinstance(item, list | tuple) and (weights := first_weights(item)):
            return weights
        if isinstance(item, Mapping) and (weights := first_weights(item.values())):
            return weights
    return ()


def rows_for(
    function: object,
    evaluations: Sequence[Callable[..., object]],
    iterables: Sequence[Iterable[object]],
) -> Iterator[Row] | None:
    """Return the arguments of the evaluations of a `toolbox.map`; None for another function."""
    arguments: tuple[object, ...] = ()
    keywords: dict[str, object] = {}
    while isinstance(function, partial) and function not in evaluations:
        arguments, keywords = (*function.args, *arguments), {**function.keywords, **keywords}
        function = function.func
    if function not in evaluations:
        return None
    return (((*arguments, *row), keywords) for row in zip(*iterables, strict=False))


def _is_population(value: Sequence[object]) -> bool:
    return len(value) > 0 and all(map(weights_of, value))


def lamarckian_refusal(row: Row) -> InputError:
    """Return the error for a Lamarckian evaluation with other arguments than one individual."""
    return InputError(
        "evaluate: a Lamarckian problem is evaluated by evaluate(individual) alone, and was called "
        f"with {len(row[0])} arguments and {list(row[1])}"
    )


def refusal(error: InputError) -> InputError:
    """Return the error for arguments that cannot travel; it says which arguments can."""
    if not str(error).startswith("genome:"):
        return error
    return InputError(
        f"{error}; an evaluation is evaluate(individual), or evaluate of several individuals, "
        "lists, numbers and text, and returns a fitness, or one fitness for each individual of a "
        "population that is its only argument"
    )
