"""Budgets: the evaluations of each algorithm, and its best results within a common budget.

An algorithm with more evaluations finds better results, which does not make it a better algorithm.
So if budgets differ, results are compared at the largest budget that all runs of the problem have
used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.location import median
from evosweep.compare.read.run import Run
from evosweep.compare.read.traces import Trace

Floats = NDArray[np.float64]
UNEQUAL = 1.05  # budgets are called unequal from this ratio of medians on


@dataclass(frozen=True)
class Budget:
    """The budgets on one problem, in evaluations.

    Parameters
    ----------
    common
        The largest budget that every run has used.
    medians
        The median budget of each algorithm.
    values
        The best results of each algorithm's runs within the common budget, in the order of its
        runs. An algorithm is left out if one of its runs has no trace.
    """

    common: int
    medians: Mapping[str, float]
    values: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def unequal(self) -> bool:
        """True if an algorithm had clearly more evaluations than another one."""
        return max(self.medians.values()) > UNEQUAL * min(self.medians.values())

    @property
    def comparable(self) -> bool:
        """True if budgets are unequal, and every algorithm has results at the common one."""
        return self.unequal and len(self.values) == len(self.medians)


def common_budget(groups: Mapping[str, Sequence[Run]]) -> int:
    """Return the largest number of evaluations that all runs have made."""
    return min(run.evaluations for runs in groups.values() for run in runs)


def measure_budget(groups: Mapping[str, Sequence[Run]], traces: Mapping[str, Trace]) -> Budget:
    """Return the budgets of one problem; `groups` are its runs by algorithm, `traces` by run_id."""
    common = common_budget(groups)
    medians = {
        name: median(np.array([run.evaluations for run in runs], dtype=np.float64))
        for name, runs in groups.items()
    }
    budget = Budget(common, medians)
    if not budget.unequal:
        return budget
    marks = np.array([float(common)])
    values = {
        name: np.array([float(traces[run.run_id].at(marks)[0]) for run in runs])
        for name, runs in groups.items()
        if all(run.run_id in traces for run in runs)
    }
    complete = {name: sample for name, sample in values.items() if not np.isnan(sample).any()}
    return Budget(common, medians, complete)
