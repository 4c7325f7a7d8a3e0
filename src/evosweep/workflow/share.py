"""Divide a grid into N shares, one for each of N hosts, which need not communicate.

Every host computes the same partition from the config alone. Whatever runs are finished, running or
failed, the shares 1/N to N/N contain each run of the grid exactly once.
"""

import heapq
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evosweep.errors import InputError, shown

MOST = 1_000_000
"""The largest N."""
_FORM = re.compile(r"(auto|[0-9]{1,7})/([0-9]{1,7})")
_HOW = "write share=K/N with K from 1 to N, or share=auto/N in an array of N tasks"

ARRAYS = {
    "SLURM_ARRAY_TASK_ID": 1,
    "JOB_COMPLETION_INDEX": 0,
    "AWS_BATCH_JOB_ARRAY_INDEX": 0,
    "PBS_ARRAY_INDEX": 1,
    "PBS_ARRAYID": 1,
    "LSB_JOBINDEX": 1,
}
"""The variables with the number of a task in its array, and the number of the first task."""


@dataclass(frozen=True)
class Share:
    """Share `number` of `count`, counted from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def parse(value: object, environment: Mapping[str, str] | None = None) -> Share:
    """Return the share that `--config share=` asks for; raises InputError.

    Parameters
    ----------
    value
        `K/N`, or `auto/N`, which takes K from the number of this task in its array. N must be
        given, since a batch system's own count changes when some tasks are submitted again.
    environment
        The variables that have the task's number; by default those of this process.
    """
    form = _FORM.fullmatch(value) if isinstance(value, str) else None
    if form is None:
        raise InputError(f"--config share={shown(value)}: {_HOW}")
    count = int(form[2])
    if not 1 <= count <= MOST:
        raise InputError(f"--config share={value}: N is from 1 to {MOST:,}; {_HOW}")
    if form[1] == "auto":
        return Share(_of_array(count, os.environ if environment is None else environment), count)
    if not 1 <= int(form[1]) <= count:
        raise InputError(f"--config share={value}: {_HOW}")
    return Share(int(form[1]), count)


def _of_array(count: int, environment: Mapping[str, str]) -> int:
    """Return the number of this process's task among `count`, counted from 1."""
    name = next((name for name in ARRAYS if environment.get(name, "").isdecimal()), None)
    if name is None:
        raise InputError(
            f"--config share=auto/{count}: this is no task of an array (none of "
            f"{', '.join(ARRAYS)} is set); write share=K/{count}"
        )
    first = ARRAYS[name]
    number = int(environment[name]) - first + 1
    if not 1 <= number <= count:
        raise InputError(
            f"--config share=auto/{count}: {name} is {environment[name]}, and {count} tasks are "
            f"numbered from {first} to {first + count - 1}; submit the array with these numbers"
        )
    return number


def partition(costs: Sequence[float], count: int) -> list[int]:
    """Return the share (from 1 to `count`) of each part of the work, balanced by cost.

    The parts are taken from the longest to the shortest, and each goes to the share with the least
    cost so far; equal parts keep their order. If the costs are wrong, the only effect is that the
    shares end at different times.
    """
    shares = [0] * len(costs)
    loads = [(0.0, number) for number in range(1, count + 1)]
    for place in sorted(range(len(costs)), key=lambda place: (-costs[place], place)):
        load, number = loads[0]
        shares[place] = number
        heapq.heapreplace(loads, (load + costs[place], number))
    return shares
