"""The shapes of DEAP's objects, for annotations: DEAP itself has no types.

`creator` makes classes at run time and a toolbox gets its attributes by `register`, so these are
protocols: what evosweep relies on, and nothing more.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol


class Fitness(Protocol):
    """`deap.base.Fitness`: one value per objective, and weights whose signs say what is better."""

    weights: Sequence[float]
    values: tuple[float, ...]
    wvalues: tuple[float, ...]
    """Values times weights, so that larger is always better."""

    @property
    def valid(self) -> bool:
        """Whether the fitness has values."""
        ...

    def dominates(self, other: "Fitness") -> bool:
        """Whether it is no worse in any objective and better in one."""
        ...


class Individual(Protocol):
    """What `creator` makes: a genome of any kind that has a fitness."""

    fitness: Fitness


Population = Sequence[Individual]
"""Individuals in their order."""


class Node(Protocol):
    """A node of a GP tree: `gp.Primitive`, `gp.Terminal` or an ephemeral constant."""

    name: str
    value: object
    ret: type
    conv_fct: Callable[[object], str]


class Toolbox(Protocol):
    """`deap.base.Toolbox`: operators by name."""

    evaluate: Callable[..., object]
    map: Callable[..., Iterable[object]]

    def register(self, alias: str, function: Callable[..., object], *args: Any, **kw: Any) -> None:
        """Makes `function`, with arguments bound, an attribute."""
        ...

    def unregister(self, alias: str) -> None:
        """Removes an attribute."""
        ...

    def __getattr__(self, alias: str) -> Callable[..., Any]:
        """An operator that was registered."""
        ...
