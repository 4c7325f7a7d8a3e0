"""What every algorithm does with a new generation: evaluate, remember the best, write the log."""

from collections.abc import Sequence
from typing import Any

from deap import tools

from evosweep.fast.evaluations import evaluate


class Generations:
    """The generations of one run, each evaluated and recorded as DEAP's own algorithms do."""

    def __init__(self, toolbox: Any, statistics: Any, hall_of_fame: Any) -> None:
        self.toolbox = toolbox
        self.statistics = statistics
        self.hall_of_fame = hall_of_fame
        self.logbook = tools.Logbook()
        self.logbook.header = ["gen", "nevals", *getattr(statistics, "fields", [])]

    def evaluate(self, individuals: Sequence[Any]) -> int:
        """Evaluate those without a valid fitness through `toolbox.map`; returns their number."""
        return evaluate(self.toolbox, individuals)

    def record(
        self,
        new: Sequence[Any],
        population: Sequence[Any] | None = None,
        **columns: Any,
    ) -> int:
        """Evaluate the `new` individuals, show them to the hall of fame, and log `population`.

        `population` is the generation that the statistics describe: `new` itself by default.
        Returns the number of evaluations.
        """
        evaluations = self.evaluate(new)
        self.log(new, new if population is None else population, evaluations, **columns)
        return evaluations

    def log(
        self,
        new: Sequence[Any],
        population: Sequence[Any],
        evaluations: int,
        **columns: Any,
    ) -> None:
        """Show `new` to the hall of fame, and log `population` as the next generation."""
        if self.hall_of_fame is not None:
            self.hall_of_fame.update(new)
        compiled = self.statistics.compile(population) if self.statistics is not None else {}
        self.logbook.record(gen=len(self.logbook), nevals=evaluations, **columns, **compiled)
