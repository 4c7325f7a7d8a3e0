"""One algorithm, one look: the same colour, marker and dashes in every picture of an experiment.

Colours are those of Okabe and Ito (Color Universal Design, 2008), told apart with every kind of
colour vision, and of Paul Tol's muted set; the light ones are left out, since each line has to
have a contrast of 3:1 to white and to the dark page (WCAG 2.2, 1.4.11).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from evosweep.compare.read.labels import natural

COLOURS = (
    *("#0072B2", "#D55E00", "#00875F", "#B0569A", "#8F6B00", "#2A8C9C"),
    *("#757575", "#BF4569", "#6A5ACD", "#5B7F22"),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))


@dataclass(frozen=True)
class Style:
    """How an algorithm is drawn: colour (RGB in hexadecimal), marker and dashes of matplotlib."""

    colour: str
    marker: str
    dashes: str | tuple[int, tuple[int, ...]]

    def line(self) -> dict[str, Any]:
        """Return the keywords of matplotlib for a line."""
        return {"color": self.colour, "linestyle": self.dashes, "linewidth": 1.8}


@dataclass(frozen=True)
class Styles:
    """The looks of the algorithms of an experiment.

    Parameters
    ----------
    labels
        Every algorithm of the experiment, in any order.
    """

    labels: frozenset[str]

    @classmethod
    def of(cls, labels: Iterable[str]) -> "Styles":
        """Return the looks of some algorithms; their order does not matter."""
        return cls(frozenset(labels))

    def __getitem__(self, label: str) -> Style:
        """Return the look of an algorithm; 70 of them differ in colour or in marker and dashes."""
        order = sorted(self.labels, key=natural)
        place = order.index(label) if label in self.labels else len(order)
        turn = (place + place // len(COLOURS)) % len(MARKERS)
        return Style(COLOURS[place % len(COLOURS)], MARKERS[turn], DASHES[turn])
