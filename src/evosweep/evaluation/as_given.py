"""Check that an evaluation of a rebuilt individual gives the fitness of the program's individual.

Evaluations get individuals that were rebuilt from the data that travels. Some of the program's own
individuals are evaluated as well, in this process, and both fitnesses are compared. If they differ,
the evaluation reads data that does not travel, and the run is refused.

The check covers the first chunk of every session, the first chunk of each further process, and a
few chunks before which a value changed that the evaluation may read.
"""

import copy
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from evosweep.errors import InputError
from evosweep.evaluation import current, seeds, surroundings
from evosweep.evaluation.batch import Batch
from evosweep.evaluation.problem import BuiltProblem
from evosweep.evaluation.result import Fitness, Table, result_of
from evosweep.genomes.fitness import BadFitness, fitness_of
from evosweep.genomes.set_order import is_reordered
from evosweep.processes import lines
from evosweep.processes.activity import seat

_EVERY = 3
"""After this many checks for one reason, only occasions number 2, 4, 8, ... are checked."""


_SETS = (
    "evosweep: note: evaluations get the sets in genomes in an order of their own, the same on "
    "every backend; no fitness that was compared depended on it (docs/genomes.md)"
)


class NotAsGiven(InputError):
    """An individual's fitness in the program differs from its fitness on a worker."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A finished evaluation, and the program's own arguments for it."""

    batch: int
    index: int
    arguments: tuple[object, ...]
    keywords: dict[str, object]
    fitness: Fitness | Table | None
    """The fitness of the evaluation; None if it failed."""
    objectives: int

    @classmethod
    def of(cls, batch: Batch, index: int, fitness: Fitness | Table | None) -> "Evaluation":
        """Make the evaluation of an item of a batch."""
        arguments, keywords = batch.arguments(index)
        return cls(
            batch=batch.number,
            index=index,
            arguments=arguments,
            keywords=keywords,
            fitness=fitness,
            objectives=batch.objectives,
        )


