"""What a worker does: evaluates a chunk of bare genomes and says what became of each.

The same function serves every backend and the run's own process, so that where an evaluation
happens can make no difference: each sees a new individual made of its genome alone.
"""

import os
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
from operator import eq
from typing import Any, NamedTuple

from evosweep import seeds, together
from evosweep.board import seat
from evosweep.errors import InputError
from evosweep.fitness import BadFitness, fitness_of
from evosweep.genome import Plain, bare_all, decode, encode, encode_all, is_flat, plain
from evosweep.journal_entry import OK, PENALISED, RETRIED
from evosweep.problem import Kind, Problem, build, class_of


class Chunk(NamedTuple):
    """Some individuals of one batch, as they travel: bytes and numbers, no classes of a user."""

    number: int
    batch: int
    indices: list[int]
    genomes: bytes
    """The encoding of the list of bare genomes."""
    kind: Kind
    objectives: int
    problem: str
    seed: int
    native: bool
    """Whether no genome needs to be made of a tagged list."""
    pooled: bool = False
    """Whether it is sent to a worker of a pool, which watches over timeouts itself."""
    copies: list[Plain] | None = None
    """The genomes decoded already, where the chunk is evaluated in the process that made it."""

    def work(self) -> "Outcome":
        """Evaluates the chunk in this process."""
        return evaluate(self)


@dataclass(slots=True)
class Failure:
    """Why an evaluation failed, and whose it was."""

    index: int
    kind: str
    """program, fitness, stochastic, impure, worker, timeout"""
    error: str
    remedy: str
    traceback: str | None = None


@dataclass(slots=True)
class Outcome:
    """What became of a chunk; fitnesses stop at the first failure that no policy covers."""

    fitnesses: list[tuple[float, ...]] = field(default_factory=list)
    genomes: list[Plain] | None = None
    seconds: float = 0.0
    flags: list[int] | None = None
    cpu: float = 0.0
    """CPU seconds of the process that evaluated, all its threads."""
    process: int = 0
    """The id of that process."""
    failure: Failure | None = None


class _Failed(Exception):
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


def evaluate(chunk: Chunk) -> Outcome:
    """Evaluates every individual of a chunk; never raises for what a problem does wrong."""
    outcome = Outcome(process=os.getpid())
    began = time.process_time()
    before = seeds.state()
    place = seat()
    place.pooled = chunk.pooled
    try:
        problem = build(chunk.problem)
        _evaluate_all(chunk, problem, outcome)
        if not problem.stochastic and not before.same(seeds.state()):
            raise _Failed(_find_draw(chunk, problem))
    except _Failed as failed:
        outcome.failure = failed.failure
    except InputError:
        raise
    finally:
        place.leave()
        before.restore()
        outcome.cpu = time.process_time() - began
    return outcome


def _evaluate_all(chunk: Chunk, problem: Problem, outcome: Outcome) -> None:
    genomes = chunk.copies if chunk.copies is not None else decode(chunk.genomes)
    individuals = problem.rebuild.individuals(genomes, class_of(chunk.kind), chunk.native)
    started = time.perf_counter()
    if (evaluate_batch := problem.evaluate_batch) is not None:
        _evaluate_together(evaluate_batch, chunk, problem, individuals, outcome)
    elif problem.is_plain:
        _evaluate_plainly(chunk, problem, individuals, outcome)
    else:
        _evaluate_each(chunk, problem, individuals, outcome)
    outcome.seconds = time.perf_counter() - started
    if not problem.lamarckian and _is_changed(chunk, genomes, individuals):
        raise _Failed(_find_change(chunk, individuals))


def _is_changed(chunk: Chunk, genomes: list[Plain], individuals: list[Any]) -> bool:
    """Whether an evaluation modified its individual.

    Flat lists have their elements in common with the genome that they were made of, so that
    comparing them is cheap; only what seems to differ (a NaN always does), or is not flat, is
    encoded again.
    """
    comparable = chunk.native and individuals is not genomes and is_flat(genomes[0])
    if comparable and all(map(eq, individuals, genomes)):
        return False
    return _encoding(individuals, chunk.native) != chunk.genomes


def _encoding(individuals: list[Any], native: bool) -> bytes:
    """What `Chunk.genomes` is if nothing was changed, where possible at the price of one encoding.

    Only genomes that were native may take the short way: marshal would take the NumPy scalars of
    others for bytes.
    """
    genomes = bare_all(individuals)
    if native:
        with suppress(ValueError):
            return encode(genomes)
    return encode_all(genomes)[0]


def _evaluate_together(
    evaluate_batch: Callable[[Any], Any],
    chunk: Chunk,
    problem: Problem,
    individuals: list[Any],
    outcome: Outcome,
) -> None:
    seat().take(chunk.batch, chunk.indices[0])
    try:
        outcome.fitnesses = together.fitnesses(
            evaluate_batch, individuals, chunk.objectives, problem.infinite
        )
    except together.BadRow as error:
        index = chunk.indices[error.row]
        raise _Failed(Failure(index, "fitness", str(error), error.remedy)) from None
    except Exception as error:
        raise _Failed(_program_failure(chunk.indices[0], error)) from None


