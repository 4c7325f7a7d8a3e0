"""The parents of a generation, of which a selection names a good one several times."""

from collections.abc import Sequence
from typing import Any


class Parents:
    """Each of them once, and which of these every one is."""

    def __init__(self, individuals: Sequence[Any]) -> None:
        places: dict[int, int] = {}
        self.all = individuals
        self.places = [places.setdefault(id(one), len(places)) for one in individuals]
        self.different: list[Any] = list({id(one): one for one in individuals}.values())

    @property
    def kind(self) -> Any:
        """The class of the first one."""
        return type(self.all[0])
