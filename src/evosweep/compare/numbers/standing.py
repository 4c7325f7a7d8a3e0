"""The standing of a problem's algorithms at equal budgets: leaders, ties, and test results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.budgets import Budget
from evosweep.compare.numbers.location import median
from evosweep.compare.numbers.look import Look
from evosweep.compare.numbers.quality import Quality
from evosweep.compare.numbers.significance import Pair

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """The compared algorithms of one problem.

    Parameters
    ----------
    values
        The compared results by algorithm: final ones or, if budgets are unequal, those within the
        largest common budget.
    pairs
        The tested pairs of these results.
    look
        Where seeds come in stages: the look whose runs are tested.
    """

    problem: str
    quality: Quality
    budget: Budget
    values: Mapping[str, Floats]
    pairs: Sequence[Pair] = field(default_factory=list)
    look: Look | None = None

    @property
    def at_common_budget(self) -> bool:
        """True if the results are those within the largest common budget."""
        return self.budget.comparable

    @cached_property
    def losses(self) -> dict[str, float]:
        """The median loss of each algorithm: smaller is better."""
        return {name: median(self.quality.loss(sample)) for name, sample in self.values.items()}

    @cached_property
    def order(self) -> list[str]:
        """The algorithms, the best median first."""
        return sorted(self.losses, key=lambda name: (self.losses[name], name))

    @cached_property
    def leaders(self) -> list[str]:
        """The algorithms with the best median; several if they tie."""
        best = self.losses[self.order[0]]
        return [name for name in self.order if self.losses[name] == best]

    def median(self, name: str) -> float:
        """Return the median result of an algorithm."""
        return median(self.values[name])

    def beaten(self, alpha: float) -> list[str]:
        """Return the algorithms that are significantly worse than all leaders in their pairs."""
        others = [name for name in self.order if name not in self.leaders]
        return [name for name in others if self._is_beaten(name, alpha)]

    def _is_beaten(self, name: str, alpha: float) -> bool:
        tests = [
            pair
            for pair in self.pairs
            if not pair.reason and name in pair.names and set(pair.names) & set(self.leaders)
        ]
        return bool(tests) and not any(
            not pair.decides(alpha) or pair.favours(name, alpha) for pair in tests
        )