class AsGiven:
    """Selects the evaluations to check, and compares them."""

    def __init__(self, problem: BuiltProblem, seed: int) -> None:
        self._problem, self._seed = problem, seed
        self._occasions = Counter[str]()
        self._surroundings: surroundings.Snapshot | None = None
        self._stays_behind: dict[tuple[object, ...], bool] = {}
        """True for classes of individuals of which some attributes do not travel."""
        self._off = problem.evaluate_batch is not None

    def is_due_here(self, individual: object, *, whole: bool | None) -> bool:
        """Return True if an evaluation in this process must be compared.

        `whole` is True if all attributes of the individual travelled; None if that is not known.
        """
        if self._off:
            return False
        stays_behind = self._has_stayed_behind(individual) if whole is None else not whole
        return self._is_due(self._reason(individual, stays_behind=stays_behind))

    def is_due(self, batch: Batch, index: int, process: int) -> bool:
        """Return True if the evaluation of an item of a batch must be compared.

        Parameters
        ----------
        process
            The process that evaluated it.
        """
        if self._off:
            return False
        individual = batch.first_of(index)
        reason = self._reason(individual, stays_behind=self._has_stayed_behind(individual))
        if reason is None and process != os.getpid():
            reason = self._reason_elsewhere(batch)
        return self._is_due(reason)

    def _is_due(self, reason: str | None) -> bool:
        if reason is None:
            return False
        count = self._occasions[reason] + 1
        self._occasions[reason] = count
        return count <= _EVERY or count & (count - 1) == 0

    def _reason(self, individual: object, *, stays_behind: bool) -> str | None:
        if self._occasions["first"] == 0:
            self._surroundings = surroundings.snapshot(self._problem.evaluate)
            return "first"
        if stays_behind:
            return "attributes"
        if is_reordered(individual, self._problem.form, self._problem.rebuild):
            return "order"
        return None

    def _reason_elsewhere(self, batch: Batch) -> str | None:
        before = self._surroundings
        if not batch.has_looked:  # the program does nothing while its batch is under way
            batch.has_looked = True
            self._surroundings = surroundings.snapshot(self._problem.evaluate)
        if self._occasions["elsewhere"] == 0:
            return "elsewhere"
        return None if before == self._surroundings else "surroundings"

    def finish(self) -> None:
        """Print a notice at the end of a run if sets had another order than in the program."""
        if self._occasions["order"]:
            lines.complain(_SETS)

    def compare(self, evaluation: Evaluation) -> None:
        """Raise `NotAsGiven` if the program's own individual has another fitness."""
        own = _Attributes(evaluation.arguments[0] if evaluation.arguments else None)
        fitness = None if self._off else self._as_given(evaluation)
        if changed := own.restored():
            raise NotAsGiven(
                f"{_place(evaluation)}: evaluate changes {', '.join(changed)} of its individual, "
                "which is lost where a worker does it; return it with the fitness, or let the "
                "algorithm compute it"
            )
        if fitness is None or fitness == evaluation.fitness:
            return
        if self._as_given(evaluation) != fitness:
            raise NotAsGiven(
                f"{_place(evaluation)}: its evaluation gives another fitness each time ({fitness} "
                "first): it reads the clock, a counter or a generator of its own; make it depend "
                "on its individual alone, or declare the problem `stochastic: true` and draw "
                "from random or numpy.random"
            )
        other = "fails" if evaluation.fitness is None else f"is {evaluation.fitness}"
        raise NotAsGiven(
            f"{_place(evaluation)}: its fitness is {fitness} for the program's own individual, and "
            f"{other} for the one that evaluations are given; {self._cause(evaluation)}"
        )

    def _has_stayed_behind(self, individual: object) -> bool:
        """Return True if an individual has attributes that do not travel."""
        attributes = getattr(individual, "__dict__", None)
        if not attributes or (len(attributes) == 1 and "fitness" in attributes):
            return False
        kinds = (*attributes, *map(type, attributes.values()))
        if kinds not in self._stays_behind:
            self._stays_behind[kinds] = bool(self._problem.left_behind(individual))
        return self._stays_behind[kinds]

    def _as_given(self, evaluation: Evaluation) -> Fitness | Table | None:
        """Return the fitness of the program's own individual; None if it has none either."""
        before = seeds.state()
        if self._problem.stochastic:
            seeds.seed_evaluation(self._seed, evaluation.batch, evaluation.index)
        current.enter(evaluation.batch)
        seat().take(evaluation.batch, evaluation.index)  # a crash is this individual's
        try:
            return self._fitness(evaluation)
        except KeyboardInterrupt:
            raise
        except BaseException:  # whatever a program raises: it fails as the other one did
            return None
        finally:
            seat().leave()
            before.restore()

    def _fitness(self, evaluation: Evaluation) -> Fitness | Table:
        evaluate: Callable[..., object] = self._problem.evaluate
        if not self._problem.lamarckian:
            returned = evaluate(*evaluation.arguments, **evaluation.keywords)
            return result_of(returned, evaluation.objectives, infinite=self._problem.infinite)
        arguments = copy.deepcopy(evaluation.arguments)  # it may change its individual
        returned = evaluate(*arguments, **evaluation.keywords)
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise BadFitness("no (fitness, genome)", "", covered=False)
        return fitness_of(returned[0], evaluation.objectives, self._problem.infinite)

    def _cause(self, evaluation: Evaluation) -> str:
        first = evaluation.arguments[0] if evaluation.arguments else None
        if names := self._problem.left_behind(first):
            return (
                f"it may read {', '.join(names)}, which does not travel: declare the problem "
                f"`attributes: [{', '.join(names)}]`"
            )
        if is_reordered(first, self._problem.form, self._problem.rebuild):
            return (
                "it reads a set in the order of its history, which is lost on the way: use "
                "sorted(...), or math.fsum for a sum"
            )
        return (
            "it reads what this process alone has: a global that the program changes, a class or "
            "an order that is lost on the way, an identity; give evaluate that value as another "
            "argument, keep it in a gene or a declared attribute, or use evosweep.current_batch()"
        )


class _Attributes:
    """The attributes of an individual before its evaluation."""

    def __init__(self, individual: object) -> None:
        self._individual = individual
        self._before = dict(getattr(individual, "__dict__", {}))

    def restored(self) -> list[str]:
        """Return the names of the attributes that the evaluation changed; all get their old values
        back.

        An attribute that the evaluation added is deleted: a program that reads it gets an
        AttributeError with its name.
        """
        now = getattr(self._individual, "__dict__", {})
        touched = [n for n, v in now.items() if n not in self._before or v is not self._before[n]]
        if not touched:
            return []
        kind = type(self._individual)
        changed = [n for n in touched if n in self._before or hasattr(kind, n)]
        differing = [
            n for n in changed if _differ(now[n], self._before.get(n, getattr(kind, n, None)))
        ]
        now.clear()
        now.update(self._before)
        return differing


def _differ(one: object, other: object) -> bool:
    try:
        return bool(one != other)
    except ValueError:  # arrays
        return True


def _place(evaluation: Evaluation) -> str:
    return f"individual {evaluation.index} of batch {evaluation.batch}"
