"""What the dispatcher measures of earlier chunks: their cost, their unevenness, and their pace."""

import math

_SHARES = (1.25, 2.0)  # an even share of the items that are left is divided by this
_CAUTION = 4  # relative deviations of a chunk that are held back for the end of a batch
_EVEN = 1.6  # work is even if its share is divided by no more
_DOUBTED = 0.95  # part of the time of a full round that is believed after one more small round
_BARRED = 64  # small rounds before a full one is tried again that was not given out evenly
_KEPT = 0.5  # part of the weight of a batch that is left when the next one begins
MEMORY = 0.3  # weight of the newest measurement


class Recent:
    """A weighted mean over this batch and the last ones, each with less weight than the next."""

    def __init__(self) -> None:
        self._sum, self._weight = 0.0, 0.0

    def add(self, total: float, weight: float) -> None:
        self._sum += total
        self._weight += weight

    def fade(self) -> None:
        self._sum *= _KEPT
        self._weight *= _KEPT

    @property
    def is_measured(self) -> bool:
        return self._weight > 0

    @property
    def value(self) -> float:
        return self._sum / self._weight


class Cost(Recent):
    """Seconds per item.

    Items are averaged, not chunks: with few slow items, the last chunk of a batch says little.
    """

    def doubt(self) -> None:
        """Give what was measured so far the weight of one item."""
        if self.is_measured:
            self._sum, self._weight = self.value, 1.0

    def seconds_of(self, items: int) -> float:
        """Return the expected seconds of `items` items."""
        return items * max(self.value, 1e-9)

    def items_in(self, seconds: float) -> int:
        """Expected number of items in so many seconds."""
        return max(1, int(seconds / self.seconds_of(1)))


class Unevenness(Recent):
    """The variation of the cost of an item within a batch; long chunks have more weight."""

    def add_chunk(self, expected: float, seconds: float) -> None:
        self.add(expected * (seconds / expected - 1) ** 2, expected)

    @property
    def divisor(self) -> float:
        """The number by which an even share is divided."""
        low, high = _SHARES
        return (
            min(high, max(low, 1 + _CAUTION * math.sqrt(self.value))) if self.is_measured else high
        )

    @property
    def is_small(self) -> bool:
        """True if the chunks of earlier batches have cost nearly what was expected."""
        return self.is_measured and self.divisor <= _EVEN


class Pace:
    """The time that the first round of a batch takes to be made and sent."""

    def __init__(self) -> None:
        self._seconds, self._items = 0.0, 0.0

    def note(self, seconds: float, items: int) -> None:
        """Note a first round; the newest ones have most weight."""
        weight = MEMORY if self._items else 1.0
        self._seconds += weight * (seconds - self._seconds)
        self._items += weight * (items - self._items)

    def doubt(self) -> None:
        """Take it for a little shorter than it was."""
        self._seconds *= _DOUBTED

    @property
    def is_measured(self) -> bool:
        return self._items > 0

    @property
    def of_round(self) -> float:
        """Seconds of a round."""
        return self._seconds

    @property
    def of_item(self) -> float:
        """Seconds of an item, if chunks cost by their length alone."""
        return self._seconds / self._items


class Paces:
    """The pace of first rounds whose chunks are small, and of those whose chunks are full."""

    def __init__(self) -> None:
        self._small, self._full = Pace(), Pace()
        self._barred = 0

    def note(self, seconds: float, items: int, *, full: bool) -> None:
        """Note a first round. After many small ones, a full one is tried again."""
        if full:
            self._full.note(seconds, items)
        else:
            self._small.note(seconds, items)
            self._full.doubt()
            self._barred = max(0, self._barred - 1)

    def bar(self) -> None:
        """Expect nothing of full rounds for a while: in one, a worker got two chunks."""
        self._barred = _BARRED

    @property
    def of_round(self) -> float:
        """Seconds of a round; 0 if none was measured."""
        return self._full.of_round or self._small.of_round

    def seconds_of_full(self, items: int) -> float:
        """Return the expected seconds of a round of full chunks, infinity if none was measured.

        Whether a chunk costs by its length or by itself shows once full ones were sent: until then,
        they are taken to cost as much as small ones. While full rounds are barred it is infinity.
        """
        if self._barred:
            return math.inf
        if self._full.is_measured:
            return items * self._full.of_item
        return self._small.of_round if self._small.is_measured else math.inf
