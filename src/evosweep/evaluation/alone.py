"""Evaluate single individuals in the run's own process, without the overhead of a batch.

A swarm, a hill climber or a steady-state program evaluates one individual at a time. Handling
chunks, workers and their losses would then cost more than most evaluations. An individual that
fails is passed on to the usual path, which evaluates it again and reports the error.
"""

import time
from math import isfinite
from typing import NamedTuple

from evosweep.evaluation import current, seeds
from evosweep.evaluation.problem import BuiltProblem
from evosweep.evaluation.result import Fitness
from evosweep.genomes.blocks import Block, is_changed
from evosweep.genomes.digest import digest_of_block
from evosweep.genomes.fitness import fitness_of
from evosweep.genomes.single_list import SingleLists
from evosweep.processes.activity import seat


class LoneEvaluation(NamedTuple):
    """The outcome of one evaluation in this process."""

    fitness: Fitness
    seconds: float
    cpu: float
    digest: bytes
    whole: bool | None
    """True if all attributes of the individual travelled; None if that is not known."""


class Alone:
    """Evaluates the single individuals of a plain problem."""

    def __init__(self, problem: BuiltProblem) -> None:
        self._problem, self._toolbox = problem, problem.toolbox
        self._lists = SingleLists(problem.form, problem.rebuild, problem.attributes)

    def evaluate(self, batch: int, individual: object, objectives: int) -> LoneEvaluation | None:
        """Evaluate one individual; returns None to leave it to the usual path."""
        began = time.process_time()
        copied = self._lists.copy(individual) or _Block(individual, self._problem)
        before, place = seeds.state(), seat()
        current.enter(batch)
        place.pooled = False
        place.take(batch, 0)
        started = time.perf_counter()
        try:
            fitness = self._fitness(self._toolbox.evaluate(copied.given), objectives)
        except KeyboardInterrupt:  # the user's
            raise
        except BaseException:  # it is raised again the usual way
            fitness = None
        finally:
            place.leave()
        seconds = time.perf_counter() - started
        if not before.is_current():
            before.restore()
            return None
        if fitness is None or copied.is_changed:
            return None
        digest, cpu = digest_of_block(copied.encoding), time.process_time() - began
        return LoneEvaluation(fitness, seconds, cpu, digest, whole=copied.whole)

    def _fitness(self, returned: object, objectives: int) -> Fitness:
        if objectives == 1 and type(returned) is tuple and len(returned) == 1:
            value = returned[0]
            if type(value) is float and isfinite(value):
                return returned
        return fitness_of(returned, objectives, self._problem.infinite)


class _Block:
    """An individual of any kind, copied through a block."""

    whole = None

    def __init__(self, individual: object, problem: BuiltProblem) -> None:
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
