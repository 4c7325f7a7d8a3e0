"""Evaluate a chunk of genomes, on a worker of any backend or in the run's own process.

The same function runs in every process, and each evaluation gets a new individual, rebuilt from the
data that travelled. So it makes no difference where an evaluation happens.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from math import isfinite
from typing import NamedTuple

from evosweep.evaluation import agreement, current, failure, seeds, vectorised
from evosweep.evaluation.failure import FailureReason
from evosweep.evaluation.problem import BuiltProblem, build
from evosweep.evaluation.result import Fitness, Outcome, Row, Table, result_of, row_of
from evosweep.evaluation.vectorised import EvaluateBatch
from evosweep.genomes.blocks import Block, is_changed
from evosweep.genomes.digest import Digest
from evosweep.genomes.encoding import decode_list, encode
from evosweep.genomes.fitness import NUMBERS, BadFitness, fitness_of
from evosweep.genomes.form import Plain
from evosweep.processes.activity import seat
from evosweep.records.journal_entry import OK, PENALISED, RETRIED


class Chunk(NamedTuple):
    """Some individuals of one batch in the form that travels: bytes and numbers only."""

    number: int
    batch: int
    indices: list[int]
    blocks: Iterable[Block]
    """The genomes, in the order of the indices."""
    objectives: int
    """Number of objectives; 0: as many as the evaluation returns."""
    problem: str
    seed: int
    pooled: bool = False
    """True if it is sent to a worker of a pool, which watches over timeouts itself."""
    spread: bool = False
    """True if each genome is a row: all arguments of an evaluation."""
    terms: str = ""
    """Digest of the terms of the process that sends it (`evaluation.agreement`)."""
    with_code: bool = False
    """True if these terms cover the code."""
    followed: bool = False
    """True if another round of chunks comes after this one."""

    def work(self) -> Outcome:
        """Evaluate the chunk in this process."""
        return evaluate(self)


_RAISED = BaseException
"""Exceptions of evaluations, including CancelledError and the panic of a library in Rust."""


class _Failed(Exception):
    def __init__(self, why: FailureReason) -> None:
        self.failure = why


def evaluate(chunk: Chunk) -> Outcome:
    """Evaluate every individual of a chunk; an error of the problem is returned, not raised."""
    outcome = Outcome(process=os.getpid(), host=os.uname().nodename)
    mine = agreement.terms(chunk.problem, with_code=chunk.with_code)
    if chunk.terms and chunk.terms != agreement.digest(mine):
        outcome.terms = mine
        return outcome
    began = time.process_time()
    before = seeds.state()
    touched = True
    place = seat()
    place.pooled = chunk.pooled
    current.enter(chunk.batch)
    try:
        problem = build(chunk.problem)
        _evaluate_all(chunk, problem, outcome)
        touched = problem.stochastic or not before.is_current()
        if touched and not problem.stochastic:
            raise _Failed(_find_draw(chunk, problem))
    except _Failed as failed:
        outcome.failure = failed.failure
    finally:
        place.leave()
        if touched:
            before.restore()
        outcome.cpu = time.process_time() - began
    return outcome


def _evaluate_all(chunk: Chunk, problem: BuiltProblem, outcome: Outcome) -> None:
    digest = Digest(len(chunk.indices))
    for indices, block, individuals in _rebuilt(chunk, problem):
        digest.add(block.encoding)
        started = time.perf_counter()
        _evaluate_part(_Part(chunk, problem, indices, individuals, outcome=outcome))
        outcome.seconds += time.perf_counter() - started
        if not problem.lamarckian and is_changed(block, individuals, problem.form):
            raise _Failed(_find_change(indices, block, individuals, problem))
    outcome.digest = digest.value()


def _rebuilt(
    chunk: Chunk, problem: BuiltProblem
) -> Iterator[tuple[list[int], Block, list[object]]]:
    """Yield the indices, the block and the new individuals of each block."""
    at = 0
    for block in chunk.blocks:
        indices = chunk.indices[at : at + block.size]
        at += block.size
        yield indices, block, problem.rebuild.block(block)


class _Part(NamedTuple):
    """The rebuilt individuals of one block of a chunk."""

    chunk: Chunk
    problem: BuiltProblem
    indices: list[int]
    individuals: list[object]
    outcome: Outcome


def _evaluate_part(part: _Part) -> None:
    problem = part.problem
    if part.chunk.spread:
        _evaluate_each(part)
    elif (evaluate_batch := problem.evaluate_batch) is not None:
        _evaluate_together(part, evaluate_batch)
    elif problem.is_plain:
        _evaluate_plainly(part)
    else:
        _evaluate_each(part)


def _evaluate_together(part: _Part, evaluate_batch: EvaluateBatch) -> None:
    chunk, problem, _, individuals, outcome = part
    seat().take(chunk.batch, chunk.indices[0])
    try:
        outcome.fitnesses += vectorised.fitnesses(
            evaluate_batch, individuals, chunk.objectives, infinite=problem.infinite
        )
    except vectorised.BadRow as error:
        index = chunk.indices[error.row]
        raise _Failed(FailureReason(index, "fitness", str(error), error.remedy)) from None
    except KeyboardInterrupt:  # the user's
        raise
    except _RAISED as error:
        raise _Failed(failure.of_program(chunk.indices[0], error)) from None


def _evaluate_plainly(part: _Part) -> None:
    """Evaluate individuals of a problem without policies or timeouts, as fast as possible."""
    chunk, problem, indices, individuals, outcome = part
    evaluate, infinite, keep = problem.evaluate, problem.infinite, outcome.fitnesses.append
    single, objectives, index = chunk.objectives == 1, chunk.objectives, indices[0]
    place = seat().places(chunk.batch, index)
    try:
        for index, individual in zip(indices, individuals, strict=True):
            place[1] = index
            values = evaluate(individual)
            if single and type(values) is tuple and len(values) == 1:
                value = values[0]  # as fitness_of would find, in a fraction of the time
                if type(value) is float and isfinite(value):
                    keep(values)
                    continue
                if type(value) in NUMBERS and isfinite(value):
                    keep((float(value),))
                    continue
            keep(fitness_of(values, objectives, infinite))
    except BadFitness as error:
        raise _Failed(FailureReason(index, "fitness", str(error), error.remedy)) from None
    except KeyboardInterrupt:
        raise
    except _RAISED as error:
        raise _Failed(failure.of_program(index, error)) from None


def _evaluate_each(part: _Part) -> None:
    chunk, problem, indices, individuals, outcome = part
    improved: list[Plain] = []
    for index, individual in zip(indices, individuals, strict=True):
        fitness, genome, flag = _with_policy(chunk, problem, index, individual)
        outcome.fitnesses.append(fitness)
        improved.append(genome)
        if flag != OK:
            outcome.flags = outcome.flags or [OK] * len(chunk.indices)
            outcome.flags[len(outcome.fitnesses) - 1] = flag
    if problem.lamarckian:
        outcome.genomes = (outcome.genomes or []) + improved


def _with_policy(
    chunk: Chunk, problem: BuiltProblem, index: int, individual: object
) -> tuple[Fitness | Table, Plain, int]:
    unchanged = problem.form.genome(individual) if problem.lamarckian else None
    for attempt in range(problem.retries + 1):
        try:
            fitness, genome = _evaluate_one(chunk, problem, index, individual)
            return fitness, genome, RETRIED if attempt else OK
        except BadFitness as error:
            failed = FailureReason(index, "fitness", str(error), error.remedy)
            if not error.covered:
                raise _Failed(failed) from None
        except KeyboardInterrupt:
            raise
        except _RAISED as error:
            failed = failure.of_program(index, error)
        if problem.lamarckian:  # it may have changed its individual before it failed
            problem.rebuild.write_back(individual, unchanged)
    if problem.penalty is None:
        raise _Failed(failed)
    return problem.penalty, unchanged, PENALISED


def _evaluate_one(
    chunk: Chunk, problem: BuiltProblem, index: int, individual: object
) -> tuple[Fitness | Table, Plain]:
    if problem.stochastic:
        seeds.seed_evaluation(chunk.seed, chunk.batch, index)
    seat().take(chunk.batch, index, problem.timeout)
    if chunk.spread:
        return _call(problem, row_of(individual)), None
    returned = problem.evaluate(individual)
    if not problem.lamarckian:
        return fitness_of(returned, chunk.objectives, problem.infinite), None
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise BadFitness(
            f"a Lamarckian evaluation returned {returned!r}",
            "return (fitness, genome)",
            covered=False,
        )
    return fitness_of(returned[0], chunk.objectives, problem.infinite), problem.form.genome(
        returned[1]
    )


def _call(problem: BuiltProblem, row: Row) -> Fitness | Table:
    """Return the fitness, or fitnesses, of an evaluation with several arguments."""
    arguments, keywords = row
    returned = problem.evaluate(*arguments, **keywords)
    return result_of(returned, 0, infinite=problem.infinite)


def _find_change(
    indices: list[int], block: Block, individuals: list[object], problem: BuiltProblem
) -> FailureReason:
    genomes = decode_list(block.encoding)
    changed = (
        index
        for index, genome, individual in zip(indices, genomes, individuals, strict=True)
        if encode(problem.form.genome(individual)) != encode(genome)
    )
    return failure.of_change(next(changed))


def _find_draw(chunk: Chunk, problem: BuiltProblem) -> FailureReason:
    """Evaluate individuals once more; returns the one whose evaluation draws random numbers."""
    culprit = chunk.indices[0]
    for index, individual in _one_by_one(chunk, problem):
        before = seeds.state()
        arguments, keywords = row_of(individual) if chunk.spread else ((individual,), {})
        _quietly(lambda: problem.evaluate(*arguments, **keywords))  # noqa: B023
        if not before.is_current():
            culprit = index
            break
    return failure.of_draw(culprit)


def _one_by_one(chunk: Chunk, problem: BuiltProblem) -> Iterator[tuple[int, object]]:
    for indices, _, individuals in _rebuilt(chunk, problem):
        yield from zip(indices, individuals, strict=True)


def _quietly(call: Callable[[], object]) -> None:
    try:
        call()
    except KeyboardInterrupt:
        raise
    except _RAISED:
        return
