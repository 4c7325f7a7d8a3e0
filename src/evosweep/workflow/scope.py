"""The scope of a call: its share of the grid's runs, and those that are still unfinished."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from evosweep.config import grid
from evosweep.config.experiment import Experiment
from evosweep.config.grid import Combination
from evosweep.inventory.asked_file import AskedRuns
from evosweep.inventory.stages_note import Reached
from evosweep.records.folder import RunFolder
from evosweep.workflow import cost
from evosweep.workflow.jobs import Planned
from evosweep.workflow.share import Share, partition


class Scope:
    """The runs of an experiment, all of them or a share."""

    def __init__(self, experiment: Experiment, share: Share | None) -> None:
        self._experiment, self._share = experiment, share

    @cached_property
    def runs(self) -> list[Planned]:
        """All runs of the grid."""
        path = self._experiment.import_path
        return [
            Planned(combination.run(seed, path), combination.label)
            for combination, seeds in self._asked()
            for seed in seeds
        ]

    def _asked(self) -> Iterator[tuple[Combination, Sequence[int]]]:
        """Return every combination with its seeds."""
        return ((each, each.seeds) for each in grid.combinations(self._experiment))

    def _reached(self, _: Combination) -> Reached | None:
        """Return how far the seeds of a combination have come, if they come in stages."""
        return None

    @cached_property
    def mine(self) -> list[Planned]:
        """The runs of this call."""
        if self._share is None:
            return self.runs
        shares = partition([cost.evaluations(each.run) for each in self.runs], self._share.count)
        pairs = zip(self.runs, shares, strict=True)
        return [each for each, number in pairs if number == self._share.number]

    @cached_property
    def there(self) -> frozenset[str]:
        """The runs that were finished at the start; cached, since looking is slow on servers."""
        return frozenset(each.run.run_id for each in self.runs if self._is_finished(each))

    @cached_property
    def digest(self) -> str:
        """A text that changes with the runs of this call."""
        names = "".join(f"{each.run.run_id}{each.run.problem.compare}" for each in self.mine)
        return hashlib.sha256(names.encode()).hexdigest()[:12]

    def unfinished(self, *, later: bool, steal: bool) -> list[Planned]:
        """Return the runs to do now.

        Parameters
        ----------
        later
            True in a later round: leave out failed runs, which the call has reported already.
        steal
            True to add runs of other shares, if this share has none left or it is a later round.
        """
        runs = [each for each in self.mine if each.run.run_id not in self.there]
        if later:
            runs = [each for each in runs if not self._is_over(each)]
        if steal and (later or not runs):
            passed = self.there | {each.run.run_id for each in self.mine}
            others = (each for each in self.runs if each.run.run_id not in passed)
            runs += [each for each in others if not self._is_over(each)]
        return runs

    def finished(self) -> int:
        """Return how many runs of this call have a record now."""
        return sum(map(self._is_finished, self.mine))

    def others_left(self) -> bool:
        """Return True if a run of another share is unfinished and has not failed."""
        mine = {each.run.run_id for each in self.mine}
        return any(each.run.run_id not in mine and not self._is_over(each) for each in self.runs)

    def has_failures(self) -> bool:
        """Return True if any run of this call has failed."""
        return any(self._is_over(each) and not self._is_finished(each) for each in self.mine)

    def noted(self) -> Iterator[AskedRuns]:
        """Yield the runs of the whole grid by combination, with their labels."""
        rest = (each.run for each in self.runs)
        for combination, seeds in self._asked():
            problem, algorithm = combination.labels
            yield AskedRuns(
                problem=problem,
                algorithm=algorithm,
                backend=combination.backend.name,
                runs={run.run_id: run.seed for run in islice(rest, len(seeds))},
                compare=combination.problem.compare,
                stages=self._reached(combination),
            )

    def folder(self, each: Planned) -> RunFolder:
        """Return the folder of a run."""
        return RunFolder(self._experiment.folder / "runs" / each.run.run_id)

    def _is_finished(self, each: Planned) -> bool:
        return self.folder(each).record.is_file()

    def _is_over(self, each: Planned) -> bool:
        """Return True if a run is finished, or has failed."""
        folder = self.folder(each)
        return folder.record.is_file() or folder.failure.is_file()
