"""Let each allocation of calls of the compiled core fail: they raise a MemoryError or succeed.

A program of its own, since the allocations of every thread may fail.
"""

import _testcapi
import random
from collections.abc import Callable

import numpy as np

from evosweep.fast import core
from evosweep.problems.classes import individual_class

KIND = individual_class("MemoryLacks", list, (-1.0, -1.0))
OPERATORS = (0.0, 1.0, 21.0, 1 / 21, 21.0, 1 / 21, 0.3)


def _calls() -> list[Callable[[], object]]:
    built, rng = core.core, random.Random(1)
    assert built is not None
    parents = [KIND([rng.random() for _ in range(3)]) for _ in range(4)]
    for parent in parents:
        parent.fitness.values = (rng.random(), rng.random())
    bits = [KIND([0, 1, 1, 0]) for _ in range(4)]
    words, shape = rng.getstate()[1], type(parents[0].fitness)
    core.assign_crowding(parents)
    points, capsule = np.random.rand(9, 2), np.random.get_bit_generator().capsule
    arrays = points, np.identity(2), np.zeros(2), np.ones(2)
    return [
        lambda: built.vary_reals(words, parents, (0.9,), OPERATORS),
        lambda: built.vary_bits(words, bits, (0.9, 0.9), (2, 0.0, 0.3)),
        lambda: built.vary_bits(words, bits, (0.9, 0.9), (0, 0.5, 0.3)),
        lambda: built.bear(KIND, shape, [[1.0] * 2] * 3),
        lambda: built.contests(words, parents, (4, 2), (shape, float)),
        lambda: built.encode_lists([[1, 2.0, True]]),
        lambda: built.encode_values(parents, shape, float, (-1.0, -1.0)),
        lambda: built.log_fronts(parents, 3, shape),
        lambda: built.fronts_of_two(parents, 3, shape),
        lambda: built.tournament(words, parents, 4, shape),
        lambda: built.fill_niches(capsule, arrays, 3, 4),
        lambda: built.weighted(parents, shape, float, 1.0),
        lambda: built.genes(parents, float),
        lambda: built.blend(np.empty(2), (np.ones(2), np.ones(2)), 1.0, 2.0),
    ]


def _failures(call: Callable[[], object]) -> int:
    """How many of the first allocations make the call fail."""
    failed = 0
    for allocation in range(119):
        _testcapi.set_nomemory(allocation, allocation + 1)
        try:
            call()
        except MemoryError:
            failed += 1
        finally:
            _testcapi.remove_mem_hooks()
    return failed


if __name__ == "__main__":
    print([_failures(call) for call in _calls()])
