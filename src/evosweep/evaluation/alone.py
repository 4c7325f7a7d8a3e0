"""Evaluate single individuals in the run's own process, without the overhead of a batch.

A swarm, a hill climber or a steady-state program evaluates one individual at a time. Handling
chunks, workers and their losses would then cost more than most evaluations. An individual that
fails is passed on to the usual path, which evaluates it again and reports the error.
"""

import os
import time
from math import isfinite
from typing import NamedTuple

from evosweep.evaluation import current, seeds
from evosweep.evaluation.problem import BuiltProblem
from evosweep.evaluation.result import Fitness, Outcome
from evosweep.genomes.blocks import Block, is_changed
from evosweep.genomes.deap_types import Individual
from evosweep.genomes.digest import Digest
from evosweep.genomes.fitness import fitness_of
from evosweep.genomes.single_list import single_list
from evosweep.processes.activity import seat


class LoneEvaluation(NamedTuple):
    """The outcome of one evaluation in this process."""

    fitness: Fitness
    seconds: float
    cpu: float
    digest: bytes

    def outcome(self) -> Outcome:
        """Return the same as the outcome of a chunk."""
        return Outcome(
            fitnesses=[self.fitness],
            seconds=self.seconds,
            cpu=self.cpu,
            process=os.getpid(),
            digest=self.digest,
        )


def evaluate_alone(
    problem: BuiltProblem, batch: int, individual: Individual
) -> LoneEvaluation | None:
    """Evaluate one individual of a plain problem; returns None to leave it to the usual path."""
    began = time.process_time()
    copied = single_list(individual, problem.form, problem.rebuild, problem.attributes) or (
        _Block(individual, problem)
    )
    before, place = seeds.state(), seat()
    current.enter(batch)
    place.pooled = False
    place.take(batch, 0)
    started = time.perf_counter()
    try:
        returned = problem.evaluate(copied.given)
        fitness = _fitness(returned, len(individual.fitness.weights), infinite=problem.infinite)
    except KeyboardInterrupt:  # the user's
        raise
    except BaseException:  # it is raised again the usual way
        fitness = None
    finally:
        place.leave()
    seconds = time.perf_counter() - started
    if not before.same(seeds.state()):
        before.restore()
        return None
    if fitness is None or copied.is_changed:
        return None
    digest = Digest(1)
    digest.add(copied.encoding)
    return LoneEvaluation(fitness, seconds, time.process_time() - began, digest.value())


class _Block:
    """An individual of any kind, copied through a block."""

    def __init__(self, individual: Individual, problem: BuiltProblem) -> None:
        self._form = problem.form
        self._block = Block.of([individual], problem.form, problem.attributes)
        (self.given,) = problem.rebuild.block(self._block)

    @property
    def encoding(self) -> bytes:
        """The encoding of a list with this one genome."""
        return self._block.encoding

    @property
    def is_changed(self) -> bool:
        """True if the evaluation has changed the genome."""
        return is_changed(self._block, [self.given], self._form)


def _fitness(returned: object, objectives: int, *, infinite: bool) -> Fitness:
    if objectives == 1 and type(returned) is tuple and len(returned) == 1:
        value = returned[0]
        if type(value) is float and isfinite(value):
            return returned
    return fitness_of(returned, objectives, infinite)
