"""The shapes of DEAP's objects, for annotations: DEAP itself has no types.

`creator` makes classes at run time, and a toolbox gets its attributes by `register`. So these are
protocols, which contain only the attributes that evosweep uses.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from evosweep.fast import shapes
from evosweep.fast.shapes import Fitness, Individual

__all__ = [
    "Fitness", "HallOfFame", "Individual", "Logbook", "Node", "Population", "PopulationAndLogbook",
    "Reals", "Statistics", "Toolbox", "Tree", "TypedNode",
]  # fmt: skip

Population = Sequence[Individual]
"""Individuals, in order."""


class Ranked(Fitness, Protocol):
    """A fitness that can be compared: the larger one is better."""

    def __gt__(self, other: object, /) -> bool: ...

    def __lt__(self, other: object, /) -> bool: ...


class Reals(Individual, Protocol):
    """An individual that is a sequence of reals."""

    fitness: Ranked

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[float]: ...

    def __getitem__(self, index: int, /) -> float: ...

    def __setitem__(self, index: int | slice, gene: object, /) -> None: ...


class Statistics(Protocol):
    """`deap.tools.Statistics`: numbers that describe a population."""

    fields: list[str]

    def compile(self, data: Population) -> dict[str, object]:
        """Return the numbers of a population, by name."""
        ...


class HallOfFame(Protocol):
    """`deap.tools.HallOfFame`: the best individuals that were ever evaluated."""

    def update(self, population: Population) -> None:
        """Add evaluated individuals if they are good enough."""
        ...


class Logbook(Protocol):
    """`deap.tools.Logbook`: one row for each generation."""

    header: list[str]

    def record(self, **row: object) -> None:
        """Add the row of a generation."""
        ...

    def __len__(self) -> int: ...


PopulationAndLogbook = tuple[Population, Logbook]
"""The result of an algorithm."""


class Node(Protocol):
    """A node of a GP tree: `gp.Primitive`, `gp.Terminal` or an ephemeral constant."""

    name: str
    value: object
    ret: type
    conv_fct: Callable[[object], str]


class TypedNode(Node, Protocol):
    """A node that knows the number of its arguments."""

    arity: int


class Tree(Protocol):
    """`gp.PrimitiveTree`: nodes in prefix order."""

    root: TypedNode

    def __len__(self) -> int: ...

    def __getitem__(self, index: slice, /) -> list[TypedNode]: ...

    def __setitem__(self, index: slice, nodes: list[TypedNode], /) -> None: ...

    def searchSubtree(self, begin: int) -> slice:
        """Return the slice of the subtree that begins there."""
        ...


class Toolbox(shapes.Toolbox, Protocol):
    """`deap.base.Toolbox`: operators by name."""

    evaluate: Callable[..., Any]
    map: Callable[..., Iterable[Any]]
    asynchronous: Callable[[], Iterable[Any]]
    """The stream of individuals that a run adds to the toolbox (`evaluation.stream`)."""
    evolve_apart: Callable[..., Any]
    """The function that evolves demes on workers, which a run adds (`evaluation.apart`)."""

    def register(
        self, alias: str, function: Callable[..., object], *args: object, **kw: object
    ) -> None:
        """Add `function`, with these arguments bound, as the attribute `alias`."""
        ...

    def unregister(self, alias: str) -> None:
        """Remove an attribute."""
        ...

    def __getattr__(self, alias: str) -> Callable[..., Any]:
        """Return a registered operator."""
        ...
