"""The parents of a generation, of which a selection names a good one several times."""

from collections.abc import Sequence
from typing import Any


class Parents:
    """Each of them once, and which of these every one is."""

    def __init__(self, individuals: Sequence[Any]) -> None:
        ids = list(map(id, individuals))
        found = dict(zip(ids, individuals, strict=True))
        place = dict(zip(found, range(len(found)), strict=True))
        self.all = individuals
        self.different: list[Any] = list(found.values())
        self.places = list(map(place.__getitem__, ids))

    @property
    def kind(self) -> Any:
        """The class of the first one."""
        return type(self.all[0])
