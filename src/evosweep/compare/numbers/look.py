"""A look at a comparison whose seeds come in stages: which runs are tested, and at which level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.read.run import Run
from evosweep.config.stages import Stages

Floats = NDArray[np.float64]
Groups = Mapping[str, Sequence[Run]]


@dataclass(frozen=True)
class Look:
    """A look, counted from 1; 0 stands for a first stage that is not complete."""

    stages: Stages
    number: int

    @property
    def seeds(self) -> int:
        """Return how many seeds each algorithm has had."""
        return len(self.stages.upto(self.number))

    @property
    def is_last(self) -> bool:
        """Return True if there are no more seeds after it."""
        return self.number == len(self.stages.looks)

    @property
    def last(self) -> "Look":
        """Return the look at all seeds."""
        return Look(self.stages, len(self.stages.looks))

    def level(self, alpha: float) -> float:
        """Return the level at which one test of this look decides, for `alpha` over all looks."""
        from evosweep.compare.numbers.spending import boundary

        if not self.number:
            return 0.0
        return boundary(self._fractions, alpha, self.stages.spending)[self.number - 1]

    def repeated(self, p_values: Sequence[float]) -> list[float]:
        """Return the repeated p-values of tests at this look, which hold over all looks."""
        from evosweep.compare.numbers.spending import repeated

        if not self.number:
            return [1.0 for _ in p_values]
        p = np.array(p_values, dtype=np.float64)
        found = repeated(self._fractions, self.number, self.stages.spending, p)
        return [float(value) for value in found]

    def among(self, groups: Groups) -> dict[str, list[bool]]:
        """Return a flag for each run of each algorithm: whether this look has its seed."""
        seeds = self.stages.upto(self.number)
        return {name: [run.seed in seeds for run in runs] for name, runs in groups.items()}

    @property
    def _fractions(self) -> tuple[float, ...]:
        return tuple(seeds / len(self.stages) for seeds in self.stages.looks)


@lru_cache(maxsize=4096)
def repeated_one(look: Look, p: float) -> float:
    """Return the repeated p-value of one test at a look."""
    return look.repeated([p])[0]


def look_at(stages: Stages | None, groups: Groups) -> Look | None:
    """Return the last look for which every algorithm has all its runs; None without stages."""
    if stages is None:
        return None
    there = [{run.seed for run in runs} for runs in groups.values()]
    complete = [
        number
        for number in range(1, len(stages.looks) + 1)
        if all(seeds.issuperset(stages.upto(number)) for seeds in there)
    ]
    return Look(stages, max(complete, default=0))
