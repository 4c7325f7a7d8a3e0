"""Single evaluations in the run's own process, without the overhead of a batch.

A swarm, a hill climber or a steady-state program evaluates one individual at a time. Handling
chunks, workers and their losses would then cost more than most evaluations. An individual that
fails is passed on to the usual path, which evaluates it again and reports the error.
"""

import os
import time

from evosweep.evaluation import current, seeds
from evosweep.evaluation.problem import BuiltProblem
from evosweep.evaluation.result import Outcome, result_of
from evosweep.genomes.blocks import Block, is_changed
from evosweep.genomes.deap_types import Individual
from evosweep.genomes.digest import Digest
from evosweep.processes.activity import seat


def evaluate_alone(problem: BuiltProblem, batch: int, individual: Individual) -> Outcome | None:
    """The outcome of one evaluation of a plain problem; None if the usual path must report."""
    began = time.process_time()
    block = Block.of([individual], problem.form, problem.attributes)
    (given,) = problem.rebuild.block(block)
    before, place = seeds.state(), seat()
    current.enter(batch)
    place.pooled = False
    place.take(batch, 0)
    started = time.perf_counter()
    try:
        returned = problem.evaluate(given)
        fitness = result_of(returned, len(individual.fitness.weights), infinite=problem.infinite)
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
    if fitness is None or is_changed(block, [given], problem.form):
        return None
    digest = Digest(1)
    digest.add(block.encoding)
    cpu = time.process_time() - began
    return Outcome(
        fitnesses=[fitness], seconds=seconds, cpu=cpu, process=os.getpid(), digest=digest.value()
    )