def _evaluate_plainly(
    chunk: Chunk, problem: Problem, individuals: list[Any], outcome: Outcome
) -> None:
    """The loop for a problem without policies or timeouts, where every microsecond shows."""
    evaluate, take, batch = problem.evaluate, seat().take, chunk.batch
    objectives, infinite, keep = chunk.objectives, problem.infinite, outcome.fitnesses.append
    for index, individual in zip(chunk.indices, individuals, strict=True):
        take(batch, index)
        try:
            values = evaluate(individual)
            if type(values) is tuple and len(values) == 1 == objectives:
                (value,) = values
                if (type(value) is float or type(value) is int) and isfinite(value):
                    keep((float(value),))  # as fitness_of would find, in a fraction of the time
                    continue
            keep(fitness_of(values, objectives, infinite))
        except BadFitness as error:
            raise _Failed(Failure(index, "fitness", str(error), error.remedy)) from None
        except Exception as error:
            raise _Failed(_program_failure(index, error)) from None


def _evaluate_each(
    chunk: Chunk, problem: Problem, individuals: list[Any], outcome: Outcome
) -> None:
    improved: list[Plain] = []
    for index, individual in zip(chunk.indices, individuals, strict=True):
        fitness, genome, flag = _with_policy(chunk, problem, index, individual)
        outcome.fitnesses.append(fitness)
        improved.append(genome)
        if flag != OK:
            outcome.flags = outcome.flags or [OK] * len(chunk.indices)
            outcome.flags[len(outcome.fitnesses) - 1] = flag
    if problem.lamarckian:
        outcome.genomes = improved


def _with_policy(
    chunk: Chunk, problem: Problem, index: int, individual: Any
) -> tuple[tuple[float, ...], Plain, int]:
    for attempt in range(problem.retries + 1):
        try:
            fitness, genome = _evaluate_one(chunk, problem, index, individual)
            return fitness, genome, RETRIED if attempt else OK
        except BadFitness as error:
            failed = Failure(index, "fitness", str(error), error.remedy)
            if not error.covered:
                raise _Failed(failed) from None
        except Exception as error:
            failed = _program_failure(index, error)
    if problem.penalty is None:
        raise _Failed(failed)
    return problem.penalty, plain(individual), PENALISED


def _evaluate_one(
    chunk: Chunk, problem: Problem, index: int, individual: Any
) -> tuple[tuple[float, ...], Plain]:
    if problem.stochastic:
        seeds.seed_evaluation(chunk.seed, chunk.batch, index)
    seat().take(chunk.batch, index, problem.timeout)
    returned = problem.evaluate(individual)
    if not problem.lamarckian:
        return fitness_of(returned, chunk.objectives, problem.infinite), None
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise BadFitness(
            f"a Lamarckian evaluation returned {returned!r}", "return (fitness, genome)", False
        )
    return fitness_of(returned[0], chunk.objectives, problem.infinite), plain(returned[1])


def _program_failure(index: int, error: Exception) -> Failure:
    reason = " ".join(str(error).split())
    return Failure(
        index,
        "program",
        f"evaluate raised {type(error).__name__}: {reason}",
        "mend the problem and run again; or give the problem a failure policy: "
        "penalty: [..] or retry: n",
        "".join(traceback.format_exception(error)),
    )


def _find_change(chunk: Chunk, individuals: list[Any]) -> Failure:
    genomes = decode(chunk.genomes)
    changed = (
        index
        for index, genome, individual in zip(chunk.indices, genomes, individuals, strict=True)
        if encode(plain(individual)) != encode(genome)
    )
    return Failure(
        next(changed),
        "impure",
        "evaluate modified the individual that it was given",
        "work on a copy; or declare the problem lamarckian and return (fitness, genome)",
    )


def _find_draw(chunk: Chunk, problem: Problem) -> Failure:
    """The individual whose evaluation draws random numbers: each is evaluated once more."""
    culprit = chunk.indices[0]
    genomes = decode(chunk.genomes)
    individuals = problem.rebuild.individuals(genomes, class_of(chunk.kind), chunk.native)
    for index, individual in zip(chunk.indices, individuals, strict=True):
        before = seeds.state()
        _quietly(problem.evaluate, individual)
        if not before.same(seeds.state()):
            culprit = index
            break
    return Failure(
        culprit,
        "stochastic",
        "evaluate drew from random or numpy.random, and the problem does not declare it",
        "declare the problem `stochastic: true`, and each evaluation is seeded from the run's "
        "seed; or use a generator of your own with a fixed seed",
    )


def _quietly(evaluate: Callable[[Any], Any], individual: Any) -> None:
    try:
        evaluate(individual)
    except Exception:
        return
