"""Steps of every algorithm for a new generation: evaluate, remember the best, log."""

from deap import tools

from evosweep.fast.evaluations import evaluate
from evosweep.genomes.deap_types import HallOfFame, Logbook, Population, Statistics, Toolbox


class Generations:
    """The generations of one run, each evaluated and recorded as DEAP's own algorithms do."""

    def __init__(
        self, toolbox: Toolbox, statistics: Statistics | None, hall_of_fame: HallOfFame | None
    ) -> None:
        self.toolbox = toolbox
        self.statistics = statistics
        self.hall_of_fame = hall_of_fame
        self.logbook: Logbook = tools.Logbook()
        self.logbook.header = ["gen", "nevals", *getattr(statistics, "fields", [])]

    def evaluate(self, individuals: Population) -> int:
        """Evaluate individuals without a valid fitness by `toolbox.map`; returns their number."""
        return evaluate(self.toolbox, individuals)

    def record(
        self,
        new: Population,
        population: Population | None = None,
        **columns: object,
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
        new: Population,
        population: Population,
        evaluations: int,
        **columns: object,
    ) -> None:
        """Show `new` to the hall of fame, and log `population` as the next generation."""
        if self.hall_of_fame is not None:
            self.hall_of_fame.update(new)
        compiled = self.statistics.compile(population) if self.statistics is not None else {}
        self.logbook.record(gen=len(self.logbook), nevals=evaluations, **columns, **compiled)
