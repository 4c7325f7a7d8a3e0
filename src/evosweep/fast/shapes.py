"""Protocols of DEAP's objects with the attributes that this room uses; DEAP has no types."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Operator = Callable[..., object]
Variation = Callable[..., Iterable[object]]
Weighted = tuple[float, ...]
Floats = NDArray[np.float64]


class Ordered(Protocol):
    """A sort key of individuals: a number or a tuple of numbers."""

    def __lt__(self, other: Any, /) -> bool:
        """Return True if it is worse."""
        ...

    def __gt__(self, other: Any, /) -> bool:
        """Return True if it is better."""
        ...


class Fitness(Protocol):
    """`deap.base.Fitness`."""

    weights: Sequence[float]
    values: Sequence[float]
    wvalues: Weighted
    crowding_dist: float

    @property
    def valid(self) -> bool:
        """True if it has values."""
        ...

    def dominates(self, other: Any) -> bool:
        """Return True if it is no worse in any objective and better in one."""
        ...


class Individual(Protocol):
    """A genome of any kind that has a fitness."""

    fitness: Fitness


class Sized(Individual, Protocol):
    """An individual that has a length."""

    def __len__(self) -> int:
        """Return the number of genes or nodes."""
        ...


class RealVector(Sized, Protocol):
    """An individual of real genes."""

    def __iter__(self) -> Iterator[float]:
        """Iterate over the genes."""
        ...


class Genome(Protocol):
    """A genome that operators vary in place: a list, an array or another sequence."""

    def __len__(self) -> int:
        """Return the number of genes."""
        ...

    def __getitem__(self, index: int | slice, /) -> Any:
        """Read a gene, or several."""
        ...

    def __setitem__(self, index: Any, value: Any, /) -> None:
        """Write a gene, or several."""
        ...

    def __iter__(self) -> Any:
        """Iterate over the genes."""
        ...


class Toolbox(Protocol):
    """`deap.base.Toolbox` with the operators that DEAP's algorithms call."""

    select: Callable[..., Sequence[Any]]
    mate: Callable[..., tuple[Any, Any]]
    mutate: Callable[..., tuple[Any]]
    clone: Callable[..., Any]
    evaluate: Callable[..., Sequence[float]]
    map: Callable[..., Iterable[Sequence[float]]]
    generate: Callable[[], list[Any]]
    update: Callable[..., object]


class Node(Protocol):
    """A node of `gp.PrimitiveTree`: a primitive, or a terminal of arity 0."""

    arity: int
    name: str
    value: Any
    conv_fct: object

    def format(self, *arguments: str) -> str:
        """Return the expression of the node with those of its arguments."""
        ...


class PrimitiveSet(Protocol):
    """`gp.PrimitiveSet`."""

    context: dict[str, Operator]
    arguments: list[str]


Member = TypeVar("Member", bound=Individual)
SizedMember = TypeVar("SizedMember", bound=Sized)
Genes = TypeVar("Genes", bound=Genome)
Anything = TypeVar("Anything")
