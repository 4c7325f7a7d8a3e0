"""The points of a sampled design.

A point depends only on its number, the seed and the names of the parameters, and not on the order
of the names in the config or on a library's random stream. With `sobol` and `random`, a larger
design begins with the points of a smaller one. A Latin hypercube divides each range into as many
parts as it has points, so that another number of points gives another design.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from evosweep.config import sobol
from evosweep.config.digits import BITS, digest, word
from evosweep.config.ranges import Range, value_at
from evosweep.config.spec import MAX_SEED
from evosweep.config.strict import Strict

MAX_POINTS = 100_000


class Sample(Strict):
    """The number of sampled points, and the method."""

    method: Literal["sobol", "lhs", "random"] = Field(
        description="sobol: a scrambled Sobol' sequence; lhs: a Latin hypercube; random: "
        "independent points."
    )
    n: int = Field(
        ge=1,
        le=MAX_POINTS,
        description="How many points; sobol and random keep the first ones if it grows.",
    )
    seed: int = Field(default=1, ge=0, le=MAX_SEED, description="Another seed, other points.")

    def points(self, ranges: Mapping[str, Range | list[object]]) -> Iterator[dict[str, object]]:
        """Yield the values of each point, in the order of `ranges`."""
        names = sorted(ranges)
        for coordinates in self._coordinates(names):
            at = dict(zip(names, coordinates, strict=True))
            yield {name: value_at(over, at[name]) for name, over in ranges.items()}

    def notes(self) -> Iterator[str]:
        """Yield notes for somebody who plans the design."""
        if self.method == "lhs":
            yield (
                "a Latin hypercube of another n has other points: to be able to enlarge it and "
                "keep its runs, take sobol"
            )
        if self.method == "sobol" and self.n.bit_count() > 1:
            below = 1 << (self.n.bit_length() - 1)
            yield (
                f"n is {self.n}: Sobol' points cover their ranges evenly where it is a power of "
                f"two, such as {below} or {2 * below}"
            )

    def _coordinates(self, names: Sequence[str]) -> Iterator[list[int]]:
        match self.method:
            case "sobol":
                return (sobol.point(place, names, self.seed) for place in range(self.n))
            case "random":
                return (
                    [word("random", self.seed, name, place) for name in names]
                    for place in range(self.n)
                )
            case "lhs":
                columns = (self._parts(name) for name in names)
                return map(list, zip(*columns, strict=True))

    def _parts(self, name: str) -> list[int]:
        """Return a coordinate in each of `n` equal parts, in an order that depends on the name."""
        order = sorted(range(self.n), key=lambda part: digest("lhs", self.seed, name, part))
        within = (word("within", self.seed, name, place) for place in range(self.n))
        return [((part << BITS) + rest) // self.n for part, rest in zip(order, within, strict=True)]
