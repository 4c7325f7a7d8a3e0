"""Give each algorithm one colour, marker and dashes in all pictures of an experiment.

The colours are those of Okabe and Ito (Color Universal Design, 2008), which are distinct for every
kind of colour vision, and of Paul Tol's muted set. Light colours are left out, since each line must
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
    """The style of an algorithm: colour (RGB in hexadecimal), matplotlib's marker and dashes."""

    colour: str
    marker: str
    dashes: str | tuple[int, tuple[int, ...]]

    def line(self) -> dict[str, Any]:
        """Return matplotlib's keywords for a line."""
        return {"color": self.colour, "linestyle": self.dashes, "linewidth": 1.8}


@dataclass(frozen=True)
class Styles:
    """The styles of the algorithms of an experiment.

    Parameters
    ----------
    labels
        Every algorithm of the experiment, in any order.
    """

    labels: frozenset[str]

    @classmethod
    def of(cls, labels: Iterable[str]) -> "Styles":
        """Return the styles of algorithms, in any order."""
        return cls(frozenset(labels))

    def __getitem__(self, label: str) -> Style:
        """Return the style of an algorithm; 70 styles differ in colour, or in marker and dashes."""
        order = sorted(self.labels, key=natural)
        place = order.index(label) if label in self.labels else len(order)
        turn = (place + place // len(COLOURS)) % len(MARKERS)
        return Style(COLOURS[place % len(COLOURS)], MARKERS[turn], DASHES[turn])
