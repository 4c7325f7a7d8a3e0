"""The parents of a generation; a selection may contain the same individual several times."""

from collections.abc import Sequence
from typing import Generic

from evosweep.fast.shapes import Anything

Options = dict[str, float]  # the keywords with which an operator was registered
# The genomes of the children, arrays as bytes, and which of them are new.
Varied = tuple[Sequence[bytes | bytearray | list[float]], bytearray]


class Parents(Generic[Anything]):
    """The distinct parents, and for each parent the index of its distinct one."""

    def __init__(self, individuals: Sequence[Anything]) -> None:
        ids = list(map(id, individuals))
        by_id = dict(zip(ids, individuals, strict=True))
        place = dict(zip(by_id, range(len(by_id)), strict=True))
        self.all = individuals
        self.different: list[Anything] = list(by_id.values())
        self.places = list(map(place.__getitem__, ids))

    @property
    def kind(self) -> type[Anything]:
        """The class of the first parent."""
        return type(self.all[0])
