"""The source of every random number of a run.

A run's seed goes to both global generators, as in a plain DEAP program, so that a plain program
with this seed gives the same population. A stochastic evaluation has a seed of its own, made from
the run's seed and from the evaluation's place in the run.
"""

import hashlib
import random

import numpy

from evosweep.evaluation.generators import Generators, state

__all__ = ["Generators", "seed_build", "seed_evaluation", "seed_run", "state"]

_BUILD_SEED = 0


def seed_run(seed: int) -> None:
    """Seed `random` with the run's seed and `numpy.random` with it modulo 2**32."""
    random.seed(seed)
    numpy.random.seed(seed % 2**32)


def seed_build() -> None:
    """Seed both generators before a problem is built, so that all processes build the same one."""
    seed_run(_BUILD_SEED)


def seed_evaluation(seed: int, batch: int, index: int) -> None:
    """Seed both generators for a stochastic evaluation, by its place in the run alone."""
    material = f"evosweep {seed} {batch} {index}".encode()
    words = numpy.frombuffer(hashlib.sha256(material).digest(), "<u4")
    random.seed(int.from_bytes(words.tobytes(), "little"))
    numpy.random.seed(words)
