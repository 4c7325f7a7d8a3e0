"""How far the seeds of an experiment have come, where they come in stages: from its folder alone.

A comparison goes on to its next stage when all runs of the last one are there and its look has not
decided. So what is asked for follows from results, whatever finished first and wherever it stopped.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evosweep.config.comparisons import by_comparison
from evosweep.config.experiment import Experiment
from evosweep.config.grid import Combination, combinations
from evosweep.config.spec import RunSpec
from evosweep.config.stages import Stages
from evosweep.errors import Damaged
from evosweep.inventory.look_note import LookNote, read_look
from evosweep.inventory.stages_note import Reached, StagesNote
from evosweep.records.folder import RunFolder


@dataclass
class Comparison:
    """The combinations that are compared with each other, and the stage that they are in."""

    members: Sequence[Combination]
    stages: Stages
    import_path: str
    folder: Path
    stage: int = 1
    is_decided: bool = False
    _runs: dict[int, dict[str, int]] = field(default_factory=dict, repr=False)

    @property
    def is_last(self) -> bool:
        """Return True if there is no stage after this one."""
        return self.stage == len(self.stages.looks)

    def seeds(self, member: Combination) -> list[int]:
        """Return the seeds of a combination that are asked for by now."""
        upto = self.stages.upto(self.stage)
        return [seed for seed in member.seeds if seed in upto]

    def runs(self) -> dict[str, int]:
        """Return the runs that are asked for by now: seeds by run_id."""
        if self.stage not in self._runs:
            specs = (m.run(s, self.import_path) for m in self.members for s in self.seeds(m))
            self._runs[self.stage] = {run.run_id: run.seed for run in specs}
        return self._runs[self.stage]

    def look(self) -> LookNote:
        """Return the question whether its stage was the last one."""
        return LookNote(
            problem=self.members[0].labels[0],
            compare=sorted(self.members[0].problem.compare),
            stages=StagesNote(
                first=self.stages.first,
                looks=self.stages.looks,
                spending=self.stages.spending,
                precision=self.stages.precision,
            ),
            number=self.stage,
            runs=dict(sorted(self.runs().items())),
        )

    def advance(self, fresh: Collection[str] | None = None) -> bool:
        """Go as far as answers lead; return True if anything has changed.

        Parameters
        ----------
        fresh
            The names of the looks whose answers count; None for all whose runs have not changed.
        """
        before = self.stage, self.is_decided
        while not self.is_decided and not self.is_last:
            answer = self._answer(fresh)
            if answer is None:
                break
            self.is_decided = answer
            self.stage += not answer
        return (self.stage, self.is_decided) != before

    def reached(self) -> Reached:
        """Return its stage as files note it."""
        note = self.look().stages
        return Reached(**note.model_dump(), stage=self.stage, is_decided=self.is_decided)

    def _answer(self, fresh: Collection[str] | None) -> bool | None:
        question = self.look()
        if fresh is not None and question.name not in fresh:
            return None
        path = question.path(self.folder)
        try:
            answered = path.stat().st_mtime
            newest = max(self._receipt(run_id).stat().st_mtime for run_id in question.runs)
            note = read_look(path)
        except (FileNotFoundError, Damaged):
            return None
        return note.is_final if newest <= answered else None

    def _receipt(self, run_id: str) -> Path:
        return RunFolder(self.folder / "runs" / run_id).record


def comparisons_of(experiment: Experiment, folder: Path | None = None) -> list[Comparison]:
    """Return the comparisons of an experiment at their first stage; [] without stages.

    `folder` has its results, if they lie elsewhere.
    """
    if not isinstance(experiment.seeds, Stages):
        return []
    return [
        Comparison(members, experiment.seeds, experiment.import_path, folder or experiment.folder)
        for members in by_comparison(combinations(experiment))
    ]


def asked_combinations(
    experiment: Experiment, folder: Path | None = None
) -> Iterator[tuple[Combination, Sequence[int]]]:
    """Yield every combination with the seeds that are asked for by now."""
    if not isinstance(experiment.seeds, Stages):
        yield from ((each, each.seeds) for each in combinations(experiment))
    for comparison in comparisons_of(experiment, folder):
        comparison.advance()
        yield from ((member, comparison.seeds(member)) for member in comparison.members)


def asked(experiment: Experiment, folder: Path | None = None) -> Iterator[RunSpec]:
    """Yield every run that is asked for by now."""
    for combination, seeds in asked_combinations(experiment, folder):
        yield from (combination.run(seed, experiment.import_path) for seed in seeds)
